"""An answer whose model breaks goes on at another endpoint: replaced, never mixed, told once."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.worker.office import Desk, Part, desk, saying, using

from aizuchi.answers import Answer, Restarted, Step, ToolCall
from aizuchi.breaker import IN_A_ROW, REST_S
from aizuchi.errors import (
    ContentFiltered,
    ModelCut,
    ModelError,
    ModelKeyRefused,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelSilent,
    ModelUnavailable,
    ModelUnreachable,
)
from aizuchi.events import Signal
from aizuchi.ports import Ending, Text
from aizuchi.recall import tokens_of
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Toolbox
from aizuchi.tools.function import tool_of

from .two import Two

FINE = saying("the whole answer")
CUT: Sequence[Part] = [Text("half "), 0.1, Text("an "), ModelCut("cut")]
DOWN: Sequence[Part] = [ModelUnavailable("503")]
KINDS = (
    ModelUnreachable,
    ModelKeyRefused,
    ModelNotFound,
    ModelRequestRefused,
    ModelRateLimited,
    ModelUnavailable,
    ModelSilent,
)


def outcome(answer: Answer) -> tuple[str, str]:
    assert answer.finished
    return answer.finished.outcome, answer.finished.code


async def timed(at: Desk, turn_id: str = "1") -> tuple[Answer, float]:
    began = asyncio.get_running_loop().time()
    answer = await at.ask("hello", turn_id)
    return answer, asyncio.get_running_loop().time() - began


@pytest.mark.parametrize("kind", KINDS)
async def test_what_fails_before_its_first_word_is_answered_by_another(
    kind: type[ModelError], tmp_path: Path
) -> None:
    two = Two([[kind("no")]], FINE)
    async with desk(tmp_path, two.endpoints) as at:
        await at.say(message("1"))
        log = await at.tail("1")
        answer, took = await at.read("1"), asyncio.get_running_loop().time()
    assert answer.text == "the whole answer "
    assert outcome(answer) == ("answered", "")
    assert two.calls == (1, 1)
    assert not any(isinstance(line.entry, Restarted) for line in log), "nobody notices"
    assert took < 2


async def test_text_that_was_streamed_is_replaced(tmp_path: Path) -> None:
    two = Two([CUT], FINE)
    async with desk(tmp_path, two.endpoints) as at:
        await at.say(message("1"))
        log = await at.tail("1")
        answer = await at.read("1")
    assert answer.text == "the whole answer "
    assert sum(isinstance(line.entry, Restarted) for line in log) == 1
    assert {line.position.attempt for line in log if line.position.attempt} == {1}
    assert two.calls == (1, 1)


async def test_what_broke_off_after_a_tool_keeps_what_the_tool_did(tmp_path: Path) -> None:
    done: list[str] = []

    async def count(what: str) -> str:
        """Counts."""
        done.append(what)
        return "one"

    two = Two([using(ToolCall("a", "count", '{"what": "it"}'), text="Look:"), CUT], FINE)
    async with desk(tmp_path, two.endpoints, tools=Toolbox((tool_of(count),))) as at:
        answer = await at.ask("how many?")
    assert answer.text == "Look:\n\nthe whole answer "
    assert done == ["it"]
    steps = [step for step in answer.steps if step.id != "thinking"]
    assert steps == [Step("1.0", "Using count", "done")]
    assert two.calls == (2, 1)
    roles = [line.role for line in two.spare.prompts[0]]
    assert roles == ["user", "assistant", "tool"]


async def test_where_both_are_down_it_is_told_once_after_two_calls(tmp_path: Path) -> None:
    two = Two([[ModelUnreachable("refused")]], [ModelKeyRefused("401", detail="CANARY")])
    async with desk(tmp_path, two.endpoints) as at:
        answer, took = await timed(at)
    assert outcome(answer) == ("failed", "model_key")
    assert "CANARY" not in str(answer)
    assert two.calls == (1, 1)
    assert took < 1


async def test_an_outage_of_both_stays_told_at_once_and_ends_when_one_is_back(
    tmp_path: Path,
) -> None:
    two = Two([*[DOWN] * 5, FINE], DOWN)
    async with desk(tmp_path, two.endpoints) as at:
        told = [await timed(at, str(turn)) for turn in range(8)]
    ends = [outcome(answer) for answer, _ in told]
    failed, answered = ("failed", "model_unavailable"), ("answered", "")
    assert ends == [failed] * 5 + [answered] * 3
    assert two.calls == (5 + 3, IN_A_ROW), "two calls each, then one: the others rest"
    assert all(took < 1 for _, took in told)
    assert two.states == ["closed", "open"]


async def test_a_filter_is_an_answer_and_nobody_else_is_asked(tmp_path: Path) -> None:
    two = Two([[Text("so "), ContentFiltered("no")]], FINE)
    async with desk(tmp_path, two.endpoints) as at:
        answer = await at.ask("hello")
    assert outcome(answer) == ("failed", "content_filtered")
    assert answer.text == ""
    assert two.calls == (1, 0)


async def test_an_endpoint_that_is_down_is_left_alone_and_taken_back_once_it_answers(
    tmp_path: Path,
) -> None:
    two = Two([*[DOWN] * (IN_A_ROW + 1), FINE], saying("from the spare"))
    async with desk(tmp_path, two.endpoints) as at:
        for turn in range(IN_A_ROW + 2):
            await at.ask("hello", str(turn))
        assert two.calls == (IN_A_ROW, IN_A_ROW + 2), "it rests: the last two did not try it"
        await asyncio.sleep(REST_S)
        tried = await at.ask("hello", "trial")
        assert tried.text == "from the spare "
        assert two.calls[0] == IN_A_ROW + 1
        await asyncio.sleep(REST_S)
        await at.ask("hello", "too early")
        assert two.calls[0] == IN_A_ROW + 1, "it rests twice as long"
        await asyncio.sleep(REST_S)
        back = await at.ask("hello", "back")
    assert back.text == "the whole answer "
    assert two.states == ["closed", "closed"]


async def test_the_one_who_tries_it_is_answered_and_the_others_do_not_wait(
    tmp_path: Path,
) -> None:
    hangs: Sequence[Part] = [20.0, ModelSilent("silent")]
    two = Two([*[DOWN] * IN_A_ROW, hangs], saying("from the spare"))
    async with desk(tmp_path, two.endpoints) as at:
        for turn in range(IN_A_ROW):
            await at.ask("hello", str(turn))
        await asyncio.sleep(REST_S)
        await at.say(message("trial", "one"))
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        other = await at.ask("hello", "other", "two")
        took = asyncio.get_running_loop().time() - began
        tried = await at.read("trial")
    assert (other.text, tried.text) == ("from the spare ",) * 2
    assert took < 1


async def test_somebody_who_stops_a_trial_decides_nothing_about_the_endpoint(
    tmp_path: Path,
) -> None:
    two = Two([*[DOWN] * IN_A_ROW, [10.0, *FINE]], saying("from the spare"))
    async with desk(tmp_path, two.endpoints) as at:
        for turn in range(IN_A_ROW):
            await at.ask("hello", str(turn))
        await asyncio.sleep(REST_S)
        await at.say(message("trial"))
        await asyncio.sleep(1)
        assert two.states[0] == "open", "being tried"
        await at.engine.inbox.accept((), [Signal("stop", "talk", "ann")])
        stopped = await at.read("trial")
        assert outcome(stopped) == ("cancelled", "stopped")
        assert two.states[0] == "half_open"


async def test_once_too_many_have_failed_it_is_told_without_a_second_call(tmp_path: Path) -> None:
    """Twenty answers break at once: a few are made again, the others told at once."""
    broken: Sequence[Part] = [5.0, Text("half "), ModelCut("cut")]
    two = Two([broken], FINE)
    async with desk(tmp_path, two.endpoints) as at:
        await at.say(*(message(str(turn), f"talk {turn}") for turn in range(20)))
        answers = [await at.read(str(turn)) for turn in range(20)]
    ends = [outcome(answer) for answer in answers]
    assert ends.count(("answered", "")) == 3
    assert ends.count(("failed", "model_cut")) == 17
    assert two.calls == (20, 3)


async def test_what_a_call_used_that_came_to_nothing_is_counted(tmp_path: Path) -> None:
    spoken = "half of a rather long answer "
    two = Two([[Text(spoken), ModelCut("cut")]], [Text("whole"), Ending("stop", 10, 5)])
    async with desk(tmp_path, two.endpoints) as at:
        await at.ask("hello")
        await at.worker.drain(None)
        (day,) = await at.engine.usage.read("1970-01-01")
    lost = tokens_of("hello") + tokens_of(spoken)
    assert lost > 0
    assert (day.tokens, day.written) == (15 + lost, 5 + tokens_of(spoken))


async def test_what_two_failed_calls_used_is_counted(tmp_path: Path) -> None:
    two = Two([[Text("half "), ModelCut("cut")]], [Text("half "), ModelCut("cut")])
    async with desk(tmp_path, two.endpoints) as at:
        answer = await at.ask("hello")
        await at.worker.drain(None)
        (day,) = await at.engine.usage.read("1970-01-01")
    assert outcome(answer) == ("failed", "model_cut")
    assert day.tokens == 2 * (tokens_of("hello") + tokens_of("half "))


async def test_a_refused_call_used_nothing(tmp_path: Path) -> None:
    two = Two([DOWN], [Text("whole"), Ending("stop", 10, 5)])
    async with desk(tmp_path, two.endpoints) as at:
        await at.ask("hello")
        await at.worker.drain(None)
        (day,) = await at.engine.usage.read("1970-01-01")
    assert day.tokens == 15
