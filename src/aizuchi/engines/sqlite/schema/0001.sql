-- What is still to be done (work), answers on their way (entries), and, of turns that have settled,
-- which they were (turns) and what was said (said). Accepting writes the first and no more than it
-- must. Times are seconds since the epoch. Texts live in rowid tables: WITHOUT ROWID would spread
-- them over the index pages and triple the file.

CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    recent TEXT NOT NULL DEFAULT '[]'  -- when the last minute's messages were accepted
);

CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    audience TEXT NOT NULL,
    UNIQUE (key, audience)
);

-- A private one is there from its first message on, any other from its first answer. The owner is
-- the key of the one person who may read it all; NULL where others are in the place.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    owner TEXT,
    title TEXT NOT NULL,
    changed_at REAL NOT NULL
);
CREATE INDEX conversations_by_owner ON conversations (owner) WHERE owner IS NOT NULL;

-- A turn while it is open, in the order in which all were accepted; deleted when it settles. The
-- head of a conversation may be claimed. The message comes last: it is long and seldom read.
CREATE TABLE work (
    seq INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    person TEXT NOT NULL,
    head INTEGER NOT NULL,
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
    admitted INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL
);
CREATE INDEX work_in_order ON work (conversation, refusal);
CREATE INDEX work_heads ON work (lease_until) WHERE head = 1;
CREATE INDEX work_refused ON work (lease_until) WHERE refusal <> '';

-- Every turn that has settled or was deleted, so that it is known when its message comes again.
-- Once its text is gone, `ended_at` says since when the identity is all there is. The last one is
-- never deleted, so no place is given twice.
CREATE TABLE turns (
    seq INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL UNIQUE,
    ended_at REAL
);
CREATE INDEX turns_ended ON turns (ended_at) WHERE ended_at IS NOT NULL;

-- Entries of an answer, a line of neighbours in a row; gone ten minutes after it settled.
CREATE TABLE entries (
    turn INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    n INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX entries_in_order ON entries (turn, attempt, n);

-- A settled turn: question, answer, and where the answer's log ended.
CREATE TABLE said (
    seq INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    person INTEGER NOT NULL,
    place INTEGER NOT NULL,
    asked_at REAL NOT NULL,
    settled_at REAL NOT NULL,
    ref TEXT NOT NULL,
    question TEXT NOT NULL,
    outcome TEXT NOT NULL,
    answer TEXT NOT NULL,
    said TEXT NOT NULL,
    code TEXT NOT NULL,
    incident TEXT NOT NULL,
    undelivered TEXT,  -- why nobody could be shown the answer
    replaced INTEGER,  -- it was asked again
    attempt INTEGER NOT NULL,
    n INTEGER NOT NULL,
    shown TEXT NOT NULL
);
CREATE INDEX said_in_conversation ON said (conversation);
CREATE INDEX said_in_place ON said (place);
CREATE INDEX said_by_person ON said (person);

-- What may be recalled, as far as its audience allows.
CREATE VIEW remembered AS
SELECT seq, conversation, person, place, question, answer FROM said
WHERE replaced IS NULL AND outcome IN ('answered', 'cancelled') AND answer <> '';

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
