"""Whatever is done to an engine, the SQLite and the memory engine answer the same."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from aizuchi.answers import (
    BEGINNING,
    Consent,
    Entry,
    Finished,
    Outcome,
    Position,
    Posting,
    Restarted,
    Shown,
    Step,
    TextDelta,
)
from aizuchi.engines import memory, sqlite
from aizuchi.errors import AizuchiError
from aizuchi.events import Message, Place, Sender, Signal
from aizuchi.history import Overflow
from aizuchi.ports import Allowance, Engine, Retention, Settlement
from aizuchi.recall import Scope, Window, shelf_of
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import OpenEngine, running
from aizuchi.turns import Bounds, Claim

Act = Callable[[Engine], Awaitable[Any]]

BOUNDS = Bounds(waiting=2, wait_within_s=60, answer_within_s=40, takeover_s=10, tries=2)
ALLOWANCE = Allowance(messages_per_minute=5, answers_per_day=9, tokens_per_day=90)
RETENTION = Retention(text_days=0.02)
PLACES = {"own": "own", "room": "room", "thread": "room"}
PEOPLE = ("ann", "bob")
SCOPES: tuple[Scope, ...] = ("thread", "channel", "user", "none")
PASSING_S = (0.02, 12.0, 31.0, 70.0, 700.0, 700.0, 2_000.0)
CLEANED_S = 0.01  # by then whatever was due to be cleaned up is

people = st.sampled_from(PEOPLE)
conversations = st.sampled_from(sorted(PLACES))
texts = st.sampled_from(["a", "日本語 ", "🙂", "two\nlines "])
ages = st.integers(0, 4)
outcomes = st.sampled_from(list[Outcome](["answered", "answered", "cancelled", "failed"]))
entries = st.one_of(
    st.lists(st.builds(TextDelta, texts), min_size=1, max_size=3),
    st.tuples(st.builds(Step, st.just("s"), texts)),
    st.tuples(st.builds(Posting, st.integers(1, 2), st.just(1.0))),
    st.tuples(st.builds(Shown, st.integers(1, 2), texts)),
    st.just([Restarted()]),
)
consents = st.builds(
    Consent, texts, texts, texts, st.just((("delete", "{}"),)), st.sampled_from([0.0, 4e9])
)
said = st.just("") | texts
ends = st.builds(Finished, outcomes, said, said, said, said, st.none() | consents)
settlements = st.builds(
    Settlement,
    outcomes | st.just("undeliverable"),
    tokens=st.integers(0, 50),
    forget=st.sampled_from([*SCOPES, "none", "none", "none"]),
    forget_person=st.sampled_from([False, False, False, True]),
    written=st.integers(0, 50),
)
windows = st.builds(Window, st.integers(0, 4), st.sampled_from([0, 4, 9]))


class Saying(NamedTuple):
    """What somebody says where: something new, or what was said so many messages ago again;
    and how many messages ago stands what it asks again, if anything."""

    conversation: str
    sender: str
    text: str
    age: int = 0
    replaced: int = 0

    def message(self, number: int) -> Message:
        private = self.conversation == "own"
        place = key_of(PLACES[self.conversation], self.sender)
        return Message(
            turn_id=f"{number - self.age}",
            surface="test",
            tenant="home",
            conversation=key_of(self.conversation, self.sender),
            place=Place(place, "private" if private else "shared"),
            sender=Sender(self.sender),
            text=f"{self.text}{number - self.age}",
            reply_to={"token": "secret"},
            replaces=f"{number - self.replaced}" if self.replaced else "",
        )


new_sayings = st.builds(Saying, conversations, people, texts, replaced=st.just(0) | ages)
sayings = st.builds(Saying, conversations, people, texts, ages, st.just(0) | ages)
talks = st.lists(st.tuples(new_sayings, entries, ends, settlements), min_size=1, max_size=5)


def key_of(conversation: str, sender: str) -> str:
    """A private conversation is one person's own."""
    return f"{conversation} {sender}" if conversation == "own" else conversation


