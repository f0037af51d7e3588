"""Accepting: each message once, in the order in which they come."""

from collections.abc import Callable, Collection, Sequence

from aizuchi.bell import Bells
from aizuchi.engines.memory.store import Conversation, Store
from aizuchi.events import Message, Signal
from aizuchi.live import LiveLog
from aizuchi.recall import person_of
from aizuchi.turns import Bounds, Turn


class MemoryInbox:
    """The Inbox port."""

    def __init__(
        self, store: Store, log: LiveLog, bells: Bells, bounds: Bounds, clock: Callable[[], float]
    ) -> None:
        self._store, self._log, self._bells = store, log, bells
        self._bounds, self._clock = bounds, clock

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        unknown = {each.turn_id for each in messages} - self._store.seqs.keys()
        for message in messages:
            is_ours = not message.joins or self._store.is_in(message.conversation)
            if is_ours and message.turn_id not in self._store.seqs:
                self._add(message)
        for signal in signals:
            self._stop(signal)
        self._bells.ring()
        return unknown & self._store.seqs.keys()

    def _add(self, message: Message) -> None:
        store, now = self._store, self._clock()
        if message.asks_again:
            message = store.asking(message)
        owner = person_of(message) if message.place.audience == "private" else ""
        beginning = Conversation(owner, message.title, now)
        if message.history is None:
            store.conversations.setdefault(message.conversation, beginning)
        ahead = sum(not turn.refusal for turn in store.open_in(message.conversation))
        full = ahead > self._bounds.waiting and not message.decides
        refusal = "full" if full else ""
        store.last_seq = seq = store.last_seq + 1
        store.seqs[message.turn_id] = seq
        store.keep_files(seq, message)
        store.work[seq] = Turn(message.without_contents, seq, now, refusal=refusal)

    def _stop(self, signal: Signal) -> None:
        """A stop reaches the turn that is being answered in its conversation, and no other."""
        for turn in self._store.open_in(signal.conversation):
            turn_id = turn.message.turn_id
            meant = signal.turn_id == turn_id if signal.turn_id else not turn.refusal
            if meant and self._store.is_head(turn) and turn.state != "finished":
                self._store.work[turn.seq] = turn._replace(stopped=True)
                self._log.stop(turn_id)
