"""Whatever goes wrong on the way, the whole answer stands there at the end, once."""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.delivery.bench import Bench, Life

from aizuchi.answers import Restarted
from aizuchi.limits import Limits
from aizuchi.markdown import with_line
from aizuchi.operations import Delivered, Undeliverable
from aizuchi.testing import virtual_time
from aizuchi.testing.plaza import EDITS, FILE, ONCE, STREAMS
from aizuchi.testing.plaza.courier import CallApi
from aizuchi.testing.plaza.platform import Trouble

TEXT = "\n\n".join(f"Paragraph {number}: " + "it goes on, " * 12 for number in range(9))
CODE = "Look:\n\n```py\n" + "".join(f"line({number})\n" for number in range(120)) + "```\n\nSo."
JAPANESE = "相槌は、聞いている印です。「はい」と言います。\n\n" * 40


class Crash(NamedTuple):
    """The process dies at its n-th call of the platform: before it leaves, or once it is done."""

    call: int
    when: Literal["before", "after"]


class Story(NamedTuple):
    """How an answer goes, and what goes wrong with it."""

    limits: Limits
    text: str
    said: str
    every_s: float
    begins_again: bool
    troubles: Mapping[int, Trouble]
    crashes: tuple[Crash, ...]


troubles = st.one_of(
    st.just(Trouble("lost")),
    st.just(Trouble("reply_lost")),
    st.builds(Trouble, st.just("error"), st.just("busy"), st.floats(0.1, 20)),
)
crashes = st.builds(Crash, st.integers(1, 12), st.sampled_from(("before", "after")))
stories = st.builds(
    Story,
    st.builds(
        lambda limits, size: limits._replace(page_chars=size),
        st.sampled_from([STREAMS, EDITS, ONCE]),
        st.integers(256, 900),
    ),
    st.sampled_from([TEXT, TEXT[:200], CODE, JAPANESE, "Yes."]),
    st.sampled_from(["", "Stopped."]),
    st.sampled_from([0.002, 0.02, 0.3]),
    st.booleans(),
    st.dictionaries(st.integers(1, 40), troubles, max_size=12),
    st.lists(crashes, max_size=3).map(tuple),
)


async def tell(story: Story) -> Bench:
    """Lives one after another, until one of them has delivered the answer."""
    bench = Bench(story.limits)
    bench.plaza.trouble = lambda number, method: story.troubles.get(number)
    for crash in story.crashes:
        if await _lives(bench, story, crash):
            return bench
        await asyncio.sleep(40)
    assert await _lives(bench, story, None)
    return bench


async def _lives(bench: Bench, story: Story, crash: Crash | None) -> bool:
    """Whether this life delivered the answer before it ended."""
    life = bench.next_life(finished=bench.finished())
    dying = asyncio.Event()
    delivering = life.through(_until(crash, bench.plaza.call, dying)).begin()
    writing = asyncio.create_task(_write(bench, life, story))
    death = asyncio.create_task(dying.wait())
    try:
        await asyncio.wait({delivering, death}, return_when=asyncio.FIRST_COMPLETED)
        if dying.is_set():
            return False
        assert delivering.result() == Delivered()
        return True
    finally:
        writing.cancel()
        death.cancel()
        await asyncio.gather(writing, death, return_exceptions=True)
        await life.die()


