-- Every statement the engine runs, by name.

-- name: clear_leases
-- Whoever held these is dead: this process has the file's lock.
UPDATE work SET idle_from = min(lease_until, :now), lease_until = 0 WHERE lease_until > 0;

-- ── accepting: what is known of all that came, then a row for each that is new ──

-- name: last_place
SELECT max(coalesce((SELECT max(seq) FROM work), 0), coalesce((SELECT max(seq) FROM turns), 0));

-- name: seen
-- Of these turns, those that came before.
SELECT turn_id FROM work WHERE turn_id IN (SELECT value FROM json_each(:turn_ids))
UNION ALL
SELECT turn_id FROM turns WHERE turn_id IN (SELECT value FROM json_each(:turn_ids));

-- name: ahead
-- How many wait in those of these conversations in which any do.
SELECT conversation, count(*) FROM work
WHERE conversation IN (SELECT value FROM json_each(?)) AND refusal = ''
GROUP BY conversation;

-- name: ours
-- Of these conversations, those that we are in; whom we refused did not bring us in.
SELECT key FROM conversations
WHERE key IN (SELECT value FROM json_each(?))
  AND EXISTS (SELECT 1 FROM said WHERE conversation = conversations.id AND outcome <> 'refused');

-- name: add_work
INSERT INTO work (seq, turn_id, conversation, person, head, accepted_at, refusal, message)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_file
INSERT INTO files (key, turn, person, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: question
-- What was asked by the turn that a message of its conversation asks again, and by which command.
SELECT '' AS question, '' AS via, '' AS attachments, message FROM work
WHERE turn_id = :replaces AND conversation = :conversation
UNION ALL
SELECT question, via, attachments, '' FROM turns JOIN said USING (seq)
WHERE turn_id = :replaces
  AND conversation = (SELECT id FROM conversations WHERE key = :conversation);

-- name: add_private_conversation
INSERT INTO conversations (key, owner, title, changed_at) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: running
-- The turn that a stop without a name means: the head of the conversation.
SELECT turn_id FROM work
WHERE conversation = ? AND refusal = '' AND head = 1 AND state <> 'finished';

-- name: stop
-- A stop that names its turn reaches it only in its conversation, while it is being answered.
UPDATE work SET stopped = 1
WHERE turn_id = ? AND conversation = ? AND head = 1 AND state <> 'finished';

-- ── claiming ──

-- name: ready
-- The head of a conversation that nobody holds: first those whose lease ran out.
SELECT * FROM work WHERE seq = coalesce(
    (SELECT seq FROM work WHERE head = 1 AND lease_until > 0 AND lease_until <= :now
     ORDER BY lease_until, seq LIMIT 1),
    (SELECT seq FROM work WHERE head = 1 AND lease_until = 0 ORDER BY seq LIMIT 1)
);

-- name: figures
-- How many turns nobody has begun, and how many are on their way.
SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state <> 'waiting')
FROM work;

-- name: next_ready
SELECT min(lease_until) FROM work WHERE head = 1 AND lease_until > :now;

-- name: overdue
-- A turn that is only to be ended, out of its order: refused, or the first that nobody has claimed,
-- if that has waited too long.
SELECT * FROM work WHERE seq = coalesce(
    (SELECT seq FROM work WHERE refusal <> '' AND lease_until <= :now
     ORDER BY lease_until, seq LIMIT 1),
    (SELECT seq FROM work WHERE first_claimed_at = 0 AND lease_until <= :now
     ORDER BY seq LIMIT 1)
);

-- name: told_later
-- Whether a later message of the conversation, too, has waited too long: that one tells of both.
SELECT EXISTS (
    SELECT 1 FROM work
    WHERE conversation = :conversation AND refusal = '' AND seq > :seq
      AND first_claimed_at = 0 AND NOT stopped AND accepted_at < :before
) OR EXISTS (
    SELECT 1 FROM said
    WHERE conversation = (SELECT id FROM conversations WHERE key = :conversation)
      AND seq > :seq AND code = :code
);

-- name: next_unheld
SELECT min(lease_until) FROM work WHERE first_claimed_at = 0 AND lease_until > :now;

-- name: hold
UPDATE work SET
    state = :state, attempt = :attempt, tries = :tries, first_claimed_at = :first_claimed_at,
    lease_until = :lease_until, idle_from = :idle_from, deadline = :deadline
WHERE seq = :seq;

-- name: held
-- The turn as its holder sees it, while the holder's attempt is the newest and not given back.
SELECT * FROM work WHERE seq = :seq AND attempt = :attempt AND lease_until > 0;

-- ── answering ──

-- name: newest_attempt
SELECT seq, attempt, state FROM work WHERE turn_id = ?;

-- name: add_entries
INSERT INTO entries (turn, attempt, n, body, at) VALUES (?, ?, ?, ?, ?);

-- name: finish
UPDATE work SET state = 'finished', finished_at = :now WHERE seq = :seq;

-- name: entries
SELECT at, attempt, n, body FROM entries WHERE turn = ? ORDER BY attempt, n;

