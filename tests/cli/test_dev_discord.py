"""`aizuchi dev` and `aizuchi trigger` together: Discord is answered with no account anywhere."""

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


async def test_commands_come_signed_and_messages_over_the_gateway(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        await dev.until(READY)
        assert "Discord  played here" in dev.text

        for what, heading in (
            ("discord.command", "#general\n    ann used /ask hello\n    aizuchi: word0 word1"),
            ("discord.mention", "#general\n    ann: @aizuchi hello\n    aizuchi (to ann): word0"),
            ("discord.dm", "direct messages\n    ann: hello\n    aizuchi"),
        ):
            code, told = await trigger(place, what, "--text", "hello", "--times", "2")

            assert code == 0, told
            assert told.startswith(heading)
            assert told.count("aizuchi: ") + told.count("aizuchi (to ann): ") == 1
        assert model.calls == 3
        assert "discord.com" not in dev.text
        assert " INFO " not in dev.text


async def test_a_forged_command_is_refused(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        await dev.until(READY)

        code, told = await trigger(place, "discord.command", "--text", "x", "--bad-signature")

        assert code == 0, told
        assert "Refused, as it has to be." in told
        assert model.calls == 0


async def test_an_answer_survives_that_the_server_is_killed(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        model.words, model.pause_s = 20, 0.1
        await dev.until(READY)
        asked = asyncio.create_task(trigger(place, "discord.command", "--text", "hello"))

        await model.asked()
        os.kill(children_of(dev.process.pid)[0], signal.SIGKILL)
        code, told = await asked

        assert code == 0, told
        assert told.count("aizuchi: ") == 1
        assert "word19" in told
