"""Trouble is told to whoever asked, in time, and does not hold up what follows."""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.deploy.conformance.conftest import SILENT_S, WAIT_WITHIN_S
from tests.deploy.conformance.installations import Installation
from tests.deploy.conformance.platforms import SHORT, SILENT, SLOW, Platforms, until

pytestmark = pytest.mark.proof

END_STATE_S = 15
"""How long after its bound a message has its end, at the latest."""

TAKEN_OVER_S = 60
GUARDIAN_S = 10


async def test_a_model_that_falls_silent_is_told_of_within_the_bound(platforms: Platforms) -> None:
    platforms.model.script(SILENT, SHORT)
    said = await platforms.ann.mentions("Are you asleep?", platforms.slack.general)
    (told,) = await platforms.answered(said, within_s=SILENT_S + END_STATE_S)
    assert "fell silent" in told
    await platforms.ann.mentions("And now?", platforms.slack.general, said.thread)
    assert len(await platforms.answered(said, 2)) == 2


async def test_a_worker_that_is_killed_in_mid_answer_is_taken_over(
    platforms: Platforms, installation: Installation
) -> None:
    platforms.model.script(SLOW, SHORT)
    said = await platforms.ann.mentions("Are you alive?", platforms.slack.general)
    await until(lambda: any(platforms.in_thread(said)))
    asked = len(platforms.questions)
    kill(f"ministack-lambda-{installation.stack}-worker-")
    await until(lambda: words(platforms.in_thread(said)) == [SHORT.tokens], TAKEN_OVER_S)
    assert platforms.questions[asked:] == ["Are you alive?"]
    assert await platforms.answered(said)


async def test_what_no_worker_takes_becomes_a_dead_letter_and_is_told(
    platforms: Platforms, installation: Installation
) -> None:
    asked, general = len(platforms.questions), platforms.slack.general
    async with without_workers(installation):
        said = await platforms.ann.mentions("Is nobody there?", general)
        bound_s = WAIT_WITHIN_S + GUARDIAN_S + END_STATE_S
        (told,) = await platforms.answered(said, within_s=bound_s)
        await until(lambda: dead_letters(installation) == "OK - 1 records")
    assert "I was away" in told
    await platforms.ann.mentions("Are you back?", general, said.thread)
    assert len(await platforms.answered(said, 2)) == 2
    assert platforms.questions[asked:] == ["Are you back?"]
    assert installation.waiting("DeadQueue") == 0


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


@asynccontextmanager
async def without_workers(installation: Installation) -> AsyncIterator[None]:
    """No worker may run, and its queue gives a message out again at once, ten times over."""
    functions = installation.account.client("lambda")
    name = f"{installation.stack}-worker"
    hidden = await_again(installation, "1")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName=name)
        await_again(installation, hidden)


def await_again(installation: Installation, hidden_s: str) -> str:
    """For how long the queue hides what was received; what that was before."""
    client, queue = installation.account.client("sqs"), installation.outputs["TurnsQueue"]
    name = "VisibilityTimeout"
    before = client.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name]
    client.set_queue_attributes(QueueUrl=queue, Attributes={name: hidden_s})
    return str(before)


def dead_letters(installation: Installation) -> str:
    """What came of the last that was given to the function beside the order."""
    mappings = installation.account.client("lambda").list_event_source_mappings(
        FunctionName=f"{installation.stack}-side"
    )["EventSourceMappings"]
    (dead,) = (each for each in mappings if each["EventSourceArn"].endswith("-dead.fifo"))
    return str(dead.get("LastProcessingResult"))


def kill(name: str) -> None:
    """The processes that ministack runs under this name."""
    found = [each for each in Path("/proc").glob("[0-9]*") if name in command_line(each)]
    assert found
    for process in found:
        os.kill(int(process.name), signal.SIGKILL)


def command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""
