"""A program that runs beside the server: a clone names the one that builds its web page."""

import asyncio
import os
import sys
from collections.abc import Mapping

from aizuchi.cli.dev.notices import Notices

BESIDE = "AIZUCHI_BESIDE_DEV"
LONGEST_END_S = 3.0


async def run_beside(
    notices: Notices, greeted: asyncio.Event, environment: Mapping[str, str] = os.environ
) -> None:
    """Shows what the program says, once the person was greeted; cancelled, it ends it."""
    if not (program := environment.get(BESIDE)):
        return
    await greeted.wait()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, program, "beside"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        await _show(process.stdout, notices)
    finally:
        await _end(process)


async def _show(said: asyncio.StreamReader | None, notices: Notices) -> None:
    while said and (line := await said.readline()):
        notices.say(f"  {line.decode('utf-8', 'replace').rstrip()}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(LONGEST_END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
