"""What `aizuchi dev` runs beside the server: it is shown, and ends with it."""

import os
import signal
from pathlib import Path

import pytest
from tests.cli.processes import Program, gone, is_alive, place_with_model, running

pytestmark = pytest.mark.real_time
READY = "Ctrl-C ends it"


def program(folder: Path, source: str) -> str:
    """A program to run beside, which gets `beside` as its argument."""
    path = folder / "beside.py"
    path.write_text(f"import os, sys, threading\nassert sys.argv[1:] == ['beside']\n{source}")
    return str(path)


async def process_beside(dev: Program) -> int:
    text = await dev.until("running\n", after="as process ")
    return int(text.partition("as process ")[2].split()[0])


FOR_EVER = "print('as process', os.getpid(), 'running', flush=True)\nthreading.Event().wait()\n"


async def test_what_it_says_is_shown_after_the_greeting(tmp_path: Path) -> None:
    said = program(tmp_path, "print('Building …')\nprint('Built.')\n")
    async with (
        place_with_model(tmp_path) as (place, _),
        running(place, "dev", AIZUCHI_BESIDE_DEV=said) as dev,
    ):
        await dev.until("  Building …\n  Built.\n", after=READY)


async def test_the_server_answers_although_it_fails(tmp_path: Path) -> None:
    failing = program(tmp_path, "sys.exit('It was not built: no Node.')\n")
    async with (
        place_with_model(tmp_path) as (place, _),
        running(place, "dev", AIZUCHI_BESIDE_DEV=failing) as dev,
    ):
        await dev.until("It was not built: no Node.", after=READY)
        async with place.client as client:
            assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_told_to_stop_it_ends_too(tmp_path: Path, number: int, code: int) -> None:
    endless = program(tmp_path, FOR_EVER)
    async with (
        place_with_model(tmp_path) as (place, _),
        running(place, "dev", AIZUCHI_BESIDE_DEV=endless) as dev,
    ):
        beside = await process_beside(dev)
        os.kill(dev.process.pid, number)
        assert await dev.end(within_s=5) == code
        await gone(beside)
        assert not is_alive(beside)
        assert "Traceback" not in dev.text
