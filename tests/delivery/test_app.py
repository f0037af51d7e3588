"""A pushed surface in the whole app: heard at once, answered once, and nobody is left waiting."""

import asyncio
from pathlib import Path

import pytest

from aizuchi import plugs
from aizuchi.settings.home import prepare
from aizuchi.settings.sections import LimitSettings
from aizuchi.testing import virtual_time
from aizuchi.testing.plaza.platform import Plaza, Trouble

from . import square as squares
from .square import SETTINGS, Square


@pytest.fixture
def square(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Square:
    monkeypatch.setitem(plugs.BUILT_IN, "engine.sqlite", f"{squares.__name__}:open_without_threads")
    monkeypatch.setitem(plugs.BUILT_IN, "surface.plaza", "aizuchi.testing.plaza:PLUG")
    plaza = Plaza(virtual_time.clock)
    plaza.round_trip_s = 0.1
    monkeypatch.setattr("aizuchi.testing.plaza.opening.PLAZAS", [plaza])
    prepare(tmp_path)
    return Square(SETTINGS._replace(home=tmp_path), plaza)


async def test_a_message_is_heard_at_once_and_answered(square: Square) -> None:
    async with square.open():
        began = square.plaza.calls
        ref = await square.says("Is it so?")
        await asyncio.sleep(0)
        assert [call.method for call in began] == ["working"]
        await asyncio.sleep(20)
    assert len(square.answers(ref)) == 1
    assert "Is it so?" in square.answers(ref)[0]
    assert [call.method for call in square.plaza.calls].count("working") == 1


async def test_a_message_that_waits_is_heard_at_once_too(square: Square) -> None:
    async with square.open():
        ref = await square.says("One? " * 30)
        await asyncio.sleep(0.2)
        before = len(square.plaza.calls)
        await square.says("Two?", thread=ref)
        await asyncio.sleep(0.01)
        heard = [call.method for call in square.plaza.calls[before:]]
        await asyncio.sleep(60)
    assert heard == ["working"]
    assert len(square.answers(ref)) == 2


async def test_the_sign_does_not_hold_up_the_acknowledgement(square: Square) -> None:
    square.plaza.round_trip_s = 4.0
    async with square.open():
        began = asyncio.get_running_loop().time()
        await square.says("Is it so?")
        assert asyncio.get_running_loop().time() - began < 0.05
        await asyncio.sleep(60)


async def test_of_many_deliveries_one_gives_a_sign(square: Square) -> None:
    request = square.plaza.says("ann", "Is it so?")
    async with square.open():
        answers = await asyncio.gather(*(square.deliver(request) for _ in range(4)))
        await asyncio.sleep(30)
        assert (await square.deliver(request)).status == 200
        await asyncio.sleep(30)
    assert {answer.status for answer in answers} == {200}
    assert len(square.answers("m1")) == 1
    assert [call.method for call in square.plaza.calls].count("working") == 1
    assert square.plaza.working == {}


async def test_a_first_sign_that_fails_does_not_hold_up_the_answer(square: Square) -> None:
    square.plaza.trouble = lambda number, method: Trouble("lost") if number == 1 else None
    square.plaza.round_trip_s = 0.01
    async with square.open():
        ref = await square.says("One? " * 30)
        await asyncio.sleep(60)
    assert len(square.answers(ref)) == 1


async def test_what_cannot_be_stored_gets_no_sign(square: Square) -> None:
    async with square.open(works=False):
        assert square.app
        square.app._intake.is_closed = True
        answer = await square.deliver(square.plaza.says("ann", "Is it so?"))
    assert answer.status == 503
    assert square.plaza.calls == []


async def test_after_an_outage_a_conversation_gets_one_line(square: Square) -> None:
    square.settings = square.settings._replace(limits=LimitSettings(wait_within_s=60))
    async with square.open(works=False):
        ref = await square.says("One?")
        await square.says("Two?", thread=ref)
        await square.says("Three?", thread=ref)
        other = await square.says("Another?")
    await asyncio.sleep(100)
    async with square.open():
        await square.says("Now?", thread=ref)
        await asyncio.sleep(60)
    away = "I was away and did not answer this. Ask again if you still need it."
    assert square.answers(other) == [away]
    first, second = square.answers(ref)
    assert first == away
    assert "Now?" in second


async def test_a_refused_person_is_told_once(square: Square) -> None:
    square.settings = square.settings._replace(limits=LimitSettings(messages_per_minute=1))
    async with square.open():
        first = await square.says("One?")
        await asyncio.sleep(20)
        second = await square.says("Two?")
        await asyncio.sleep(60)
    assert "One?" in square.answers(first)[0]
    assert len(square.answers(second)) == 1
    assert "You can send 1 messages a minute" in square.answers(second)[0]


async def test_a_stop_on_the_platform_stops_the_model(square: Square) -> None:
    async with square.open():
        ref = await square.says("so " * 200)
        await asyncio.sleep(2)
        shown = square.posts(ref)[0]
        shown.stopped, shown.stream = True, False
        await asyncio.sleep(2)
        stopped = square.answers(ref)[0]
        await asyncio.sleep(60)
    assert stopped.endswith("Stopped.")
    assert square.answers(ref) == [stopped]


async def test_a_further_surface_is_on_because_it_is_named(square: Square) -> None:
    square.settings = square.settings._replace(server=square.settings.server._replace(surfaces=()))
    async with square.open(works=False):
        answer = await square.deliver(square.plaza.says("ann", "Is it so?"))
    assert answer.status == 401, "what nobody has set up verifies nothing"
