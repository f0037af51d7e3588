"""`aizuchi dev` names the models that are near, and fetches the demo one where none is chosen."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from aizuchi.cli.dev import model
from aizuchi.cli.dev.notices import Notices
from aizuchi.errors import NotFetched
from aizuchi.models.detect import Neighbour
from aizuchi.models.fetch import ABOUT_BYTES
from aizuchi.settings import load


class World:
    """What runs on this machine, and what becomes of a fetch."""

    def __init__(self) -> None:
        self.neighbours = [Neighbour("Ollama", "http://127.0.0.1:11434/v1", "qwen3:8b")]
        self.fetched = 0
        self.error: Exception | None = None

    async def look(self) -> list[Neighbour]:
        return self.neighbours

    async def fetch(self, home: Path, on_progress: Callable[[int], None]) -> None:
        self.fetched += 1
        on_progress(ABOUT_BYTES * 2)
        if self.error:
            raise self.error


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(model, "neighbours", world.look)
    monkeypatch.setattr(model, "fetch_local_model", world.fetch)
    monkeypatch.setenv("AIZUCHI_COMMAND", "./aizuchi")
    return world


async def told(home: Path, **environment: str) -> str:
    out, greeted = io.StringIO(), asyncio.Event()
    greeted.set()
    settings = load(None, {"AIZUCHI_HOME": str(home), **environment})
    await model.look_after_model(settings, Notices(out, {}), greeted)
    return out.getvalue()


async def test_a_model_on_this_machine_is_offered_with_the_line_that_uses_it(
    tmp_path: Path, world: World
) -> None:
    assert (
        "OPENAI_BASE_URL=http://127.0.0.1:11434/v1 AIZUCHI_MODEL=openai:qwen3:8b ./aizuchi dev"
        in await told(tmp_path)
    )


async def test_the_demo_model_is_fetched_where_none_is_chosen(tmp_path: Path, world: World) -> None:
    text = await told(tmp_path)
    assert world.fetched == 1
    assert "once" in text
    assert "The demo model is here" in text


@pytest.mark.parametrize("chosen", ["echo", "openai:gpt-5-mini"])
async def test_a_chosen_model_is_left_in_peace(tmp_path: Path, world: World, chosen: str) -> None:
    assert await told(tmp_path, AIZUCHI_MODEL=chosen) == ""
    assert world.fetched == 0


async def test_who_asks_for_the_demo_model_gets_it_and_no_offers(
    tmp_path: Path, world: World
) -> None:
    assert "Ollama" not in await told(tmp_path, AIZUCHI_MODEL="local")
    assert world.fetched == 1


async def test_a_fetch_that_fails_says_why_and_what_to_do(tmp_path: Path, world: World) -> None:
    world.error = NotFetched("The demo model could not be fetched: no network.", "Check it.")
    text = await told(tmp_path)
    assert "no network. Check it." in text
    assert "the echo answers" in text
    assert "is here" not in text


async def test_nothing_is_said_before_the_greeting(tmp_path: Path, world: World) -> None:
    out, greeted = io.StringIO(), asyncio.Event()
    settings = load(None, {"AIZUCHI_HOME": str(tmp_path)})
    looking = asyncio.create_task(model.look_after_model(settings, Notices(out, {}), greeted))
    await asyncio.sleep(10)
    assert out.getvalue() == ""
    greeted.set()
    await looking
    assert out.getvalue()
