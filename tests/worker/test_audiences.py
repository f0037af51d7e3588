"""Whatever is said where, remembered, summarised and forgotten: nobody is told what was said before
another audience, even by a model that repeats all it knows.

Every message carries a canary of its own. `make proof` takes 100,000 steps.
"""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aizuchi.answers import Finished
from aizuchi.engines import sqlite
from aizuchi.events import Message, Place, Sender
from aizuchi.ports import Allowance, Engine, Settlement
from aizuchi.prompt import Brief, prompt_of
from aizuchi.recall import Scope, Window, person_of, shelf_of
from aizuchi.summaries import prompt_for
from aizuchi.testing import virtual_time

PEOPLE = ("ann", "bob")
SHARED = {"hall": "hall", "hall thread": "hall", "yard": "yard"}
PRIVATE = ("own", "other own")
SCOPES: tuple[Scope, ...] = ("thread", "channel", "user")
IN_MEMORY = Path("/dev/shm")  # nothing here is about the disk
CANARY = re.compile(r"<(\d+)>")

people = st.sampled_from(PEOPLE)
talks = st.sampled_from([*SHARED, *PRIVATE])


class Origin(NamedTuple):
    """Where a canary was said, before whom, and by whom."""

    place: Place
    person: str


class Audiences(RuleBasedStateMachine):
    """Two people in two shared places and in private, and a model that keeps no secret."""

    def __init__(self) -> None:
        super().__init__()
        self._home = Path(tempfile.mkdtemp(dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        self._runner = asyncio.Runner(loop_factory=virtual_time.VirtualTimeLoop)
        self._opened = AsyncExitStack()
        self._said: dict[str, Origin] = {}
        self._members: dict[Place, set[str]] = {}
        self._forgotten: set[str] = set()
        self._last: dict[str, str] = {}

    @initialize(scope=st.sampled_from(SCOPES), turns=st.integers(1, 4), repeats=st.booleans())
    def open(self, scope: Scope, turns: int, repeats: bool) -> None:
        self._scope, self._window, self._repeats = scope, Window(turns, 400), repeats
        self._run(self._open())

    @rule(said=st.lists(st.tuples(talks, people, st.integers(1, 5)), min_size=1, max_size=6))
    def say(self, said: list[tuple[str, str, int]]) -> None:
        for talk, person, times in said:
            for _ in range(times):
                self._say(talk, person)

    @rule(talk=talks, person=people)
    def say_again(self, talk: str, person: str) -> None:
        self._say(talk, person, again=True)

    def _say(self, talk: str, person: str, *, again: bool = False) -> None:
        """A question with its canary, its answer, and what follows in its shadow."""
        number = str(len(self._said))
        message = self._message(talk, person, f"<{number}>", again=again)
        told = self._told(message)
        self._check(message, told)
        self._said[number] = Origin(message.place, person_of(message))
        self._members.setdefault(message.place, set()).add(person_of(message))
        self._last[message.conversation] = message.turn_id
        answer = f"I heard <{number}>." + (" And ".join(["", *told]) if self._repeats else "")
        self._run(self._settle(message, answer, Settlement("answered")))
        self._run(self._summarise(message))

    @rule(talk=talks, person=people)
    def reset(self, talk: str, person: str) -> None:
        message = self._message(talk, person, "reset")
        self._run(self._settle(message, "Done.", Settlement("answered", forget=self._scope)))
        told = self._told(self._message(talk, person, ""))
        assert not told, f"{sorted(told)} are told after a reset"

    @precondition(lambda self: not getattr(self, "_repeats", True))
    @rule(talk=talks, person=people)
    def forget_me(self, talk: str, person: str) -> None:
        message = self._message(talk, person, "forget me")
        whose = person_of(message)
        wish = Finished("answered", "", "Done.", "forget_me")
        self._run(self._settle(message, "", Settlement("answered", forget_person=True), wish))
        self._forgotten |= {number for number, one in self._said.items() if one.person == whose}
        kept = json.dumps(self._run(self._engine.memory.export(whose)))
        assert not CANARY.findall(kept)

    @rule(talk=st.sampled_from(PRIVATE), person=people)
    def delete(self, talk: str, person: str) -> None:
        message = self._message(talk, person, "")
        self._run(self._engine.chats.delete(person_of(message), message.conversation))
        self._last.pop(message.conversation, None)

    @rule()
    def write_anew_what_is_due(self) -> None:
        async def anew() -> None:
            for shelf in await self._engine.memory.due():
                await self._keep_up(shelf)

        self._run(anew())

    @rule()
    def restart(self) -> None:
        self._run(self._opened.aclose())
        self._run(self._open())

    def teardown(self) -> None:
        self._run(self._opened.aclose())
        self._runner.close()
        shutil.rmtree(self._home)

    # ── what everybody may be told ──

    def _told(self, message: Message) -> list[str]:
        """The canaries in the prompt that this message would be answered by."""
        recalled = self._run(self._engine.memory.recall(message, self._scope, self._window))
        prompt = prompt_of(Brief("Be kind.", "Nod."), recalled, message.text)
        assert (prompt[0].text, prompt[-1].text) == ("Be kind.", "Nod.")
        text = "\n".join(each.text for each in prompt if each.text != message.text)
        return sorted({f"<{number}>" for number in CANARY.findall(text)})

    def _check(self, message: Message, told: list[str]) -> None:
        for canary in told:
            number = canary.strip("<>")
            assert number not in self._forgotten, f"{canary} was forgotten, and {message} is told"
            origin = self._said[number]
            assert self._may_be_told(origin, message), f"{origin} is told to {message}"

    def _may_be_told(self, origin: Origin, message: Message) -> bool:
        """Whether all who read the answer could read what was said there."""
        if message.place == origin.place:
            return True
        if message.place.audience == "shared":
            return False
        whose = person_of(message)
        if origin.place.audience == "private":
            return origin.person == whose
        return whose in self._members[origin.place]

    # ── how it is done ──

    def _message(self, talk: str, person: str, text: str, *, again: bool = False) -> Message:
        private = talk in PRIVATE
        conversation = f"{talk} {person}" if private else talk
        place = Place(conversation if private else SHARED[talk], "private" if private else "shared")
        self._count = getattr(self, "_count", 0) + 1
        return Message(
            turn_id=f"t{self._count}",
            surface="test",
            tenant="home",
            conversation=conversation,
            place=place,
            sender=Sender(person),
            text=text,
            replaces=self._last.get(conversation, "") if again else "",
        )

    async def _open(self) -> None:
        options: Mapping[str, Any] = {"allowance": Allowance(0, 0, 0), "threads": False}
        opening = partial(sqlite.open_engine, self._home, clock=virtual_time.clock, **options)
        self._engine: Engine = await self._opened.enter_async_context(opening())
        working = asyncio.ensure_future(self._engine.run())
        self._opened.callback(working.cancel)

    async def _settle(
        self, message: Message, answer: str, settlement: Settlement, end: Finished | None = None
    ) -> None:
        await self._engine.inbox.accept([message], ())
        taken = await self._engine.queue.claim()
        assert taken.turn.message.turn_id == message.turn_id
        await self._engine.log.append(taken, [end or Finished("answered", answer)])
        await self._engine.queue.settle(taken, settlement)

    async def _summarise(self, message: Message) -> None:
        await self._keep_up(shelf_of(message, self._scope))

    async def _keep_up(self, shelf: Any) -> None:
        """Notes that repeat everything that they are made of."""
        while overflow := await self._engine.memory.overflow(shelf, self._window):
            material = "\n".join(each.text for each in prompt_for(overflow))
            notes = " ".join(sorted({f"<{number}>" for number in CANARY.findall(material)}))
            assert await self._engine.memory.summarise(overflow, notes or "nothing")

    def _run(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(step)


@pytest.mark.parametrize(
    ("examples", "steps"), [(20, 30), pytest.param(1_000, 100, marks=pytest.mark.proof)]
)
def test_nothing_crosses_to_another_audience(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Audiences,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
