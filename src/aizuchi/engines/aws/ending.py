"""What is written when a turn settles."""

from typing import NamedTuple

from aizuchi.access import day_of
from aizuchi.answers import Consent, ToolReturned, ToolsCalled, fold
from aizuchi.consent import Pending, asking_id
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.asking import Asked, asking, decided
from aizuchi.engines.aws.filing import file_keys
from aizuchi.engines.aws.indexing import pointers, threads
from aizuchi.engines.aws.items import Delete, Item, Put, Update, Write, key_of, key_of_write
from aizuchi.engines.aws.lives import Life
from aizuchi.engines.aws.persons import wishes
from aizuchi.engines.aws.replacing import asked_again, forgetting, give_way, giving_way
from aizuchi.engines.aws.saidrows import Wish, said_item, said_row
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.talks import Talk, written
from aizuchi.engines.aws.texts import parts_of
from aizuchi.engines.aws.turnrows import OVER, held_by
from aizuchi.engines.aws.usage import used
from aizuchi.history import Trace, UsageDay
from aizuchi.ports import Settlement
from aizuchi.recall import person_of
from aizuchi.traces import encode_trace, timeline
from aizuchi.turns import WAITED, Claim

ROUNDS = (ToolsCalled, ToolReturned)


class Standing(NamedTuple):
    """What stands when a turn is about to settle: its life, its conversation, and the question that
    it decides; `keeps` says whether anything of it is kept, `has_day` whether the person has used
    anything today."""

    life: Life
    talk: Talk
    asked: Asked | None
    keeps: bool
    has_day: bool

    @property
    def row(self) -> Item:
        assert self.life.row
        return self.life.row


class Ending:
    """`together` is one transaction. What goes `before` harms nothing where that fails, and what
    goes `beyond` it is of no use to anybody."""

    def __init__(
        self, store: Store, claim: Claim, settlement: Settlement, standing: Standing
    ) -> None:
        self._store, self._claim, self._settlement = store, claim, settlement
        self._life, self._talk, self._asked, self._keeps, self._has_day = standing
        self._row, self._message = standing.row, claim.turn.message
        self._seq, self._now = claim.turn.seq, store.clock()
        self._log = standing.life.log
        self.before: list[Put] = []
        self.together: list[Write] = []
        self.beyond: list[Delete] = []
        self.expires_at = 0.0

    async def plan(self) -> None:
        self._end_the_turn()
        if self._keeps:
            self._keep_what_was_said()
        else:
            gone = pointers(self._message, self._seq)
            self.beyond += [Delete(key_of(each.item)) for each in gone]
            if self._message.attachments:
                files = await file_keys(self._store.table, self._message.turn_id)
                self.beyond += map(Delete, files)
        self._decide()
        self._go_on()
        self._count()
        await self._change_memory()

    def _end_the_turn(self) -> None:
        turn = self._claim.turn
        held, kept = held_by(self._claim), self._keeps
        ends = self._store.turn_until(self._now) if kept else self._store.id_until(self._now)
        after: Item = {"state": OVER, "settled_at": self._now, "left": not kept, "lease_until": 0}
        gone: Item = {"body": "", "parts": 0, "trace": self._trace(), **ends}
        self.together.append(
            Update(keys.turn(turn.message.turn_id), set={**after, **gone}, only=held)
        )
        self.beyond += map(Delete, parts_of(self._row))

    def _trace(self) -> str:
        how = self._settlement
        life = Trace(float(self._row["accepted_at"]), timeline(self._life.written))
        return encode_trace(
            life.settled(self._now, how.settled_as, how.reason, how.tokens, how.written)
        )

    def _keep_what_was_said(self) -> None:
        asked_at = float(self._row["accepted_at"])
        row = said_row(self._message, asked_at, self._log, self._settlement, self._wish)
        until = self._store.text_until(self._now)
        item, behind = said_item(row, self._message, self._seq, until)
        self.before += behind
        self.together.append(item)

    def _decide(self) -> None:
        """What was decided goes; what was asked is kept, unless nobody could be shown it."""
        if self._asked:
            decided_id = asking_id(self._message.turn_id)
            self.together += decided(self._asked.pending, decided_id)
            self.beyond += map(Delete, self._asked.behind)
        if consent := self._consent():
            first = self._asked.pending.message if self._asked else self._message
            rounds = [line.entry for line in self._log if isinstance(line.entry, ROUNDS)]
            items, behind = asking(Pending(consent, first, self._wish.text, rounds), self._message)
            self.together += items
            self.before += behind
            self.expires_at = consent.expires_at

    @property
    def _wish(self) -> Wish:
        """What the first message wanted, however many questions followed."""
        if self._asked:
            first = self._asked.pending.message
            return Wish(self._asked.pending.wish, first.via, first.attachments)
        return Wish(self._message.text, self._message.via, self._message.attachments)

    def _consent(self) -> Consent | None:
        finished = fold(self._log).finished
        is_shown = self._settlement.settled_as != "undeliverable"
        return finished.consent if finished and is_shown and self._keeps else None

    def _go_on(self) -> None:
        """The next one of the conversation may be claimed."""
        finished = fold(self._log).finished
        assert finished
        talk = self._talk.without(self._message.turn_id)
        if self._keeps:
            talk = talk.goes_on(self._message, self._now, self._seq)
            talk = talk._replace(answered=talk.answered or finished.outcome != "refused")
            if talk.owner != self._talk.owner:
                self.before += threads(talk)
        if self._keeps and finished.code == WAITED:
            told_now = not self._claim.work.told_later
            talk = talk._replace(
                away_seq=max(talk.away_seq, self._seq),
                away_at=self._now if told_now else talk.away_at,
            )
        self.together.append(written(talk, self._now, self._ends(talk)))

    def _ends(self, talk: Talk) -> Item:
        """A private conversation of which nothing is kept is forgotten itself."""
        private = self._message.place.audience == "private"
        if private and not talk.owner:
            return self._store.id_until(self._now)
        return self._store.text_until(self._now)

    def _count(self) -> None:
        tokens, by = self._settlement.tokens, self._settlement.written
        if tokens:
            person = person_of(self._message)
            day = UsageDay(day_of(self._now), person, 0, tokens, by)
            counting, noting = used(self._store, day)
            self.together.append(counting)
            self.before += [] if self._has_day else [noting]

    async def _change_memory(self) -> None:
        store, message = self._store, self._message
        if begin := await asked_again(store.table, message):
            await give_way(store, message, begin, self._seq)
            changed = await giving_way(store, message, begin)
        else:
            changed = []
        dropping = await forgetting(store, message, self._settlement.forget, self._seq)
        taken = {key_of_write(each) for each in dropping}
        self.together += [*(each for each in changed if key_of_write(each) not in taken), *dropping]
        if self._settlement.forget_person:
            self.together.append(wishes(person_of(message), self._seq))
