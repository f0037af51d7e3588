-- The slash command that it was asked by: who asks again is answered by the same persona.
ALTER TABLE said ADD COLUMN via TEXT NOT NULL DEFAULT '';

-- What came with a question: as its surface told of it, and, where the message brought it along, the
-- file itself. A file goes with the row that its turn has: in `work` while it is open, then in
-- `said`. Triggers see to that, in copies of the file too.
ALTER TABLE said ADD COLUMN attachments TEXT NOT NULL DEFAULT '';
CREATE TABLE files (
    key TEXT PRIMARY KEY,
    turn INTEGER NOT NULL,
    person TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    content BLOB NOT NULL
);
CREATE INDEX files_of_turn ON files (turn);
CREATE TRIGGER files_go_with_work AFTER DELETE ON work BEGIN
    DELETE FROM files WHERE turn = OLD.seq AND settled = 0;
END;
CREATE TRIGGER files_go_with_said AFTER DELETE ON said BEGIN
    DELETE FROM files WHERE turn = OLD.seq;
END;
