-- Every statement the engine runs, by name.

-- name: conversation
-- The conversation under a key, made with its first message.
INSERT INTO conversations (key, place, audience, owner, title, changed_at)
VALUES (:key, :place, :audience, :owner, :title, :now)
ON CONFLICT (key) DO UPDATE SET changed_at = excluded.changed_at
RETURNING id;

-- name: person
SELECT id FROM people WHERE key = ?;

-- name: add_person
INSERT INTO people (key) VALUES (?) RETURNING id;

-- name: add_turn
-- Nothing where the turn is known already: a redelivery.
INSERT INTO turns (turn_id, conversation, person, accepted_at, ref, question)
VALUES (:turn_id, :conversation, :person, :now, :ref, :question)
ON CONFLICT (turn_id) DO NOTHING
RETURNING seq;

-- name: known
SELECT 1 FROM turns WHERE turn_id = ?;

-- name: open_in_conversation
SELECT count(*) FROM work WHERE conversation = ? AND refusal = '';

-- name: add_work
INSERT INTO work (seq, conversation, head, message, accepted_at, refusal)
VALUES (:seq, :conversation, :head, :message, :now, :refusal);

-- name: stop_named
-- A stop that names its turn reaches it only while it is the one being answered.
UPDATE work SET stopped = 1
WHERE seq = (SELECT seq FROM turns WHERE turn_id = ?) AND head = 1 AND state <> 'finished';

-- name: running
-- The turn that a stop without a name means: the head of the conversation.
SELECT turn_id FROM work JOIN turns USING (seq)
WHERE work.conversation = (SELECT id FROM conversations WHERE key = ?)
  AND head = 1 AND refusal = '' AND state <> 'finished'
ORDER BY seq LIMIT 1;

-- name: ready
-- The first turn that nobody holds and that is the head of its conversation.
SELECT work.*, turn_id FROM work JOIN turns USING (seq)
WHERE head = 1 AND lease_until <= :now
ORDER BY seq LIMIT 1;

-- name: overdue
-- Turns that are only to be ended, out of their order: refused ones, and who waited too long.
SELECT work.*, turn_id FROM work JOIN turns USING (seq)
WHERE first_claimed_at = 0 AND lease_until <= :now
  AND (refusal <> '' OR work.accepted_at < :waited_since)
ORDER BY seq LIMIT 1;

-- name: next_lease_end
SELECT min(lease_until) FROM work WHERE head = 1 AND lease_until > ?;

-- name: next_overdue
SELECT min(accepted_at) FROM work WHERE first_claimed_at = 0 AND lease_until <= ?;

-- name: hold
UPDATE work SET
    state = :state, attempt = :attempt, tries = :tries, first_claimed_at = :first_claimed_at,
    lease_until = :lease_until, idle_from = :idle_from, deadline = :deadline
WHERE seq = :seq;

-- name: held
-- The turn as its holder sees it, while the holder's attempt is the newest.
SELECT work.*, turn_id FROM work JOIN turns USING (seq) WHERE seq = :seq AND attempt = :attempt;

-- name: clear_leases
-- Whoever held these is dead: this process has the file's lock.
UPDATE work SET idle_from = min(lease_until, :now), lease_until = 0 WHERE lease_until > 0;

-- name: newest_attempt
SELECT seq, attempt, state FROM work JOIN turns USING (seq) WHERE turn_id = ?;

-- name: add_entries
INSERT INTO entries (turn, attempt, n, body) VALUES (?, ?, ?, ?);

-- name: finish_work
UPDATE work SET state = 'finished', finished_at = :now WHERE seq = :seq;

-- name: finish_turn
UPDATE turns SET
    outcome = :outcome, answer = :answer, said = nullif(:said, ''), code = nullif(:code, ''),
    incident = nullif(:incident, ''), last_attempt = :attempt, last_n = :n
WHERE seq = :seq;

-- name: entries
SELECT attempt, n, body FROM entries WHERE turn = ? ORDER BY attempt, n;

-- name: turn
-- A turn that was not deleted, with all that its log is told from.
SELECT seq, accepted_at, settled_at, outcome, answer, said, code, incident, last_attempt, last_n
FROM turns WHERE turn_id = ? AND conversation IS NOT NULL;

-- name: close_work
DELETE FROM work WHERE seq = :seq AND attempt = :attempt RETURNING conversation, message;

-- name: next_head
UPDATE work SET head = 1
WHERE seq = (SELECT min(seq) FROM work WHERE conversation = ? AND refusal = '');

-- name: settle_turn
UPDATE turns SET settled_at = :now, undelivered = nullif(:undelivered, '') WHERE seq = :seq;

-- name: touch_conversation
UPDATE conversations SET changed_at = :now WHERE id = :conversation;

-- name: replace
-- A turn that was asked again, and all that was said after it, up to the asking.
UPDATE turns SET replaced = 1
WHERE conversation = :conversation AND seq < :seq
  AND seq >= (SELECT seq FROM turns WHERE turn_id = :replaces AND conversation = :conversation);

-- name: forget
INSERT INTO forgotten (key, seq) VALUES (:key, :seq)
ON CONFLICT (key) DO UPDATE SET seq = max(seq, excluded.seq);

-- name: recall_thread
SELECT question, answer FROM turns
WHERE conversation = (SELECT id FROM conversations WHERE key = :scope)
  AND (:private = 0 OR person = (SELECT id FROM people WHERE key = :person))
  AND settled_at IS NOT NULL AND replaced IS NULL AND outcome IN ('answered', 'cancelled')
  AND answer <> ''
  AND seq > coalesce((SELECT seq FROM forgotten WHERE key = :key), 0)
