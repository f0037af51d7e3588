-- What is remembered, by whom it may be read, how it is forgotten, and the lives of turns.

-- ── remembering: who asks in private is told their own words, who asks in a shared place what was
--    said there; never what the question asks again ──

-- name: recall_thread
SELECT seq, place, question, answer FROM remembered
WHERE conversation = (SELECT id FROM conversations WHERE key = :conversation)
  AND iif(:private, person = (SELECT id FROM people WHERE key = :person),
                    place = (SELECT id FROM places WHERE key = :place AND audience = 'shared'))
  AND seq > coalesce((SELECT seq FROM forgotten WHERE key = :memory), 0)
  AND seq < :before
ORDER BY seq DESC LIMIT :turns;

-- name: recall_channel
SELECT seq, place, question, answer FROM remembered
WHERE place = (SELECT id FROM places WHERE key = :place AND audience = :audience)
  AND (NOT :private OR person = (SELECT id FROM people WHERE key = :person))
  AND seq > coalesce((SELECT seq FROM forgotten WHERE key = :memory), 0)
  AND (seq < :before
       OR conversation <> (SELECT id FROM conversations WHERE key = :conversation))
ORDER BY seq DESC LIMIT :turns;

-- name: recall_user
SELECT seq, place, question, answer FROM remembered
WHERE person = (SELECT id FROM people WHERE key = :person)
  AND (:private
       OR place = (SELECT id FROM places WHERE key = :place AND audience = 'shared'))
  AND seq > coalesce((SELECT seq FROM forgotten WHERE key = :memory), 0)
  AND (seq < :before
       OR conversation <> (SELECT id FROM conversations WHERE key = :conversation))
ORDER BY seq DESC LIMIT :turns;

-- name: summaries_of_user
-- In the scope of a user, wherever they said it; the newest first.
SELECT places.id AS place, upto, text
FROM summaries JOIN places ON places.key = summaries.place AND places.audience = summaries.audience
WHERE scope = 'user' AND person = :person AND upto > 0
  AND (upto < :before OR places.key <> :place)
ORDER BY upto DESC LIMIT :most;

-- name: summary
SELECT (SELECT id FROM places WHERE key = :place AND places.audience = :audience) AS place,
       upto, text
FROM summaries
WHERE scope = :scope AND person = :person AND place = :place AND audience = :audience
  AND conversation = :conversation;

-- name: shelf_thread
-- What stands on a shelf in reach of a summary, the newest first. What is still open may yet come
-- to stand before what is said already, so nothing past it is covered.
SELECT seq, question, answer FROM remembered
WHERE conversation = (SELECT id FROM conversations WHERE key = :conversation)
  AND place = (SELECT id FROM places WHERE key = :place AND audience = :audience)
  AND (:person = '' OR person = (SELECT id FROM people WHERE key = :person))
  AND seq > max(:upto, coalesce((SELECT seq FROM forgotten WHERE key = :memory), 0))
  AND seq < coalesce((SELECT min(seq) FROM work), :ever)
ORDER BY seq DESC LIMIT :most;

-- name: shelf_channel
SELECT seq, question, answer FROM remembered
WHERE place = (SELECT id FROM places WHERE key = :place AND audience = :audience)
  AND (:person = '' OR person = (SELECT id FROM people WHERE key = :person))
  AND seq > max(:upto, coalesce((SELECT seq FROM forgotten WHERE key = :memory), 0))
  AND seq < coalesce((SELECT min(seq) FROM work), :ever)
ORDER BY seq DESC LIMIT :most;

-- name: shelf_user
SELECT seq, question, answer FROM remembered
WHERE person = (SELECT id FROM people WHERE key = :person)
  AND place = (SELECT id FROM places WHERE key = :place AND audience = :audience)
  AND seq > max(:upto, coalesce((SELECT seq FROM forgotten WHERE key = :memory), 0))
  AND seq < coalesce((SELECT min(seq) FROM work), :ever)
ORDER BY seq DESC LIMIT :most;

