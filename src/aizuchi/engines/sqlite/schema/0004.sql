-- What an answer asked, where it ended in a question that a click answers.
ALTER TABLE said ADD COLUMN consent TEXT NOT NULL DEFAULT '';

-- Questions that nobody has decided yet, with all that is needed to go on once somebody has.
CREATE TABLE pending (
    turn_id TEXT PRIMARY KEY,
    expires_at REAL NOT NULL,
    person TEXT NOT NULL,
    conversation TEXT NOT NULL,
    consent TEXT NOT NULL,
    wish TEXT NOT NULL,
    message TEXT NOT NULL,
    rounds TEXT NOT NULL
);
CREATE INDEX pending_by_end ON pending (expires_at);
CREATE INDEX pending_by_person ON pending (person);
CREATE INDEX pending_in_conversation ON pending (conversation);