-- name: known
-- A turn that was not deleted.
SELECT seq FROM work WHERE turn_id = :turn_id
UNION ALL
SELECT seq FROM turns WHERE turn_id = :turn_id AND ended_at IS NULL;

-- name: told
-- What is left of an answer whose entries have collapsed.
SELECT outcome, answer, said, code, incident, attempt, n, shown, trail, consent
FROM said WHERE seq = ?;

-- ── settling ──

-- name: settle_files
-- They stay when the turn leaves the work.
UPDATE files SET settled = 1 WHERE turn = ?;

-- name: drop_files
DELETE FROM files WHERE turn = :seq;

-- name: close_work
DELETE FROM work WHERE seq = ?;

-- name: next_head
UPDATE work SET head = 1
WHERE seq = (SELECT min(seq) FROM work WHERE conversation = ? AND refusal = '');

-- name: add_turn
INSERT INTO turns (seq, turn_id) VALUES (:seq, :turn_id);

-- name: add_person
INSERT INTO people (key) VALUES (:person) ON CONFLICT DO NOTHING;

-- name: add_place
INSERT INTO places (key, audience) VALUES (:place, :audience) ON CONFLICT DO NOTHING;

-- name: add_conversation
INSERT INTO conversations (key, owner, title, changed_at)
VALUES (:conversation, :owner, :title, :now)
ON CONFLICT (key) DO UPDATE SET
    changed_at = excluded.changed_at, title = iif(title = '', excluded.title, title);

-- name: add_said
INSERT INTO said (
    seq, conversation, person, place, asked_at, settled_at, ref, question,
    outcome, answer, said, code, incident, undelivered, attempt, n, shown, trail,
    consent, via, attachments
)
VALUES (
    :seq,
    (SELECT id FROM conversations WHERE key = :conversation),
    (SELECT id FROM people WHERE key = :person),
    (SELECT id FROM places WHERE key = :place AND audience = :audience),
    :asked_at, :now, :ref, :question,
    :outcome, :answer, :said, :code, :incident, nullif(:undelivered, ''), :attempt, :n, :shown,
    :trail, :consent, :via, :attachments
);

-- name: add_pending
INSERT INTO pending (turn_id, expires_at, person, conversation, consent, wish, message, rounds)
VALUES (:turn_id, :expires_at, :person, :conversation, :consent, :wish, :message, :rounds);

-- name: forget_own_pending
DELETE FROM pending WHERE person = :person;

-- name: pending
SELECT consent, wish, message, rounds FROM pending WHERE turn_id = ?;

-- name: decided
DELETE FROM pending WHERE turn_id = ?;

-- name: expired
-- The first question whose time is over and whose decision is not under way yet.
SELECT consent, wish, message, rounds FROM pending
WHERE expires_at <= :now
  AND NOT EXISTS (SELECT 1 FROM work WHERE work.turn_id = pending.turn_id || :suffix)
  AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.turn_id = pending.turn_id || :suffix)
ORDER BY expires_at LIMIT 1;

-- name: next_expiry
SELECT min(expires_at) FROM pending WHERE expires_at > :now;

-- name: replace
-- A turn that was asked again, and all that was said after it, up to the asking.
UPDATE said SET replaced = 1
WHERE conversation = (SELECT id FROM conversations WHERE key = :conversation)
  AND seq < :seq AND seq >= :begin;

-- name: asked_again
-- Where the turn stands that a message of its conversation asks again.
SELECT seq FROM work WHERE turn_id = :replaces AND conversation = :conversation
UNION ALL
SELECT seq FROM turns JOIN said USING (seq)
WHERE turn_id = :replaces
  AND conversation = (SELECT id FROM conversations WHERE key = :conversation);

-- name: forget
INSERT INTO forgotten (key, seq) VALUES (:key, :seq)
ON CONFLICT (key) DO UPDATE SET seq = max(seq, excluded.seq);

-- ── a person's threads ──

-- name: chats
SELECT key, title, running_since IS NOT NULL AS running,
       max(changed_at, coalesce(running_since, 0)) AS touched_at
FROM (
    SELECT *, (SELECT max(accepted_at) FROM work WHERE conversation = key) AS running_since
    FROM conversations WHERE owner = ?
)
ORDER BY touched_at DESC, id DESC;

-- name: owned
SELECT id FROM conversations WHERE key = ? AND owner = ?;

-- name: whose
-- The owners of the private conversations whose keys begin alike.
SELECT DISTINCT owner FROM conversations
WHERE key >= :first AND key < :beyond AND owner IS NOT NULL;

-- name: said
SELECT seq, turn_id, ref, question, asked_at, outcome, answer, said, code, incident, undelivered,
       trail, consent, attachments
FROM said JOIN turns USING (seq)
WHERE conversation = ? AND replaced IS NULL
ORDER BY seq;

-- name: open
SELECT seq, accepted_at, state, message FROM work WHERE conversation = ? ORDER BY seq;

-- name: file
SELECT content FROM files WHERE key = ? AND person = ?;

-- name: rename
UPDATE conversations SET title = ? WHERE id = ?;

