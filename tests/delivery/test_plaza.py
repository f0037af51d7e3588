"""Plaza keeps what every surface promises, and is as strict as a platform."""

import pytest

from aizuchi.events import Event, Signal
from aizuchi.testing.plaza import EDITS
from aizuchi.testing.plaza.inbound import SIGNATURE, TIMESTAMP, PlazaSurface
from aizuchi.testing.plaza.platform import Plaza, Trouble
from aizuchi.testing.plaza.setup import check
from aizuchi.testing.surface_contract import SURFACE_CONTRACT, Promise, Specimen
from aizuchi.testing.virtual_time import EPOCH, clock

WHERE = {"channel": "C1", "thread": "m1"}


def specimen() -> Specimen:
    plaza = Plaza(lambda: EPOCH)
    return Specimen(
        package="aizuchi.testing.plaza",
        surface=PlazaSurface("plaza-secret"),
        unset=PlazaSurface(""),
        requests=[plaza.says("ann", "Hello?"), plaza.says("bob", "聞いて", thread="m1")],
        now=EPOCH,
        security=[TIMESTAMP, SIGNATURE],
        sign=lambda body, at: plaza.signed(body, at=at),
    )


@pytest.mark.parametrize("promise", SURFACE_CONTRACT, ids=lambda promise: promise.__name__)
def test_plaza_keeps(promise: Promise) -> None:
    promise(specimen())


def test_a_surface_that_checks_nothing_breaks_the_contract() -> None:
    class Careless(PlazaSurface):
        def authenticate(self, request: object, *, now: float) -> Event:
            return Event("events", None, {})

    careless = specimen()._replace(surface=Careless("x"), unset=Careless(""))
    for promise in SURFACE_CONTRACT[:6]:
        with pytest.raises(AssertionError):
            promise(careless)


def test_a_stop_is_a_signal_for_its_conversation() -> None:
    plaza, surface = Plaza(lambda: EPOCH), PlazaSurface("plaza-secret")
    plaza.says("ann", "Hello?")
    event = surface.authenticate(plaza.presses_stop("m1"), now=EPOCH)

    assert isinstance(event, Event)
    assert surface.read(event, now=EPOCH).signals == (Signal("stop", "plaza:m1:T1:C1", "ann"),)


def test_a_missing_secret_is_found_and_has_a_mend() -> None:
    assert [finding.well for finding in check("secret")] == [True]
    assert check("")[0].mend


async def test_a_method_that_is_not_there_is_an_error() -> None:
    assert (await Plaza(clock).call("sing", WHERE))["error"] == "unknown_method"


async def test_a_message_is_neither_empty_nor_too_long() -> None:
    plaza = Plaza(clock)

    assert (await plaza.call("post", {**WHERE, "text": " ", "key": ""}))["error"] == "no_text"
    long = {**WHERE, "text": "x" * 2_001, "key": ""}
    assert (await plaza.call("post", long))["error"] == "too_long"


async def test_a_stream_expires_even_while_it_is_used_and_is_mended_by_an_edit() -> None:
    now = EPOCH
    plaza = Plaza(lambda: now)
    ref = (await plaza.call("open", {**WHERE, "text": "a"}))["ref"]
    append = {**WHERE, "ref": ref, "text": "b"}
    edit = {**WHERE, "ref": ref, "text": "ab"}

    assert (await plaza.call("append", append))["ok"]
    assert (await plaza.call("edit", edit))["error"] == "streaming"
    now += 301
    assert (await plaza.call("append", append))["error"] == "not_streaming"
    assert plaza.open_streams() != []
    assert (await plaza.call("edit", edit))["ok"]
    assert plaza.open_streams() == []


async def test_a_minute_has_so_many_calls_and_the_next_is_told_when() -> None:
    now = EPOCH
    plaza = Plaza(lambda: now)
    opens = [await plaza.call("open", {**WHERE, "text": "a"}) for _ in range(21)]

    assert [reply["ok"] for reply in opens] == [True] * 20 + [False]
    assert opens[-1]["retry_after"] == 60
    now += 60
    assert (await plaza.call("open", {**WHERE, "text": "a"}))["ok"]


async def test_a_lost_reply_leaves_the_message_and_a_lost_call_none() -> None:
    plaza = Plaza(clock)
    post = {**WHERE, "text": "a", "key": "k"}
    plaza.trouble = lambda number, method: Trouble("reply_lost" if number == 1 else "lost")

    for _ in range(2):
        with pytest.raises(ConnectionError):
            await plaza.call("post", post)

    assert [message.text for message in plaza.thread("C1", "m1")] == ["a"]


async def test_the_transcript_is_what_a_person_sees() -> None:
    plaza = Plaza(clock)
    plaza.says("ann", "Hello?")
    ref = (await plaza.call("post", {**WHERE, "text": "Yes.", "key": "k"}))["ref"]
    await plaza.call("attach", {**WHERE, "ref": ref, "name": "answer.md", "text": "Yes."})

    assert plaza.transcript() == "ann: Hello?\naizuchi: Yes. [answer.md]"


def test_a_rewritten_page_is_whole_each_time() -> None:
    surface = PlazaSurface("plaza-secret", EDITS)

    assert surface.render("```py\nprint(", growing=True) == ["```py\nprint(\n```"]
