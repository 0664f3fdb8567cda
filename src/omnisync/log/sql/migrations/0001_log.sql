-- The log itself and what is not made from it. Everything else can be rebuilt (tables.sql).

-- Append only. (site, seq) is an event's identity everywhere; nobody relies on numbers without gaps.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    stream TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;

-- The story of one order, store or ERP.
CREATE INDEX event_stream ON event (stream, seq);

-- Which tables' version this file holds, the site's id, how often it was restored.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- How far each feed of each connector was read; moved in the transaction that took its facts in.
CREATE TABLE cursor (
    connector TEXT NOT NULL,
    feed TEXT NOT NULL,
    mark TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (connector, feed)
) STRICT, WITHOUT ROWID;

-- A buyer's own key: their personal fields stand in the log sealed with it; to forget them, it is destroyed.
CREATE TABLE customer_key (customer TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- A command of a person by its id, so that one repeated after a broken line is answered, not done twice.
CREATE TABLE command (id TEXT PRIMARY KEY, at INTEGER NOT NULL, result TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- How each connection is doing: what survives a restart of the daemon.
CREATE TABLE health (
    connector TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    last_orders INTEGER NOT NULL,
    last_push INTEGER NOT NULL,
    last_catalogue INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    errors INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
