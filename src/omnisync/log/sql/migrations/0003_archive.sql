-- Old events, packed (archive.py): a closed range of the log in one compressed row. No event stands in both places.
CREATE TABLE event_archive (
    first_seq INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    packed BLOB NOT NULL
) STRICT;

-- In which ranges a stream has events: the way to an old order's story. What touched a product, event_product knows.
CREATE TABLE event_archive_stream (
    stream TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    PRIMARY KEY (stream, first_seq)
) STRICT, WITHOUT ROWID;