-- name: keep_summary
INSERT INTO summaries (scope, person, place, audience, conversation, upto, text)
VALUES (:scope, :person, :place, :audience, :conversation, :upto, :text)
ON CONFLICT (scope, person, place, audience, conversation) DO UPDATE SET
    upto = excluded.upto, text = excluded.text;

-- name: due_summaries
SELECT scope, person, place, audience, conversation FROM summaries WHERE upto = 0;

-- name: take_due_summaries
DELETE FROM summaries WHERE upto = 0;

-- name: drop_summaries
-- Those that may cover a turn that was said.
DELETE FROM summaries
WHERE upto >= :id
  AND place = (SELECT key FROM places JOIN said ON places.id = said.place WHERE seq = :id)
  AND audience = (SELECT audience FROM places JOIN said ON places.id = said.place WHERE seq = :id)
  AND person IN ('', (SELECT key FROM people JOIN said ON people.id = said.person WHERE seq = :id))
  AND conversation IN ('', (SELECT key FROM conversations
                            JOIN said ON conversations.id = said.conversation WHERE seq = :id));

-- name: drop_summaries_here
-- Those of a memory of this place.
DELETE FROM summaries
WHERE place = :place AND scope = :scope AND (scope = 'channel' OR conversation = :conversation);

-- name: drop_summaries_of_user
DELETE FROM summaries WHERE scope = 'user' AND person = :person;

-- ── a person: what there is of them, and how it goes ──

-- name: holds
SELECT count(*) AS messages, count(DISTINCT conversation) AS conversations FROM said
WHERE person = (SELECT id FROM people WHERE key = ?);

-- name: people
-- Of whom there is anything to take away.
SELECT key FROM people WHERE EXISTS (SELECT 1 FROM said WHERE person = people.id) ORDER BY key;

-- name: own_said
SELECT conversations.key AS conversation,
       turn_id, ref, question, asked_at, outcome, answer, said, code, incident, undelivered,
       trail, consent, attachments
FROM said JOIN turns USING (seq) JOIN conversations ON conversations.id = said.conversation
WHERE person = (SELECT id FROM people WHERE key = ?)
ORDER BY seq;

-- name: is_forgotten
-- Whether a person wished to be forgotten after this turn was accepted.
SELECT 1 FROM forgotten WHERE key = :key AND seq > :seq;

-- name: said_by
SELECT seq FROM said WHERE person = (SELECT id FROM people WHERE key = :person) LIMIT :most;

-- name: unsay_summaries
-- The text of a summary that may cover the turn goes; it is due to be made anew.
UPDATE summaries SET upto = 0, text = ''
WHERE upto >= :id
  AND place = (SELECT key FROM places JOIN said ON places.id = said.place WHERE seq = :id)
  AND audience = (SELECT audience FROM places JOIN said ON places.id = said.place WHERE seq = :id)
  AND person IN ('', (SELECT key FROM people JOIN said ON people.id = said.person WHERE seq = :id))
  AND conversation IN ('', (SELECT key FROM conversations
                            JOIN said ON conversations.id = said.conversation WHERE seq = :id));

-- name: unsay_title
UPDATE conversations SET title = ''
WHERE id = (SELECT conversation FROM said WHERE seq = :id) AND owner IS NULL;

-- name: unsay_entries
DELETE FROM entries WHERE turn = :id;

-- name: unsay_turn
UPDATE turns SET ended_at = :now WHERE seq = :id;

-- name: unsay
DELETE FROM said WHERE seq = :id;

-- name: end_unsaid
-- A turn that leaves nothing behind but that it was there.
INSERT INTO turns (seq, turn_id, ended_at) VALUES (:seq, :turn_id, :now);

-- name: forget_own_summaries
DELETE FROM summaries WHERE person = :person;

-- name: forget_own_keys
DELETE FROM forgotten
WHERE key = 'user ' || :person
   OR key IN (SELECT 'thread ' || key FROM conversations WHERE owner = :person);

