-- The tables that apply() makes from the events; dropped and rebuilt when their version changes.

CREATE TABLE product (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    category TEXT NOT NULL,
    unit TEXT NOT NULL,
    cost INTEGER,
    cost_currency TEXT NOT NULL,
    active INTEGER NOT NULL,
    digest TEXT NOT NULL,
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    available INTEGER NOT NULL
) STRICT;
-- One index for each way the product list can be sorted.
CREATE INDEX product_name ON product (name_key, id);
CREATE INDEX product_on_hand ON product (on_hand, id);
CREATE INDEX product_reserved ON product (reserved, id);
CREATE INDEX product_available ON product (available, id);
-- Products of one category, in the usual order.
CREATE INDEX product_category ON product (category, name_key, id);

-- Everything a product is known by; one key may, in untidy data, belong to several products.
CREATE TABLE product_key (
    key TEXT NOT NULL,
    product INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (key, product)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_key_product ON product_key (product);

-- Folded text only (fold.py), so that ışıklı is found as isikli; rowid is the product's id. Barcodes are found by
-- product_key (search.py). The first letters of a word have an index each, so that the first hits come at once.
CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'unicode61', prefix = '1 2 3 4 5', detail = 'column');

CREATE TABLE balance (
    product INTEGER NOT NULL,
    warehouse TEXT NOT NULL,
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,
    counted_seq INTEGER NOT NULL,
    PRIMARY KEY (product, warehouse)
) STRICT, WITHOUT ROWID;
CREATE INDEX balance_warehouse ON balance (warehouse, on_hand, product);

CREATE TABLE price (
    product INTEGER NOT NULL,
    price_list TEXT NOT NULL,
    minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    said INTEGER,
    PRIMARY KEY (product, price_list)
) STRICT, WITHOUT ROWID;