def _until(crash: Crash | None, call_api: CallApi, dying: asyncio.Event) -> CallApi:
    calls = 0

    async def call(method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        nonlocal calls
        calls += 1
        if crash != (calls, "before"):
            reply = await call_api(method, arguments)
            if crash != (calls, "after"):
                return reply
        dying.set()
        await asyncio.Event().wait()
        return {}

    return call


async def _write(bench: Bench, life: Life, story: Story) -> None:
    if bench.finished():
        return
    if life.claim.turn.attempt > 1:
        await life.write(Restarted())
    text = _text(story, life.claim.turn.attempt)
    if story.begins_again:
        await life.say(text[::-1][: len(text) // 2], every_s=story.every_s, size=20)
        await life.write(Restarted())
    await life.say(text, every_s=story.every_s, size=20)
    await life.finish(text, story.said)


def _text(story: Story, attempt: int) -> str:
    return f"Attempt {attempt}. {story.text}"


def _told(story: Story, bench: Bench) -> list[str]:
    """What a reader has to see at the end: the text of the attempt that finished."""
    last = bench.store.lines[-1].position.attempt
    attempts = [
        attempt
        for attempt in range(1, last + 1)
        if any(
            getattr(line.entry, "text", "") == _text(story, attempt) for line in bench.store.lines
        )
    ]
    return bench.pages(with_line(_text(story, attempts[-1]), story.said))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(stories)
def test_the_answer_stands_there_once_whatever_happened(story: Story) -> None:
    bench = virtual_time.run(tell(story))

    assert bench.answer() == _told(story, bench)
    assert bench.plaza.open_streams() == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "limits", [STREAMS, EDITS, ONCE, FILE], ids=["stream", "edit", "once", "file"]
)
@pytest.mark.parametrize("call", range(1, 26))
async def test_a_crash_at_every_call_leaves_one_answer(
    call: int, limits: Limits, when: Literal["before", "after"]
) -> None:
    limits = limits._replace(page_chars=400, pages=3)
    story = Story(limits, TEXT, "", 0.1, False, {}, (Crash(call, when),))

    bench = await tell(story)

    pages = _told(story, bench)
    if limits.overflow == "file":
        assert len(bench.answer()) == 3
        assert bench.answer()[:2] == pages[:2]
        assert list(bench.posts()[0].files) == ["answer.md"]
    else:
        assert bench.answer() == pages
    assert bench.plaza.open_streams() == []


@pytest.mark.parametrize("trouble", [Trouble("lost"), Trouble("reply_lost")], ids=["lost", "reply"])
@pytest.mark.parametrize("limits", [STREAMS, EDITS, ONCE], ids=["stream", "edit", "once"])
@pytest.mark.parametrize("call", range(1, 16))
async def test_a_reply_that_is_lost_at_any_call_leaves_one_answer(
    call: int, limits: Limits, trouble: Trouble
) -> None:
    limits = limits._replace(page_chars=400)
    story = Story(limits, TEXT, "", 0.05, False, {call: trouble}, ())

    bench = await tell(story)

    assert bench.answer() == _told(story, bench)


async def test_a_doubtful_post_is_repeated_once_where_nobody_may_look() -> None:
    bench = Bench(ONCE)
    bench.plaza.forbidden.add("history")
    bench.plaza.trouble = lambda number, method: Trouble("reply_lost") if number == 2 else None

    assert await bench.next_life().answer("Yes.") == Delivered()
    assert bench.answer() == ["Yes.", "Yes."]


async def test_a_post_that_stays_doubtful_is_not_posted_a_third_time() -> None:
    bench = Bench(ONCE)
    bench.plaza.forbidden.add("history")
    bench.plaza.trouble = lambda number, method: Trouble("reply_lost") if method == "post" else None

    end = await bench.next_life().answer("Yes.")

    assert isinstance(end, Undeliverable)
    assert end.code == "in_doubt"
    assert bench.methods().count("post") == 2


async def test_a_lost_stream_that_nobody_may_look_for_is_posted_whole_at_the_end() -> None:
    bench = Bench(STREAMS)
    bench.plaza.forbidden.add("history")
    bench.plaza.trouble = lambda number, method: Trouble("lost") if method == "open" else None

    assert await bench.next_life().answer(TEXT[:900]) == Delivered()
    assert bench.answer() == [TEXT[:900].rstrip()]
    assert bench.methods().count("open") == 1


async def test_what_is_finished_is_delivered_without_a_word_of_the_model() -> None:
    bench = Bench(EDITS)
    life = bench.next_life()
    life.begin()
    await life.say(TEXT[:300])
    life._tasks[1].cancel()
    await life.finish(TEXT[:600])
    await life.die()

    successor = bench.next_life(finished=True)
    assert await successor.begin() == Delivered()

    assert bench.answer() == [TEXT[:600].rstrip()]
    assert "working" not in bench.methods()[-3:]
    await successor.die()
