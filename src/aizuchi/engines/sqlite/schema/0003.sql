-- What was done on the way to an answer: its steps and sources, in the words of a log.
ALTER TABLE said ADD COLUMN trail TEXT NOT NULL DEFAULT '[]';
-- What it asked, where it ended in a question that a click answers.
ALTER TABLE said ADD COLUMN consent TEXT NOT NULL DEFAULT '';

-- Questions that nobody has decided yet, with all that is needed to go on once somebody has.
CREATE TABLE pending (
    turn_id TEXT PRIMARY KEY,
    expires_at REAL NOT NULL,
    conversation TEXT NOT NULL,
    consent TEXT NOT NULL,
    wish TEXT NOT NULL,
    message TEXT NOT NULL,
    rounds TEXT NOT NULL
);
CREATE INDEX pending_by_end ON pending (expires_at);
CREATE INDEX pending_in_conversation ON pending (conversation);
