BEGIN TRANSACTION;
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    owner TEXT,
    title TEXT NOT NULL,
    changed_at REAL NOT NULL
);
INSERT INTO "conversations" VALUES(1,'talk','test:home:ann','question 1',1800000000.0);
INSERT INTO "conversations" VALUES(2,'room',NULL,'question 5',1800000000.0);
INSERT INTO "conversations" VALUES(3,'ending','test:home:ann','question 8',1800000000.0);
CREATE TABLE entries (
    turn INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    n INTEGER NOT NULL,
    body TEXT NOT NULL
, at REAL NOT NULL DEFAULT 0);
INSERT INTO "entries" VALUES(1,1,1,'["The f",["step","s","look","running"],"irst answer."]',1800000000.0);
INSERT INTO "entries" VALUES(1,1,4,'[["finished","answered","The first answer.","","","",null]]',1800000000.0);
INSERT INTO "entries" VALUES(2,1,1,'["The s",["shown",1,"ref-2"],"econd one."]',1800000000.0);
INSERT INTO "entries" VALUES(2,1,4,'[["finished","answered","The second one.","","","",null]]',1800000000.0);
INSERT INTO "entries" VALUES(3,1,1,'["はい、相槌です。",["finished","answered","はい、相槌です。","","","",null]]',1800000000.0);
INSERT INTO "entries" VALUES(5,1,1,'["In the hall.",["finished","answered","In the hall.","","","",null]]',1800000000.0);
INSERT INTO "entries" VALUES(6,1,1,'["Half an ",["step","s","look","running"]]',1800000000.0);
INSERT INTO "entries" VALUES(8,1,1,'[["finished","answered","Not yet told.","","","",null]]',1800000000.0);
CREATE TABLE files (
    key TEXT PRIMARY KEY,
    turn INTEGER NOT NULL,
    person TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    content BLOB NOT NULL
);
CREATE TABLE forgotten (
    key TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
);
INSERT INTO "forgotten" VALUES('channel hall',5);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL,
    at REAL NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL
);
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
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    recent TEXT NOT NULL DEFAULT '[]'  -- when the last minute's messages were accepted
);
INSERT INTO "people" VALUES(1,'test:home:ann','[1800000000.0]');
INSERT INTO "people" VALUES(2,'test:home:bob','[]');
INSERT INTO "people" VALUES(3,'','[]');
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    audience TEXT NOT NULL,
    UNIQUE (key, audience)
);
INSERT INTO "places" VALUES(1,'talk','private');
INSERT INTO "places" VALUES(2,'deleted talk','private');
INSERT INTO "places" VALUES(3,'hall','shared');
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
, trail TEXT NOT NULL DEFAULT '[]', consent TEXT NOT NULL DEFAULT '', via TEXT NOT NULL DEFAULT '', attachments TEXT NOT NULL DEFAULT '');
INSERT INTO "said" VALUES(1,1,1,1,1800000000.0,1800000000.0,'ref-1','question 1','answered','The first answer.','','','',NULL,NULL,1,4,'[]','[["step","s","look","failed"]]','','','');
INSERT INTO "said" VALUES(2,1,1,1,1800000000.0,1800000000.0,'ref-2','question 2','answered','The second one.','','','',NULL,1,1,4,'[["shown",1,"ref-2"]]','[]','','','');
INSERT INTO "said" VALUES(3,1,1,1,1800000000.0,1800000000.0,'ref-3','日本語で','answered','はい、相槌です。','','','',NULL,NULL,1,2,'[]','[]','','','');
INSERT INTO "said" VALUES(5,2,2,3,1800000000.0,1800000000.0,'ref-5','question 5','answered','In the hall.','','','',NULL,NULL,1,2,'[]','[]','','','');
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
INSERT INTO "summaries" VALUES(1,'channel','test:home:ann','talk','private','',1,'They greeted each other.');
CREATE TABLE tickets (
    digest BLOB PRIMARY KEY,
    person TEXT NOT NULL,
    origin TEXT NOT NULL,
    until REAL NOT NULL
) WITHOUT ROWID;
INSERT INTO "tickets" VALUES(X'07273279DB38D8AB72DCA056BF48C0CF6219F0C878E8DE2CBBD0E9EAA76D49C4','ann','https://chat.example',1800000060.0);
CREATE TABLE traces (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,  -- when it was accepted
    body TEXT NOT NULL
);
INSERT INTO "traces" VALUES(1,1800000000.0,'[0,"0a,0t,0f","","",0,0]');
INSERT INTO "traces" VALUES(2,1800000000.0,'[0,"0a,0t,0s,0f","","",0,0]');
INSERT INTO "traces" VALUES(3,1800000000.0,'[0,"0a,0t,0f","","",12,0]');
INSERT INTO "traces" VALUES(4,1800000000.0,'[0,"0a,0t,0f","","",0,0]');
INSERT INTO "traces" VALUES(5,1800000000.0,'[0,"0a,0t,0f","","",0,0]');
CREATE TABLE turns (
    seq INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL UNIQUE,
    ended_at REAL
);
INSERT INTO "turns" VALUES(1,'1',NULL);
INSERT INTO "turns" VALUES(2,'2',NULL);
INSERT INTO "turns" VALUES(3,'3',NULL);
INSERT INTO "turns" VALUES(4,'4',1800000000.0);
INSERT INTO "turns" VALUES(5,'5',NULL);
CREATE TABLE usage (
    day TEXT NOT NULL,
    person INTEGER NOT NULL,
    answers INTEGER NOT NULL DEFAULT 0,
    tokens INTEGER NOT NULL DEFAULT 0, written INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, person)
) WITHOUT ROWID;
INSERT INTO "usage" VALUES('2027-01-15',1,1,12,0);
INSERT INTO "usage" VALUES('2027-01-15',3,0,3,0);
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
INSERT INTO "work" VALUES(6,'6','talk','test:home:ann',1,1800000000.0,'working',1,1,1800000000.0,1800000030.0,0.0,1800000120.0,0.0,'',0,1,'[1,"6","test","home","talk",["talk","private"],["ann","",[],false],"question 6","ref-6","en","",{"token":"6"},"",false,"",null,"",[]]');
INSERT INTO "work" VALUES(7,'7','talk','test:home:ann',0,1800000000.0,'waiting',0,0,0.0,0.0,0.0,0.0,0.0,'',0,0,'[1,"7","test","home","talk",["talk","private"],["ann","",[],false],"question 7","ref-7","en","",{"token":"7"},"",false,"",null,"",[]]');
INSERT INTO "work" VALUES(8,'8','ending','test:home:ann',1,1800000000.0,'finished',1,1,1800000000.0,1800000030.0,0.0,1800000120.0,1800000000.0,'',0,0,'[1,"8","test","home","ending",["ending","private"],["ann","",[],false],"question 8","ref-8","en","",{"token":"8"},"",false,"",null,"",[]]');
CREATE INDEX conversations_by_owner ON conversations (owner) WHERE owner IS NOT NULL;
CREATE INDEX work_in_order ON work (conversation, refusal);
CREATE INDEX work_heads ON work (lease_until) WHERE head = 1;
CREATE INDEX work_refused ON work (lease_until) WHERE refusal <> '';
CREATE INDEX turns_ended ON turns (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX entries_in_order ON entries (turn, attempt, n);
CREATE INDEX said_in_conversation ON said (conversation);
CREATE INDEX said_in_place ON said (place);
CREATE INDEX said_by_person ON said (person);
CREATE VIEW remembered AS
SELECT seq, conversation, person, place, question, answer FROM said
WHERE replaced IS NULL AND outcome IN ('answered', 'cancelled') AND answer <> '';
CREATE INDEX tickets_by_end ON tickets (until);
CREATE INDEX summaries_in_place ON summaries (place);
CREATE INDEX summaries_by_person ON summaries (person);
CREATE INDEX summaries_due ON summaries (id) WHERE upto = 0;
CREATE INDEX notes_of_turn ON notes (turn_id);
CREATE INDEX notes_by_time ON notes (at);
CREATE INDEX pending_by_end ON pending (expires_at);
CREATE INDEX pending_by_person ON pending (person);
CREATE INDEX pending_in_conversation ON pending (conversation);
CREATE INDEX files_of_turn ON files (turn);
CREATE TRIGGER files_go_with_work AFTER DELETE ON work BEGIN
    DELETE FROM files WHERE turn = OLD.seq AND settled = 0;
END;
CREATE TRIGGER files_go_with_said AFTER DELETE ON said BEGIN
    DELETE FROM files WHERE turn = OLD.seq;
END;
COMMIT;
PRAGMA user_version = 5;