-- Buyers and the ERP's accounts; the personal fields are sealed (customer_key).
CREATE TABLE customer (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    ref TEXT NOT NULL,
    sealed TEXT NOT NULL,
    digest TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Everybody who was erased, by the hash of the destroyed key: a restored backup is searched for those keys.
CREATE TABLE erasure (key TEXT PRIMARY KEY, customer TEXT NOT NULL, forgotten_at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;

CREATE TABLE store (
    name TEXT PRIMARY KEY,
    rules TEXT NOT NULL,
    open INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    live INTEGER NOT NULL,
    instead_of TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was done as one and can be undone as one: the events from first to seq.
CREATE TABLE act (
    seq INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    undoes INTEGER NOT NULL,
    undone_by INTEGER NOT NULL
) STRICT;

-- A person's own word on one product in one store.
CREATE TABLE choice (
    product INTEGER NOT NULL,
    store TEXT NOT NULL,
    price INTEGER,
    currency TEXT NOT NULL,
    no_stock INTEGER NOT NULL,
    no_price INTEGER NOT NULL,
    PRIMARY KEY (product, store)
) STRICT, WITHOUT ROWID;

CREATE TABLE listing (
    store TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    product INTEGER,
    key TEXT NOT NULL,
    grp TEXT NOT NULL,
    extra TEXT NOT NULL,
    code TEXT NOT NULL,
    barcodes TEXT NOT NULL,
    name TEXT NOT NULL,
    takes_stock INTEGER NOT NULL,
    takes_price INTEGER NOT NULL,
    active INTEGER NOT NULL,
    stock INTEGER,
    price INTEGER,
    linked_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (store, remote_id)
) STRICT, WITHOUT ROWID;
-- At most one listing of a product in a store.
CREATE UNIQUE INDEX listing_product ON listing (product, store) WHERE product IS NOT NULL;
CREATE INDEX listing_unmatched ON listing (store, remote_id) WHERE product IS NULL;

-- What each listing should show and does show: the outbox itself. Dirty means wanted_rev > confirmed_rev.
CREATE TABLE figure (
    product INTEGER NOT NULL,
    store TEXT NOT NULL,
    kind TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    grp TEXT NOT NULL,
    mode TEXT NOT NULL,
    reason TEXT NOT NULL,
    wanted INTEGER,
    wanted_rev INTEGER NOT NULL,
    wanted_at INTEGER NOT NULL,
    sent INTEGER,
    sent_rev INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    confirmed INTEGER,
    confirmed_rev INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    seen INTEGER,
    seen_at INTEGER NOT NULL,
    allowed INTEGER,
    batch TEXT NOT NULL,
    next_try INTEGER NOT NULL,
    check_at INTEGER NOT NULL,
    checks INTEGER NOT NULL,
    drift INTEGER NOT NULL,
    rejected INTEGER,
    PRIMARY KEY (product, kind, store)
) STRICT, WITHOUT ROWID;
-- What is to be sent: the planner uses it only when the query repeats this condition. Falling quantities first: when the
-- query repeats that expression too (outbox.py).
CREATE INDEX figure_dirty
    ON figure (store, (kind = 'stock' AND (confirmed IS NULL OR coalesce(wanted, 0) < confirmed)) DESC, wanted_rev, product, kind)
    WHERE wanted_rev > confirmed_rev AND mode = 'push';
-- What is still to be seen at the store.
CREATE INDEX figure_check ON figure (store, check_at) WHERE check_at > 0;
-- Sorting by a store's quantity or price.
CREATE INDEX figure_wanted ON figure (store, kind, wanted, product);
-- What waits for a person.
CREATE INDEX figure_mode ON figure (store, mode) WHERE mode IN ('held', 'refused', 'excluded');
-- Where a store is known to show something else than it should, and nothing is on its way.
CREATE INDEX figure_differs ON figure (product, store)
    WHERE mode = 'push' AND wanted_rev <= confirmed_rev AND check_at = 0 AND wanted <> confirmed;

-- The last drift of a figure that an audit found, and what became of it.
CREATE TABLE drift (
    product INTEGER NOT NULL,
    store TEXT NOT NULL,
    kind TEXT NOT NULL,
    believed INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    cause TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    ended_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (product, store, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX drift_open ON drift (store) WHERE state = 'open';

-- What is sent to the stores. Its items stand here until its outcome is known, and for ever in the event made_seq.
CREATE TABLE batch (
    key TEXT PRIMARY KEY,
    store TEXT NOT NULL,
    state TEXT NOT NULL,
    receipt TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    items TEXT NOT NULL,
    made_seq INTEGER NOT NULL,
    size INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    done_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_open ON batch (store) WHERE state IN ('made', 'sent', 'lost');
CREATE INDEX batch_sent ON batch (store, sent_at);

CREATE TABLE shop_order (
    id INTEGER PRIMARY KEY,
    store TEXT NOT NULL,
    number TEXT NOT NULL,
    state TEXT NOT NULL,
    remote_state TEXT NOT NULL,
    placed_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    currency TEXT NOT NULL,
    shipping INTEGER,
    payment TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    customer TEXT NOT NULL,
    sealed TEXT NOT NULL,
    lines INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    export TEXT NOT NULL,
    export_key TEXT NOT NULL,
    export_ref TEXT NOT NULL,
    exported_at INTEGER NOT NULL,
    erp_state TEXT NOT NULL,
    erp_at INTEGER NOT NULL,
    released INTEGER NOT NULL,
    taken TEXT NOT NULL,
    UNIQUE (store, number)
) STRICT;
CREATE INDEX shop_order_key ON shop_order (export_key) WHERE export_key <> '';
CREATE INDEX shop_order_number ON shop_order (number);
CREATE INDEX shop_order_placed ON shop_order (placed_at);
CREATE INDEX shop_order_export ON shop_order (export) WHERE export IN ('due', 'sending');
-- Orders whose reservation the next balance read may release.
CREATE INDEX shop_order_posted ON shop_order (id) WHERE released = 0;

CREATE TABLE order_part (
    shop_order INTEGER NOT NULL,
    part TEXT NOT NULL,
    state TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (shop_order, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE order_line (
    shop_order INTEGER NOT NULL,
    line_id TEXT NOT NULL,
    part TEXT NOT NULL,
    product INTEGER,
    remote_id TEXT NOT NULL,
    codes TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (shop_order, line_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_line_unknown ON order_line (shop_order) WHERE product IS NULL;

CREATE TABLE reservation (
    shop_order INTEGER NOT NULL,
    line_id TEXT NOT NULL,
    product INTEGER NOT NULL,
    warehouse TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (shop_order, line_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_product ON reservation (product);

-- How quickly a product sells in a store: a sum of sales that fades with time (model/last_piece.py).
CREATE TABLE sale_speed (
    product INTEGER NOT NULL,
    store TEXT NOT NULL,
    weight INTEGER NOT NULL,
    at INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (product, store)
) STRICT, WITHOUT ROWID;

-- Products of which some store leaves pieces to another.
CREATE TABLE kept_back (product INTEGER PRIMARY KEY, kept INTEGER NOT NULL) STRICT;

CREATE TABLE hold (
    id TEXT PRIMARY KEY,
    connector TEXT NOT NULL,
    feed TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    total INTEGER NOT NULL,
    digest TEXT NOT NULL,
    sample TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    connector TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    customer TEXT NOT NULL,
    sealed TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (connector, subject)
) STRICT, WITHOUT ROWID;

-- Which events touched a product: the way from a figure to its story. Product 0: the stores' rules; -1: every product.
CREATE TABLE event_product (product INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (product, seq))
    STRICT, WITHOUT ROWID;

-- Now and then, everything about one product right after an event: from there its past is told (checkpoint.py).
CREATE TABLE product_at (product INTEGER NOT NULL, seq INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY (product, seq))
    STRICT;
