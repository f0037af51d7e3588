"""Keeps the demo model's process: starts it once the model is there, and again when it dies."""

import asyncio
import json
import logging
import secrets
import sys
from pathlib import Path
from typing import NamedTuple

from aizuchi.errors import ModelUnreachable
from aizuchi.models.smol import Demo, find_demo

LOOK_EVERY_S = 1.0
START_WITHIN_S = 60.0
LIVES = 5  # of less than a minute each, one after the other; then it is left alone
SHORT_LIFE_S = 60.0
PAUSE_S = 0.25

COMMAND = (sys.executable, "-P", "-m", "aizuchi.models.smol_server")

log = logging.getLogger(__name__)


class Address(NamedTuple):
    """Where the process answers, with its `/v1`, and the key it asks for."""

    base_url: str
    key: str


class SmolProcess:
    """The process of the demo model. `keep` is its life, until it is cancelled."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._address: Address | None = None
        self._change = asyncio.Event()
        self.pid = 0
        self.given_up = False

    @property
    def is_ready(self) -> bool:
        """Whether it answers now."""
        return self._address is not None

    async def address(self) -> Address:
        """Where it answers; waits while it starts. Raises ModelUnreachable once it is given up."""
        while self._address is None:
            if self.given_up:
                raise ModelUnreachable(
                    f"The demo model's process ended {LIVES} times. Start aizuchi again, or use "
                    "another model: OPENAI_API_KEY or OPENAI_BASE_URL."
                )
            await self._change.wait()
        return self._address

    async def keep(self) -> None:
        """Runs it, as soon as it is there and as often as it takes."""
        demo = await self._found()
        loop, lives = asyncio.get_running_loop(), 0
        while lives < LIVES:
            began = loop.time()
            why = await self._live(demo)
            lives = lives + 1 if loop.time() - began < SHORT_LIFE_S else 1
            log.warning("the demo model's process ended (%s)", why)
            await asyncio.sleep(PAUSE_S * lives)
        log.error("the demo model cannot run here: its process ended %d times", lives)
        self.given_up = True
        self._tell(None)

    async def _found(self) -> Demo:
        while True:
            if demo := find_demo(self._home):
                return demo
            await asyncio.sleep(LOOK_EVERY_S)

    async def _live(self, demo: Demo) -> str:
        """One life of the process; returns what ended it."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(*COMMAND, stdin=pipe, stdout=pipe)
        except OSError as error:
            return str(error)
        try:
            self.pid = process.pid
            return await self._work(process, demo)
        except (OSError, ValueError) as error:
            return str(error)
        except TimeoutError:
            return f"it did not start within {START_WITHIN_S:.0f} s"
        finally:
            self._tell(None)
            await _end(process)

    async def _work(self, process: asyncio.subprocess.Process, demo: Demo) -> str:
        key = secrets.token_hex(16)
        order = {"packages": str(demo.packages), "weights": str(demo.weights), "key": key}
        assert process.stdin and process.stdout
        async with asyncio.timeout(START_WITHIN_S):
            process.stdin.write(json.dumps(order).encode() + b"\n")
            await process.stdin.drain()
            said = await process.stdout.readline()
        if said:
            self._tell(Address(f"{json.loads(said)}/v1", key))
        return f"exit code {await process.wait()}"

    def _tell(self, address: Address | None) -> None:
        self._address = address
        self._change.set()
        self._change = asyncio.Event()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
