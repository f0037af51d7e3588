-- What was done on the way to an answer: its steps and sources, in the words of a log.
ALTER TABLE said ADD COLUMN trail TEXT NOT NULL DEFAULT '[]';

-- What is no longer recalled word for word, in short: one memory in one place, before one audience.
-- All by their keys, so that no id that is given anew ever leads here. `upto` is the last turn that
-- a summary covers; 0 where its text went with somebody who was forgotten, until it is made anew.
CREATE TABLE summaries (
    id INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    person TEXT NOT NULL,
    place TEXT NOT NULL,
    audience TEXT NOT NULL,
    conversation TEXT NOT NULL,
    upto INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (scope, person, place, audience, conversation)
);
CREATE INDEX summaries_in_place ON summaries (place);
CREATE INDEX summaries_by_person ON summaries (person);
CREATE INDEX summaries_due ON summaries (id) WHERE upto = 0;

-- When a line of entries was stored; of the tokens of a day, those that the model wrote.
ALTER TABLE entries ADD COLUMN at REAL NOT NULL DEFAULT 0;
ALTER TABLE usage ADD COLUMN written INTEGER NOT NULL DEFAULT 0;

-- The life of a settled turn, without a word of it, and what was noted of any turn beside its log.
CREATE TABLE traces (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,  -- when it was accepted
    body TEXT NOT NULL
);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL,
    at REAL NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX notes_of_turn ON notes (turn_id);
CREATE INDEX notes_by_time ON notes (at);