-- name: forget_own_conversations
-- All but those in which something is still to be answered.
DELETE FROM conversations
WHERE owner = :person
  AND NOT EXISTS (SELECT 1 FROM work WHERE conversation = conversations.key AND seq >= :seq);

-- name: forget_own_titles
UPDATE conversations SET title = '' WHERE owner = :person;

-- name: tables
SELECT name FROM sqlite_master WHERE type = 'table';

-- name: forget_own_open_entries
DELETE FROM entries WHERE turn IN (SELECT seq FROM work WHERE person = :person);

-- name: forget_own_work
-- Of a copy, in which nothing is answered any more.
DELETE FROM work WHERE person = :person;

-- name: forget_own_usage
-- What was used stays counted, as nobody's; of today it stays theirs, for the limits of the day.
INSERT INTO usage (day, person, answers, tokens, written)
SELECT day, (SELECT id FROM people WHERE key = ''), answers, tokens, written FROM usage
WHERE person = (SELECT id FROM people WHERE key = :person) AND day < :today
ON CONFLICT (day, person) DO UPDATE SET
    answers = answers + excluded.answers, tokens = tokens + excluded.tokens,
    written = written + excluded.written;

-- name: forget_own_days
DELETE FROM usage WHERE person = (SELECT id FROM people WHERE key = :person) AND day < :today;

-- ── why ──

-- name: add_note
INSERT INTO notes (turn_id, at, code, detail) VALUES (?, ?, ?, ?);

-- name: add_trace
INSERT INTO traces (seq, at, body) VALUES (?, ?, ?);

-- name: trace
SELECT at, body FROM traces JOIN turns USING (seq) WHERE turn_id = ?;

-- name: notes
SELECT at, code, detail FROM notes WHERE turn_id = ? ORDER BY id;

-- name: used_elsewhere
SELECT at, detail, people.key AS person FROM notes LEFT JOIN turns USING (turn_id)
     LEFT JOIN said USING (seq) LEFT JOIN people ON people.id = said.person
WHERE at >= ? AND notes.code = 'used_at' ORDER BY at;

-- name: open_turn
SELECT seq, accepted_at FROM work WHERE turn_id = ?;

-- name: by_reference
-- Turns whose own id, platform's name, posted pages or incident a reference means; newest first.
SELECT turn_id FROM (
    SELECT seq, turn_id FROM work WHERE turn_id = :exact OR turn_id LIKE :ending
    UNION ALL
    SELECT seq, turn_id FROM turns WHERE turn_id = :exact OR turn_id LIKE :ending
    UNION ALL
    SELECT seq, turn_id FROM said JOIN turns USING (seq)
    WHERE ref = :exact OR shown LIKE :within OR (incident = :exact AND incident <> '')
)
ORDER BY seq DESC LIMIT :most;

-- name: turns_of_chat
-- The turns of conversations whose keys lie between two, the newest first; an open one has no outcome.
SELECT turn_id, at, outcome FROM (
    SELECT seq, turn_id, accepted_at AS at, '' AS outcome FROM work
    WHERE conversation >= :from AND conversation < :to
    UNION ALL
    SELECT seq, turn_id, asked_at, outcome FROM conversations
    JOIN said ON said.conversation = conversations.id JOIN turns USING (seq)
    WHERE key >= :from AND key < :to
)
ORDER BY seq DESC LIMIT :most;

-- name: said_of_turn
SELECT people.key AS person, places.key AS place, incident FROM said JOIN turns USING (seq) JOIN people ON people.id = said.person
     JOIN places ON places.id = said.place
WHERE turn_id = ?;

-- name: unsay_trace
DELETE FROM traces WHERE seq = :id;

-- name: unsay_notes
DELETE FROM notes WHERE turn_id = (SELECT turn_id FROM turns WHERE seq = :id);

-- name: old_traces
SELECT seq FROM (SELECT seq, at FROM traces ORDER BY seq LIMIT :most) WHERE at < :before;

-- name: purge_notes
DELETE FROM notes WHERE at < ?;
