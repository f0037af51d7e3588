-- What was done on the way to an answer: its steps and sources, in the words of a log.
ALTER TABLE said ADD COLUMN trail TEXT NOT NULL DEFAULT '[]';
