-- Tickets to a socket, each good once and for a minute, known by their digests alone.
CREATE TABLE tickets (
    digest BLOB PRIMARY KEY,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX tickets_by_end ON tickets (until);
