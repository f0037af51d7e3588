-- What was said (turns), what is still to be done about it (work), and answers on their way
-- (entries). Times are seconds since the epoch. Bodies live in rowid tables: WITHOUT ROWID
-- would spread them over the index pages and triple the file.

CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    recent TEXT NOT NULL DEFAULT '[]'  -- when the last minute's messages were accepted
);

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    place TEXT NOT NULL,
    audience TEXT NOT NULL,
    owner INTEGER NOT NULL REFERENCES people,
    title TEXT NOT NULL,
    changed_at REAL NOT NULL
);
CREATE INDEX conversations_by_owner ON conversations (owner, changed_at);
CREATE INDEX conversations_by_place ON conversations (place) WHERE audience = 'shared';

-- A turn for ever: its identity, question and answer. The conversation of a deleted one is NULL.
CREATE TABLE turns (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    turn_id TEXT NOT NULL UNIQUE,
    conversation INTEGER REFERENCES conversations,
    person INTEGER NOT NULL REFERENCES people,
    accepted_at REAL NOT NULL,
    settled_at REAL,
    ref TEXT,
    question TEXT,
    outcome TEXT,
    answer TEXT,
    said TEXT,
    code TEXT,
    incident TEXT,
    undelivered TEXT,
    replaced INTEGER,
    last_attempt INTEGER,
    last_n INTEGER
);
CREATE INDEX turns_by_conversation ON turns (conversation);
CREATE INDEX turns_by_person ON turns (person);
CREATE INDEX turns_deleted ON turns (seq) WHERE conversation IS NULL;

-- A turn while it is open; deleted when it settles. The head of a conversation may be claimed.
CREATE TABLE work (
    seq INTEGER PRIMARY KEY REFERENCES turns,
    conversation INTEGER NOT NULL,
    head INTEGER NOT NULL,
    message TEXT NOT NULL,
    accepted_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    attempt INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    first_claimed_at REAL NOT NULL DEFAULT 0,
    lease_until REAL NOT NULL DEFAULT 0,
    idle_from REAL NOT NULL DEFAULT 0,
    deadline REAL NOT NULL DEFAULT 0,
    finished_at REAL NOT NULL DEFAULT 0,
    refusal TEXT NOT NULL DEFAULT '',
    stopped INTEGER NOT NULL DEFAULT 0,
    admitted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX work_by_conversation ON work (conversation);
CREATE INDEX work_heads ON work (seq) WHERE head = 1;
CREATE INDEX work_unclaimed ON work (seq) WHERE first_claimed_at = 0;

-- Groups of entries of an answer; gone ten minutes after it settled.
CREATE TABLE entries (
    turn INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    n INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX entries_by_turn ON entries (turn, attempt, n);

-- Up to which turn a memory key is forgotten.
CREATE TABLE forgotten (
    key TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
);

CREATE TABLE usage (
    day TEXT NOT NULL,
    person INTEGER NOT NULL,
    answers INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, person)
) WITHOUT ROWID;
