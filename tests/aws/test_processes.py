"""Real processes from end to end: Slack and Discord, the functions under the real awslambdaric, the
queues."""

import json
from collections.abc import Awaitable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.aws.stage import Stage, functions, stage

from aizuchi.turns import Bounds

pytestmark = pytest.mark.real_time

BOUNDS = Bounds()
TAKEN_OVER_S = 45.0
IN_SLACK = """\
#general
    ann: @aizuchi hello
        aizuchi: {answer}
    aizuchi (only you see this): {answer}

direct messages
    ann: hello
        aizuchi: {answer}"""
IN_DISCORD = """\
#general
    bob used /ask hello
    aizuchi: {answer}
        [Ask again]"""


class Said(Protocol):
    @property
    def statuses(self) -> list[int]: ...


class Way(Protocol):
    """One way to ask the assistant."""

    def __call__(self, *, times: int = 1, bad_signature: bool = False) -> Awaitable[Said]: ...


def ways(one: Stage) -> Sequence[Way]:
    """A mention, a direct message and a command in Slack, and a command in Discord."""
    question: dict[str, Any] = {"question": "hello"}
    return (
        partial(one.ann.mentions, "hello", one.slack.general),
        partial(one.ann.dm, "hello"),
        partial(one.ann.command, "/ask", "hello", one.slack.general),
        partial(one.bob.command, "ask", question, one.discord.general),
    )


async def test_a_mention_and_a_message_behind_it_are_answered(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path):
        general = one.slack.general
        said = await one.ann.mentions("hello", general)
        assert said.statuses == [200]
        await one.ann.mentions("and again", general, said.thread)
        await one.until(lambda: len(one.slack.answers(general, said.thread)) == 2)
        await one.until_settled()
        assert one.slack.answers(general, said.thread) == [one.model.answer.strip()] * 2
        one.slack.assert_clean()
        assert "Traceback" not in one.log


async def test_the_log_tells_of_each_message_what_became_of_it_and_not_a_word(
    tmp_path: Path,
) -> None:
    async with stage() as one, functions(one, tmp_path):
        said = await one.ann.mentions("Where is my umbrella?", one.slack.general)
        await one.until(lambda: "settled as" in one.log)
        lines = [json.loads(line) for line in one.log.splitlines() if line.startswith("{")]
        told = [each["message"] for each in lines if said.thread in each.get("turn", "")]
        assert [each.partition(",")[0] for each in sorted(told)] == [
            "accepted",
            "attempt 1 begins",
            "its end is kept: answered",
            "settled as answered",
        ]
        assert "umbrella" not in one.log
        assert one.model.answer.strip() not in one.log


async def test_what_comes_twice_and_goes_to_two_workers_is_answered_once(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path):
        for ask in ways(one):
            one.sources["worker"].double()
            assert (await ask(times=2)).statuses == [200, 200]
            await one.until_settled()
        answer = one.model.answer.strip()
        assert one.slack.transcript(one.ann) == IN_SLACK.format(answer=answer)
        assert one.discord.transcript(one.bob) == IN_DISCORD.format(answer=answer)
        assert one.model.calls == len(ways(one))
        one.slack.assert_clean()
        one.discord.assert_clean()
        assert "Traceback" not in one.log


async def test_a_forged_request_reaches_no_queue(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path, ["ingress"]):
        for ask in ways(one):
            assert (await ask(bad_signature=True)).statuses == [401]
        assert one.aws.calls["SQS.SendMessage"] == 0


async def test_a_message_that_kills_its_worker_is_given_up_and_the_next_is_answered(
    tmp_path: Path,
) -> None:
    """By clocks that are put forward to when its queue gives the message out again."""
    async with stage() as one, functions(one, tmp_path, ["ingress", "worker"]):
        general, answer = one.slack.general, one.model.answer.strip()
        one.model.words, one.model.pause_s = 500, 0.1
        said = await one.ann.mentions("hello", general)
        await one.ann.mentions("and again", general, said.thread)
        for calls in range(1, BOUNDS.tries):
            await dies(one, calls)
            one.passes(one.comes_again_in_s)
        await dies(one, BOUNDS.tries)
        one.model.words, one.model.pause_s = 5, 0.0
        one.passes(one.comes_again_in_s)
        await one.until_settled()
        apology, answered = one.slack.answers(general, said.thread)
        assert "3 times" in apology
        assert answered == answer
        assert one.model.calls == BOUNDS.tries + 1
        one.slack.assert_clean()


async def dies(one: Stage, calls: int) -> None:
    """The worker, once it has asked the model and will be taken over in time."""
    await one.until(lambda: one.model.calls == calls)
    await one.until(lambda: one.comes_again_in_s <= TAKEN_OVER_S)
    await one.functions["worker"].kill()


async def test_where_no_worker_comes_the_guardian_ends_the_message_for_good(
    tmp_path: Path,
) -> None:
    async with stage() as one:
        async with functions(one, tmp_path, ["ingress"]):
            said = await one.ann.mentions("hello", one.slack.general)
        one.passes(BOUNDS.wait_within_s + 20)
        async with functions(one, tmp_path, ["side"]):
            await one.until(lambda: one.aws.sqs.queue("side").messages == [])
        async with functions(one, tmp_path, ["worker"]):
            await one.until_settled()
        (told,) = one.slack.answers(one.slack.general, said.thread)
        assert "away" in told
        assert one.model.calls == 0
        one.slack.assert_clean()


@pytest.mark.proof
async def test_a_killed_function_is_taken_over(tmp_path: Path) -> None:
    """It takes the lease's time: about 45 seconds."""
    async with stage() as one, functions(one, tmp_path):
        one.model.words, one.model.pause_s = 50, 0.1
        said = await one.ann.mentions("hello", one.slack.general)
        await one.model.asked()
        await one.functions["worker"].kill()
        await one.until(lambda: one.model.calls == 2)
        await one.until_settled()
        assert one.slack.answers(one.slack.general, said.thread) == [one.model.answer.strip()]
