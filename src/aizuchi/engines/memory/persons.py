"""A person who wished to be forgotten: all that goes, and what is not kept any more."""

from aizuchi.access import day_of
from aizuchi.engines.memory.store import Store
from aizuchi.history import OURS
from aizuchi.recall import person_of
from aizuchi.turns import Turn


def forget(store: Store, person: str, seq: int, now: float) -> None:
    """All that a person said and was answered, but for the turn in which they wished it."""
    for each in sorted(store.said_by(person)):
        _unsay(store, each, now)
    store.drop_files()
    store.summaries = {
        shelf: summary for shelf, summary in store.summaries.items() if shelf.person != person
    }
    store.forgotten.pop(f"user {person}", None)
    for turn_id, asked in list(store.pending.items()):
        if person_of(asked.message) == person:
            del store.pending[turn_id]
    _forget_conversations(store, person, seq)
    _forget_usage(store, person, day_of(now))
    store.forgotten[wish_key(person)] = max(seq, store.forgotten.get(wish_key(person), 0))


def is_forgotten_since(store: Store, turn: Turn) -> bool:
    """Whether a person wished to be forgotten after this turn was accepted."""
    return store.forgotten.get(wish_key(person_of(turn.message)), 0) > turn.seq


def wish_key(person: str) -> str:
    return f"person {person}"


def _unsay(store: Store, seq: int, now: float) -> None:
    for shelf in store.covering(seq):
        store.summaries[shelf] = store.summaries[shelf]._replace(upto=0, text="")
    conversation = store.said[seq].message.conversation
    one = store.conversations[conversation]
    if not one.owner:
        store.conversations[conversation] = one._replace(title="")
    turn_id = store.said[seq].message.turn_id
    store.notes = [note for note in store.notes if note.turn_id != turn_id]
    store.traces.pop(seq, None)
    store.ended[seq] = now
    store.entries.pop(seq, None)
    del store.said[seq]


def _forget_conversations(store: Store, person: str, seq: int) -> None:
    for key, one in list(store.conversations.items()):
        if one.owner == person:
            store.forgotten.pop(f"thread {key}", None)
            if any(turn.seq >= seq for turn in store.open_in(key)):
                store.conversations[key] = one._replace(title="")
            else:
                del store.conversations[key]


def _forget_usage(store: Store, person: str, today: str) -> None:
    """What was used stays counted, as nobody's; of today it stays theirs, for today's limits."""
    for (day, whose), used in list(store.usage.items()):
        if whose == person and day < today:
            store.count(day, OURS, used)
            del store.usage[day, whose]
