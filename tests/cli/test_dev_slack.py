"""`aizuchi dev` and `aizuchi trigger` together: Slack is answered with no account anywhere."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from tests.cli.processes import Place, children_of, place_with_model, running

pytestmark = pytest.mark.real_time
READY = "Ctrl-C ends it"


async def trigger(place: Place, *arguments: str) -> tuple[int, str]:
    async with running(place, "trigger", *arguments) as told:
        return await told.end(), told.text


@pytest.mark.parametrize("times", [1, 4])
async def test_a_mention_is_answered_once_in_its_thread(tmp_path: Path, times: int) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        await dev.until(READY)
        assert "Slack    played here" in dev.text

        code, told = await trigger(place, "slack.mention", "--text", "hello", "--times", str(times))

        assert code == 0, told
        assert told.startswith("#general\n    ann: @aizuchi hello\n        aizuchi: word0 word1")
        assert told.count("aizuchi: ") == 1
        assert model.calls == 1


@pytest.mark.parametrize("what", ["slack.dm", "slack.command"])
async def test_direct_messages_and_commands_are_answered_too(tmp_path: Path, what: str) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "dev") as dev:
        await dev.until(READY)

        code, told = await trigger(place, what, "--text", "hello")

        assert code == 0, told
        assert "word0 word1" in told


async def test_a_forged_message_is_refused(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        await dev.until(READY)

        code, told = await trigger(place, "slack.mention", "--text", "hello", "--bad-signature")

        assert code == 0
        assert "Refused, as it has to be." in told
        assert model.calls == 0


async def test_an_answer_survives_that_the_server_is_killed(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        model.words, model.pause_s = 20, 0.1
        await dev.until(READY)
        mention = asyncio.create_task(trigger(place, "slack.mention", "--text", "hello"))

        await model.asked()
        os.kill(children_of(dev.process.pid)[0], signal.SIGKILL)
        code, told = await mention

        assert code == 0, told
        assert told.count("aizuchi: ") == 1
        assert "word19" in told