ORDER BY seq DESC LIMIT :turns;

-- name: recall_channel
SELECT question, answer FROM turns JOIN conversations ON conversations.id = conversation
WHERE place = :scope
  AND (audience = 'shared' OR :private = 1 AND person = (SELECT id FROM people WHERE key = :person))
  AND settled_at IS NOT NULL AND replaced IS NULL AND outcome IN ('answered', 'cancelled')
  AND answer <> ''
  AND seq > coalesce((SELECT seq FROM forgotten WHERE key = :key), 0)
ORDER BY seq DESC LIMIT :turns;

-- name: recall_user
SELECT question, answer FROM turns JOIN conversations ON conversations.id = conversation
WHERE person = (SELECT id FROM people WHERE key = :person)
  AND (:private = 1 OR audience = 'shared' AND place = :place)
  AND settled_at IS NOT NULL AND replaced IS NULL AND outcome IN ('answered', 'cancelled')
  AND answer <> ''
  AND seq > coalesce((SELECT seq FROM forgotten WHERE key = :key), 0)
ORDER BY seq DESC LIMIT :turns;

-- name: chats
SELECT key, title, changed_at, EXISTS (SELECT 1 FROM work WHERE conversation = id) AS running
FROM conversations
WHERE owner = (SELECT id FROM people WHERE key = ?) AND audience = 'private'
ORDER BY changed_at DESC, id DESC;

-- name: owned
SELECT id FROM conversations
WHERE key = ? AND owner = (SELECT id FROM people WHERE key = ?) AND audience = 'private';

-- name: said
-- A thread as it stands: without what was replaced, or is being replaced by an open turn.
SELECT turns.seq, turn_id, ref, question, turns.accepted_at, settled_at, outcome, answer, said,
       code, undelivered, message
FROM turns LEFT JOIN work USING (seq)
WHERE turns.conversation = ? AND replaced IS NULL
ORDER BY turns.seq;

-- name: whose
-- The owners of the private conversations whose keys begin alike.
SELECT DISTINCT people.key FROM conversations JOIN people ON people.id = owner
WHERE conversations.key >= :first AND conversations.key < :beyond AND audience = 'private';

-- name: rename
UPDATE conversations SET title = ? WHERE id = ?;

-- name: open_turns
SELECT turn_id FROM work JOIN turns USING (seq) WHERE work.conversation = ?;

-- name: delete_entries
DELETE FROM entries WHERE turn IN (SELECT seq FROM turns WHERE conversation = ?);

-- name: delete_work
DELETE FROM work WHERE conversation = ?;

-- name: blank_conversation
-- The text goes, the identity stays for as long as the message might come again.
UPDATE turns SET conversation = NULL, ref = NULL, question = NULL, answer = NULL, said = NULL,
                 settled_at = coalesce(settled_at, :now)
WHERE conversation = :conversation;

-- name: delete_conversation
DELETE FROM conversations WHERE id = ?;

-- name: delete_forgotten
DELETE FROM forgotten WHERE key = ?;

-- name: admission
SELECT admitted, work.accepted_at, people.id AS person, people.recent,
       coalesce((SELECT answers FROM usage WHERE day = :day AND person = people.id), 0) AS answers,
       coalesce((SELECT sum(tokens) FROM usage WHERE day = :day), 0) AS tokens
FROM work JOIN turns USING (seq) JOIN people ON people.id = turns.person
WHERE work.seq = :seq AND attempt = :attempt;

-- name: admit
UPDATE work SET admitted = 1 WHERE seq = ?;

-- name: set_recent
UPDATE people SET recent = ? WHERE id = ?;

-- name: count
INSERT INTO usage (day, person, answers, tokens) VALUES (:day, :person, :answers, :tokens)
ON CONFLICT (day, person) DO UPDATE SET
    answers = answers + excluded.answers, tokens = tokens + excluded.tokens;

-- name: person_of_turn
SELECT person FROM turns WHERE seq = ?;

-- name: usage
SELECT day, key, answers, tokens FROM usage JOIN people ON people.id = person
WHERE day >= ? ORDER BY day, key;

-- name: collapsible
-- Answers that settled a while ago and still lie here in pieces; receipts lie at attempt 0.
SELECT DISTINCT turn FROM entries JOIN turns ON turns.seq = turn
WHERE attempt > 0 AND settled_at < :before LIMIT :most;

-- name: collapse
DELETE FROM entries WHERE turn = ?;

-- name: add_receipts
INSERT INTO entries (turn, attempt, n, body) VALUES (?, 0, 2, ?);

-- name: old_texts
SELECT seq FROM turns WHERE settled_at < :before AND conversation IS NOT NULL LIMIT :most;

-- name: blank_turn
UPDATE turns SET conversation = NULL, ref = NULL, question = NULL, answer = NULL, said = NULL
WHERE seq = ?;

-- name: old_ids
SELECT seq FROM turns WHERE conversation IS NULL AND settled_at < :before LIMIT :most;

-- name: delete_turn
DELETE FROM turns WHERE seq = ?;

-- name: purge_conversations
DELETE FROM conversations
WHERE changed_at < ?
  AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation = conversations.id);

-- name: purge_usage
DELETE FROM usage WHERE day < ?;