-- name: delete_entries
DELETE FROM entries WHERE turn IN (
    SELECT seq FROM said WHERE conversation = :id
    UNION ALL SELECT seq FROM work WHERE conversation = :conversation
);

-- name: end_settled
-- The text goes, the identity stays for as long as the message might come again.
UPDATE turns SET ended_at = :now WHERE seq IN (SELECT seq FROM said WHERE conversation = :id);

-- name: end_open
INSERT INTO turns (seq, turn_id, ended_at)
SELECT seq, turn_id, :now FROM work WHERE conversation = :conversation;

-- name: delete_summaries
DELETE FROM summaries WHERE place IN (
    SELECT DISTINCT key FROM places JOIN said ON places.id = said.place WHERE conversation = :id
);

-- name: delete_said
DELETE FROM said WHERE conversation = :id;

-- name: delete_work
DELETE FROM work WHERE conversation = :conversation;

-- name: delete_pending
DELETE FROM pending WHERE conversation = :conversation;

-- name: delete_forgotten
DELETE FROM forgotten WHERE key = :memory;

-- name: delete_conversation
DELETE FROM conversations WHERE id = :id;

-- ── usage ──

-- name: admission
SELECT admitted, accepted_at, person, recent,
       coalesce((SELECT answers FROM usage WHERE day = :day AND usage.person = people.id), 0)
           AS answers,
       coalesce((SELECT sum(tokens) FROM usage WHERE day = :day), 0) AS tokens
FROM work LEFT JOIN people ON people.key = person
WHERE seq = :seq AND attempt = :attempt AND lease_until > 0;

-- name: admit
UPDATE work SET admitted = 1 WHERE seq = :seq;

-- name: set_recent
UPDATE people SET recent = :recent WHERE key = :person;

-- name: count
INSERT INTO usage (day, person, answers, tokens, written)
VALUES (:day, (SELECT id FROM people WHERE key = :person), :answers, :tokens, :written)
ON CONFLICT (day, person) DO UPDATE SET
    answers = answers + excluded.answers, tokens = tokens + excluded.tokens,
    written = written + excluded.written;

-- name: usage
SELECT day, key, answers, tokens, written FROM usage JOIN people ON people.id = person
WHERE day >= ? ORDER BY day, key;

-- ── tickets ──

-- name: add_ticket
INSERT INTO tickets (digest, person, origin, until) VALUES (?, ?, ?, ?);

-- name: ticket
SELECT person, origin, until FROM tickets WHERE digest = ?;

-- name: delete_ticket
DELETE FROM tickets WHERE digest = ?;

-- ── cleaning up ──

-- name: expired_tickets
DELETE FROM tickets WHERE until <= ?;

-- name: collapsible
-- Answers that settled a while ago and still lie here in pieces; the walk steps from turn to turn.
WITH RECURSIVE pieces (turn) AS (
    SELECT min(turn) FROM entries
    UNION ALL
    SELECT (SELECT min(turn) FROM entries WHERE turn > pieces.turn) FROM pieces
    WHERE pieces.turn IS NOT NULL
)
SELECT turn FROM pieces CROSS JOIN said ON said.seq = turn WHERE settled_at < :before LIMIT :most;

-- name: collapse
DELETE FROM entries WHERE turn = :id;

-- name: old_texts
-- Of the oldest texts, those whose time is up.
SELECT seq FROM (SELECT seq, settled_at FROM said ORDER BY seq LIMIT :most)
WHERE settled_at < :before;

-- name: end_turn
UPDATE turns SET ended_at = (SELECT settled_at FROM said WHERE said.seq = turns.seq)
WHERE seq = :id;

-- name: delete_text
DELETE FROM said WHERE seq = :id;

-- name: old_ids
SELECT seq FROM turns WHERE ended_at < :before AND seq < (SELECT max(seq) FROM turns) LIMIT :most;

-- name: delete_turn
DELETE FROM turns WHERE seq = :id;

-- name: empty_conversations
SELECT id FROM conversations
WHERE changed_at < :before
  AND NOT EXISTS (SELECT 1 FROM said WHERE conversation = conversations.id)
  AND NOT EXISTS (SELECT 1 FROM work WHERE conversation = conversations.key)
LIMIT :most;

-- name: delete_empty_conversation
DELETE FROM conversations
WHERE id = :id
  AND NOT EXISTS (SELECT 1 FROM said WHERE conversation = conversations.id)
  AND NOT EXISTS (SELECT 1 FROM work WHERE conversation = conversations.key);

-- name: empty_places
SELECT id FROM places WHERE NOT EXISTS (SELECT 1 FROM said WHERE place = places.id) LIMIT :most;

-- name: delete_place
DELETE FROM places WHERE id = :id AND NOT EXISTS (SELECT 1 FROM said WHERE place = places.id);

-- name: purge_forgotten
-- What was forgotten before everything that can still be recalled, or be answered.
DELETE FROM forgotten
WHERE seq < (SELECT min(seq) FROM said)
  AND seq < coalesce((SELECT min(seq) FROM work), seq + 1);

-- name: purge_usage
DELETE FROM usage WHERE day < ?;
