"""An answer on its way to a platform: in time, in few calls, whole, and once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest
from tests.delivery.bench import Bench

from aizuchi.answers import Entry, Posting, Restarted, Step, TextDelta
from aizuchi.errors import LeaseLost
from aizuchi.limits import Limits
from aizuchi.operations import Delivered, Undeliverable
from aizuchi.testing.plaza import EDITS, FILE, ONCE, STREAMS
from aizuchi.testing.plaza.platform import Trouble
from aizuchi.testing.virtual_time import VirtualTimeLoop, clock
from aizuchi.turns import Claim

LONG = "".join(f"word{number} " for number in range(1_000))
PARAGRAPHS = "\n\n".join(f"Paragraph {number}. " + "It goes on. " * 20 for number in range(40))


@pytest.mark.parametrize("limits", [STREAMS, EDITS, ONCE], ids=["streams", "edits", "once"])
async def test_an_answer_of_two_thousand_tokens_takes_few_calls(limits: Limits) -> None:
    limits = limits._replace(page_chars=12_000)
    bench = Bench(limits)
    text = "".join(f"{number % 10}bcd " for number in range(2_000))

    end = await bench.next_life().answer(text)

    assert end == Delivered()
    assert bench.answer() == [text.rstrip()]
    assert bench.methods().count("working") <= 3
    assert len(bench.methods()) - bench.methods().count("working") <= 20
    assert bench.plaza.open_streams() == []


@pytest.mark.parametrize("limits", [STREAMS, EDITS], ids=["streams", "edits"])
async def test_the_first_words_show_within_a_round_trip_and_a_fifth_of_a_second(
    limits: Limits,
) -> None:
    bench = Bench(limits)
    life = bench.next_life()
    life.begin()
    await asyncio.sleep(1)
    began = clock()

    await life.say("Aizuchi is the small word of a listener.", every_s=0.05, size=2)

    first = next(call for call in bench.plaza.calls if call.method in ("open", "post"))
    assert first.at - began <= 0.2
    assert bench.posts()[0].at - began <= 0.2 + bench.plaza.round_trip_s
    await life.die()


async def test_no_half_word_is_shown_first_unless_the_model_is_slow() -> None:
    bench = Bench()
    life = bench.next_life()
    life.begin()
    await asyncio.sleep(1)

    await life.write(TextDelta("Aizu"))
    await asyncio.sleep(0.1)
    assert bench.answer() == []
    await life.write(TextDelta("chi is"))
    await asyncio.sleep(0.11)

    assert bench.answer() == ["Aizuchi is"]
    await life.die()


async def test_the_end_follows_the_last_word_within_two_round_trips() -> None:
    took = []
    for words in range(100, 160):
        bench = Bench()
        life = bench.next_life()
        delivering = life.begin()
        text = LONG[: words * 9]
        await life.say(text)
        last = clock()
        await life.finish(text)
        await delivering
        took.append((clock() - last) / bench.plaza.round_trip_s)
        await life.die()

    took.sort()
    assert took[len(took) // 2] <= 1.3
    assert took[-1] <= 2.2


async def test_an_answer_that_is_ready_at_once_is_one_call() -> None:
    bench = Bench()
    life = bench.next_life()
    await life.write(TextDelta("Yes."))
    delivering = life.begin()
    await life.finish("Yes.")

    await delivering

    assert bench.methods() == ["post"]
    assert bench.answer() == ["Yes."]
    await life.die()


@pytest.mark.parametrize("limits", [STREAMS, EDITS, ONCE], ids=["streams", "edits", "once"])
async def test_all_of_a_long_answer_stands_on_its_pages(limits: Limits) -> None:
    bench = Bench(limits)

    end = await bench.next_life().answer(PARAGRAPHS)

    assert end == Delivered()
    assert bench.answer() == bench.pages(PARAGRAPHS)
    assert " ".join(bench.answer()).split() == PARAGRAPHS.split()
    assert list(bench.shown().values()) == [post.ref for post in bench.posts()]


async def test_a_stream_is_never_rewritten_when_nothing_goes_wrong() -> None:
    bench = Bench()

    await bench.next_life().answer(PARAGRAPHS)

    assert "edit" not in bench.methods()
    assert bench.methods().count("open") >= 4


async def test_a_stream_is_stopped_at_four_minutes_and_goes_on_by_edits() -> None:
    bench = Bench(STREAMS._replace(page_chars=12_000))

    end = await bench.next_life().answer(LONG, every_s=0.2)

    closed = next(call.at for call in bench.plaza.calls if call.method == "close")
    assert end == Delivered()
    assert bench.answer() == [LONG.rstrip()]
    assert closed - bench.posts()[0].at < 243
    assert "edit" in bench.methods()
    assert len(bench.posts()) == 1


async def test_too_long_an_answer_is_attached_whole_and_the_last_page_says_so() -> None:
    bench = Bench(FILE)

    end = await bench.next_life().answer(PARAGRAPHS)

    posts = bench.posts()
    assert end == Delivered()
    assert len(posts) == 5
    assert posts[0].files == {"answer.md": PARAGRAPHS}
    assert posts[4].text.endswith("\n\nThe whole answer is in the attached file.")
    assert [post.text for post in posts[:4]] == bench.pages(PARAGRAPHS)[:4]


async def test_where_files_are_refused_the_pages_go_on() -> None:
    bench = Bench(FILE)
    bench.plaza.forbidden.add("attach")

    end = await bench.next_life().answer(PARAGRAPHS)

    assert end == Delivered()
    assert bench.answer() == bench.pages(PARAGRAPHS)


async def test_our_line_is_shown_under_the_text() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    await life.say("```py\nprint(")
    await life.finish("```py\nprint(", "Stopped.", "cancelled")
    await delivering

    assert bench.answer() == ["```py\nprint(\n```\n\nStopped."]
    await life.die()


async def test_our_line_alone_is_one_message() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    await life.finish("", "The model cannot be reached.", "failed")
    await delivering

    assert bench.answer() == ["The model cannot be reached."]
    await life.die()


async def test_text_that_is_begun_again_replaces_what_stood_there() -> None:
    bench = Bench(EDITS._replace(page_chars=300))
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:1_000])
    await life.write(Restarted())
    await life.say("A new beginning. ", every_s=0.5)
    await asyncio.sleep(2)

    assert bench.answer()[0] == "A new beginning."
    assert set(bench.answer()[1:]) == {"…"}
    await life.finish("A new beginning. The end.")
    await delivering

    assert bench.answer() == ["A new beginning. The end."]
    await life.die()


async def test_words_that_begin_again_show_as_soon_as_first_words_do() -> None:
    bench = Bench()
    life = bench.next_life()
    life.begin()
    await life.say(LONG[:3_000])
    await life.write(Restarted())
    await asyncio.sleep(1)
    began = clock()
    await life.say("Once more. ", every_s=0.1)

    edit = next(call for call in bench.plaza.calls if call.method == "edit")
    assert edit.at - began < 0.2 + bench.plaza.round_trip_s
    await life.die()


@pytest.mark.parametrize("kind", ["lost", "reply_lost"])
async def test_an_append_in_doubt_is_not_repeated(kind: Literal["lost", "reply_lost"]) -> None:
    bench = Bench()
    bench.plaza.trouble = lambda number, method: (
        Trouble(kind) if method == "append" and bench.methods().count("append") == 2 else None
    )

    assert await bench.next_life().answer(LONG[:1_500]) == Delivered()
    assert bench.answer() == [LONG[:1_500].rstrip()]
    assert bench.methods()[bench.methods().index("append") + 2] == "close"


async def test_a_step_is_told_while_it_runs() -> None:
    bench = Bench()
    life = bench.next_life()
    life.begin()
    await asyncio.sleep(2)
    await life.write(Step("1", "Searching the web"))
    await asyncio.sleep(1)

    assert bench.plaza.working["C1", "m1"][0] == "Searching the web"
    await life.die()


async def test_a_sign_is_renewed_before_it_fades() -> None:
    bench = Bench()
    life = bench.next_life()
    life.begin()

    for _ in range(60):
        await asyncio.sleep(10)
        assert bench.plaza.working["C1", "m1"][1] > clock()
    assert len(bench.methods()) <= 8
    await life.die()


async def test_a_sign_that_is_refused_is_not_tried_again() -> None:
    bench = Bench()
    bench.plaza.forbidden.add("working")
    life = bench.next_life()
    life.begin()
    await asyncio.sleep(500)

    assert bench.methods() == ["working"]
    await life.die()


async def test_a_stop_of_the_reader_ends_the_stream_and_is_told() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:300])
    bench.plaza.presses_stop(bench.posts()[0].ref)
    await life.say(LONG[300:900])

    assert life.stopped.is_set()
    calls = len(bench.plaza.calls)
    await life.say(LONG[900:1_800])
    assert len(bench.plaza.calls) == calls
    await life.finish(LONG[:1_800], "Stopped.", "cancelled")
    assert await delivering == Delivered()
    assert bench.answer() == [f"{LONG[:1_800]}\n\nStopped."]
    await life.die()


# ── limits of the platform ────────────────────────────────────────────────────


@pytest.mark.parametrize("limits", [STREAMS, EDITS], ids=["streams", "edits"])
async def test_a_429_in_the_middle_loses_nothing_and_holds_up_no_model(limits: Limits) -> None:
    bench = Bench(limits._replace(page_chars=12_000))
    bench.plaza.trouble = lambda number, method: (
        Trouble("error", "busy", 30) if number == 6 else None
    )
    life = bench.next_life()
    life.begin()
    began = clock()
    await life.say(LONG[:3_000])
    assert clock() - began == pytest.approx(12, abs=0.1)
    await life.finish(LONG[:3_000])
    last = clock()
    await life._tasks[-1]

    assert bench.answer() == [LONG[:3_000].rstrip()]
    assert clock() - last <= 30 + bench.plaza.round_trip_s
    await life.die()


async def test_a_429_for_an_append_does_not_hold_up_the_end() -> None:
    bench = Bench()
    bench.plaza.trouble = lambda number, method: (
        Trouble("error", "busy", 60) if method == "append" else None
    )
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:1_000])
    last = clock()
    await life.finish(LONG[:1_000])
    await delivering

    assert clock() - last <= 2.2 * bench.plaza.round_trip_s
    await life.die()


async def test_ten_answers_at_once_stay_within_the_budgets_of_their_workspace() -> None:
    first = Bench(STREAMS._replace(page_chars=12_000))
    benches = [first, *(Bench(first.limits, beside=first) for _ in range(9))]
    began = clock()

    ends = await asyncio.gather(*(bench.next_life().answer(LONG[:6_000]) for bench in benches))

    appends = [call.at for call in first.plaza.calls if call.method == "append"]
    assert set(ends) == {Delivered()}
    assert max(sum(at <= later < at + 60 for later in appends) for at in appends) <= 100
    assert all(bench.answer() == [LONG[:6_000].rstrip()] for bench in benches)
    assert first.plaza.refused_calls == 0
    assert clock() - began < 24 + 60


async def test_a_platform_that_stays_busy_makes_the_answer_undeliverable_in_its_time() -> None:
    bench = Bench()
    bench.plaza.trouble = lambda number, method: Trouble("error", "busy", 7)
    began = clock()

    end = await bench.next_life().answer("Yes.")

    assert isinstance(end, Undeliverable)
    assert end.code == "platform_busy"
    assert 900 <= clock() - began <= 905


async def test_the_time_for_delivery_counts_from_the_end_of_the_answer() -> None:
    bench = Bench()
    life = bench.next_life()
    writing = asyncio.create_task(life.log.run())
    await life.finish("Yes.")
    writing.cancel()
    bench.plaza.trouble = lambda number, method: Trouble("error", "busy", 7)
    successor = bench.next_life(finished=True)
    turn = successor.claim.turn._replace(finished_at=clock() - 880)
    successor.claim = successor.claim._replace(turn=turn)
    began = clock()

    assert isinstance(await successor.begin(), Undeliverable)
    assert clock() - began == pytest.approx(20, abs=0.5)
    await successor.die()


async def test_an_archived_channel_is_undeliverable_at_once_and_says_the_mend() -> None:
    bench = Bench()
    bench.plaza.archived.add("C1")

    end = await bench.next_life().answer(LONG)

    assert end == Undeliverable("archived", "Take the channel out of the archive.")
    assert len(bench.plaza.calls) <= 4


async def test_a_channel_archived_in_the_middle_is_undeliverable() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:500])
    bench.plaza.archived.add("C1")
    await life.say(LONG[500:900])
    await life.finish(LONG[:900])
    end = await delivering

    assert isinstance(end, Undeliverable)
    assert end.code == "archived"
    await life.die()


async def test_without_streams_in_the_workspace_the_answer_is_posted_and_edited() -> None:
    bench = Bench()
    bench.plaza.forbidden.add("open")

    await bench.next_life().answer(LONG[:1_500])

    assert bench.answer() == [LONG[:1_500].rstrip()]
    assert bench.methods().count("open") == 1
    assert "edit" in bench.methods()


async def test_a_message_that_was_deleted_is_posted_once_more_at_the_end() -> None:
    bench = Bench(EDITS)
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:300])
    bench.plaza.posts.pop(bench.posts()[0].ref)
    await life.say(LONG[300:900])
    assert bench.answer() == []
    await life.finish(LONG[:900])

    assert await delivering == Delivered()
    assert bench.answer() == [LONG[:900].rstrip()]
    await life.die()


async def test_a_page_that_cannot_be_rewritten_is_posted_anew_and_the_old_one_deleted() -> None:
    bench = Bench(EDITS)
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:300])
    bench.plaza.forbidden.add("edit")
    await life.say(LONG[300:900])
    await life.finish(LONG[:900])

    assert await delivering == Delivered()
    assert bench.answer() == [LONG[:900].rstrip()]
    await life.die()


# ── leases ────────────────────────────────────────────────────────────────────


async def test_no_call_leaves_while_the_lease_is_shorter_than_a_call() -> None:
    bench = Bench()
    life = bench.next_life()
    life.lease_left = lambda: 4.0
    life.begin()
    await life.say(LONG[:500])
    assert bench.methods() == []

    life.lease_left = lambda: 30.0
    await asyncio.sleep(1)
    assert bench.methods() != []
    await life.die()


async def test_a_successor_waits_until_no_call_of_the_last_one_is_under_way() -> None:
    bench = Bench()
    life = bench.next_life()
    life.claim = life.claim._replace(calls_from=clock() + 12)
    began = clock()

    await life.answer("Yes.")

    assert bench.plaza.calls[0].at >= began + 12


async def test_a_process_that_was_frozen_past_its_lease_calls_nothing() -> None:
    bench = Bench()
    life = bench.next_life()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    lease_until = loop.time() + 30
    life.lease_left = lambda: lease_until - loop.time()
    append = life.log.append

    async def frozen(claim: Claim, entries: Sequence[Entry]) -> None:
        await append(claim, entries)
        if isinstance(entries[0], Posting):
            loop.advance(40)

    life.log.append = frozen  # type: ignore[method-assign]  # a process that stands still here
    delivering = life.begin()
    await life.say("Some words.")

    with pytest.raises(LeaseLost):
        await delivering
    assert bench.methods() == ["working"]
    await life.die()


async def test_nothing_is_posted_before_the_log_knows_of_it() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    await asyncio.sleep(1)
    bench.store.full = True
    await life.say(LONG[:500])
    assert bench.methods() == ["working"]

    bench.store.full = False
    await asyncio.sleep(2)
    await life.finish(LONG[:500])
    assert await delivering == Delivered()
    assert bench.answer() == [LONG[:500].rstrip()]
    await life.die()


async def test_who_is_no_longer_the_newest_attempt_stops() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    bench.next_life()
    with pytest.raises(LeaseLost):
        await life.say(LONG[:100])

    with pytest.raises(LeaseLost):
        await delivering
    assert bench.answer() == []
    await life.die()


async def test_a_conversation_that_is_deleted_ends_its_delivery() -> None:
    bench = Bench()
    life = bench.next_life()
    delivering = life.begin()
    await life.say(LONG[:100])
    bench.store.delete()
    life.log.forget(bench.question.turn_id)

    with pytest.raises(LeaseLost):
        await delivering
    await life.die()


async def test_a_call_that_takes_too_long_is_given_up_and_looked_for() -> None:
    bench = Bench(EDITS)
    life = bench.next_life()
    slow = iter([60.0])

    async def call(method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        reply = await bench.plaza.call(method, arguments)
        await asyncio.sleep(next(slow, 0.0) if method == "post" else 0.0)
        return reply

    assert await life.through(call).answer(LONG[:900]) == Delivered()
    assert bench.answer() == [LONG[:900].rstrip()]
    assert bench.methods().count("history") == 1
