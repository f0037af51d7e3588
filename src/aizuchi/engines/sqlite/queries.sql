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

-- name: question
-- What was asked by the turn that a message of its conversation asks again.
SELECT '' AS question, message FROM work
WHERE turn_id = :replaces AND conversation = :conversation
UNION ALL
SELECT coalesce(question, ''), '' FROM turns JOIN said USING (seq)
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
    consent
)
VALUES (
    :seq,
    (SELECT id FROM conversations WHERE key = :conversation),
    (SELECT id FROM people WHERE key = :person),
    (SELECT id FROM places WHERE key = :place AND audience = :audience),
    :asked_at, :now, :ref, :question,
    :outcome, :answer, :said, :code, :incident, nullif(:undelivered, ''), :attempt, :n, :shown,
    :trail, :consent
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
       trail, consent
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
       trail, consent
FROM said JOIN turns USING (seq)
WHERE conversation = ? AND replaced IS NULL
ORDER BY seq;

-- name: open
SELECT seq, accepted_at, state, message FROM work WHERE conversation = ? ORDER BY seq;

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

-- ── why ──

-- name: add_note
INSERT INTO notes (turn_id, at, code, detail) VALUES (?, ?, ?, ?);

-- name: add_trace
INSERT INTO traces (seq, at, body) VALUES (?, ?, ?);

-- name: trace
SELECT at, body FROM traces JOIN turns USING (seq) WHERE turn_id = ?;

-- name: notes
SELECT at, code, detail FROM notes WHERE turn_id = ? ORDER BY id;

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