class EnginesAgree(RuleBasedStateMachine):
    """Both engines, side by side in one simulated time."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self._home = Path(tempfile.mkdtemp())
        self._runner = asyncio.Runner(loop_factory=virtual_time.VirtualTimeLoop)
        common: dict[str, Any] = {"retention": RETENTION, "clock": virtual_time.clock}
        self._openers: list[OpenEngine] = [
            partial(sqlite.open_engine, self._home, threads=False, **common),
            partial(memory.open_engine, memory.Store(), **common),
        ]
        self._engines: list[Engine] = []
        self._opened = AsyncExitStack()
        self._said = 0

    @initialize()
    def open(self) -> None:
        self._run(self._open())

    @rule(said=st.lists(sayings, min_size=1, max_size=5), together=st.booleans())
    def accept(self, said: list[Saying], together: bool = False) -> None:
        conversation = said[0].conversation
        messages = [
            self._message(each._replace(conversation=conversation) if together else each)
            for each in said
        ]
        self._both(lambda engine: engine.inbox.accept(messages, ()))

    @rule(conversation=conversations, sender=people, age=st.just(-1) | ages)
    def stop(self, conversation: str, sender: str, age: int) -> None:
        turn_id = f"{self._said - age}" if age >= 0 else ""
        signal = Signal("stop", key_of(conversation, sender), sender, turn_id)
        self._both(lambda engine: engine.inbox.accept((), [signal]))

    @rule(target=claims, only_to_end=st.booleans())
    def claim(self, only_to_end: bool) -> Any:
        claim = self._both(lambda engine: at_once(engine.queue.claim(only_to_end=only_to_end)))
        return claim if isinstance(claim, Claim) else multiple()

    @rule(talk=talks)
    def talk(self, talk: list[tuple[Saying, Sequence[Entry], Finished, Settlement]]) -> None:
        """Messages, each with the next turn taken to its end, whichever that is."""
        for said, written, end, settlement in talk:
            self.accept([said])
            claim = self.claim(only_to_end=False)
            if isinstance(claim, Claim):
                self.append(claim, written)
                self.finish_and_settle(claim, end, settlement)

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        self._both(lambda engine: engine.queue.renew(claim))

    @rule(claim=claims)
    def release(self, claim: Claim) -> None:
        self._both(lambda engine: engine.queue.release(claim))

    @rule(claim=claims)
    def admit(self, claim: Claim) -> None:
        for _ in range(2):
            self._both(lambda engine: engine.usage.admit(claim))

    @rule(claim=claims, written=entries)
    def append(self, claim: Claim, written: Sequence[Entry]) -> None:
        self._both(lambda engine: engine.log.append(claim, written))

    @rule(claim=claims, end=ends)
    def finish(self, claim: Claim, end: Finished) -> None:
        self._both(lambda engine: engine.log.append(claim, [end]))

    @rule(claim=claims, settlement=settlements)
    def settle(self, claim: Claim, settlement: Settlement) -> None:
        self._both(lambda engine: engine.queue.settle(claim, settlement))

    @rule(claim=consumes(claims), end=ends, settlement=settlements)
    def finish_and_settle(self, claim: Claim, end: Finished, settlement: Settlement) -> None:
        self._both(lambda engine: engine.log.append(claim, [end]))
        self._both(lambda engine: engine.queue.settle(claim, settlement))

    @rule(conversation=conversations, sender=people, person=people)
    def delete(self, conversation: str, sender: str, person: str) -> None:
        key = key_of(conversation, sender)
        self._both(lambda engine: engine.chats.delete(f"test:home:{person}", key))

    @rule(conversation=conversations, sender=people, person=people, title=texts)
    def rename(self, conversation: str, sender: str, person: str, title: str) -> None:
        key = key_of(conversation, sender)
        self._both(lambda engine: engine.chats.rename(f"test:home:{person}", key, title))

    @rule(target=claims, dies=st.booleans())
    def take_over(self, dies: bool) -> Any:
        """Somebody claims and is never heard of again; then somebody else does."""
        self.claim(only_to_end=False)
        if dies:
            self.restart()
        else:
            self.let_time_pass(BOUNDS.lease_s + 1)
        return self.claim(only_to_end=False)

    @rule(seconds=st.sampled_from(PASSING_S))
    def let_time_pass(self, seconds: float) -> None:
        self._run(asyncio.sleep(seconds))
        self._run(asyncio.sleep(CLEANED_S))

    @rule()
    def restart(self) -> None:
        self._run(self._opened.aclose())
        self._run(self._open())

    @rule(age=ages, attempt=st.integers(0, 3), n=st.integers(0, 6))
    def follow(self, age: int, attempt: int, n: int) -> None:
        turn_id = f"{self._said - age}"
        self._both(lambda engine: tail(engine, turn_id, Position(attempt, n)))

    @rule(asking=sayings, window=windows)
    def recall(self, asking: Saying, window: Window) -> None:
        message = asking.message(self._said)
        self._both(lambda engine: recalled(engine, message, window))

    @rule(said=sayings, scope=st.sampled_from(SCOPES[:3]), window=windows, text=texts)
    def summarise(self, said: Saying, scope: Scope, window: Window, text: str) -> None:
        shelf = shelf_of(said.message(self._said), scope)
        overflow = self._both(lambda engine: engine.memory.overflow(shelf, window))
        if isinstance(overflow, Overflow):
            for again in (text, f"{text} again"):
                self._both(lambda engine: engine.memory.summarise(overflow, again, 1))  # noqa: B023 - done at once

    @rule()
    def take_what_is_due(self) -> None:
        self._both(lambda engine: in_any_order(engine.memory.due()))

    @invariant()
    def people_see_the_same(self) -> None:
        if self._engines:
            self._both(seen)

    def teardown(self) -> None:
        if self._engines:
            self._both(lambda engine: everything(engine, self._said))
            self._answer_all()
            self._both(lambda engine: everything(engine, self._said))
        self._run(self._opened.aclose())
        self._runner.close()
        shutil.rmtree(self._home)

    def _answer_all(self) -> None:
        """Every open turn, in the order in which both engines give them out."""
        self.let_time_pass(BOUNDS.lease_s + 1)
        while isinstance(claim := self.claim(only_to_end=False), Claim):
            self.finish_and_settle(claim, Finished("answered", "late"), Settlement("answered"))

    async def _open(self) -> None:
        self._engines = [
            await self._opened.enter_async_context(running(opener, BOUNDS, ALLOWANCE))
            for opener in self._openers
        ]
        await asyncio.sleep(CLEANED_S)

    def _message(self, saying: Saying) -> Message:
        self._said += not saying.age
        return saying.message(self._said)

    def _run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(step)

    def _both(self, act: Act) -> Any:
        """What both engines answer, which must be the same."""
        of_sqlite, of_memory = self._run(side_by_side(act, self._engines))
        assert of_sqlite == of_memory
        return of_sqlite


async def side_by_side(act: Act, engines: list[Engine]) -> list[Any]:
    return list(await asyncio.gather(*(answer_of(act(engine)) for engine in engines)))


async def answer_of(answering: Awaitable[Any]) -> Any:
    """An answer, or what kind of error came instead."""
    try:
        return await answering
    except (AizuchiError, ValueError) as error:
        return type(error)


async def at_once(claiming: Awaitable[Claim]) -> Claim | None:
    try:
        async with asyncio.timeout(0.001):
            return await claiming
    except TimeoutError:
        return None


async def tail(engine: Engine, turn_id: str, after: Position) -> list[tuple[Position, Entry]]:
    """What a follower reads until nothing more comes."""
    lines: list[tuple[Position, Entry]] = []
    try:
        async with asyncio.timeout(0.2):
            async for group in engine.log.follow(turn_id, after):
                lines += [(line.position, line.entry) for line in group]
    except TimeoutError:
        lines.append((BEGINNING, TextDelta("and waits")))
    return lines


async def recalled(engine: Engine, asking: Message, window: Window) -> list[Any]:
    found = [await engine.memory.recall(asking, scope, window) for scope in SCOPES]
    return [(list(each.exchanges), list(each.summaries)) for each in found]


async def in_any_order(asking: Awaitable[Sequence[Any]]) -> list[Any]:
    return sorted(await asking)


async def seen(engine: Engine) -> list[Any]:
    """Threads as their people see them, and what everybody used."""
    found: list[Any] = [await engine.usage.read("2000-01-01"), await engine.chats.whose("own")]
    for person in (f"test:home:{name}" for name in PEOPLE):
        found += [await engine.memory.holds(person), list(await engine.memory.export(person))]
        listed = await engine.chats.list(person)
        found += [listed, *[await engine.chats.read(person, chat.id) for chat in listed]]
    return found


async def everything(engine: Engine, said: int) -> list[Any]:
    """All that there is to read."""
    found = []
    for conversation in PLACES:
        for sender in PEOPLE:
            asking = Saying(conversation, sender, "").message(said + 1)
            found += await recalled(engine, asking, Window(9))
    for number in range(said + 1):
        found.append(await engine.traces.read(f"{number}"))
        found.append(await tail(engine, f"{number}", BEGINNING))
        found.append(await tail(engine, f"{number}", Position(1, 1)))
    return found


TestEnginesAgree = EnginesAgree.TestCase
TestEnginesAgree.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
