"""Over real connections: whatever one endpoint does, the other answers; where both fail, it is told
once, soon, and after at most two calls."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from tests.web.house import Person, house, text_of

from aizuchi.endpoints import MAIN, Endpoint, Endpoints
from aizuchi.models.opening import open_openai
from aizuchi.settings import Settings
from aizuchi.settings.sections import ModelSettings
from aizuchi.simulator.model import CANARY, Behaviour, FakeModel, fake_model, words_of
from aizuchi.testing.asgi_client import Event, events_of

from .causes import AT_ONCE_S, CAUSES, SOON_S, Cause
from .telling import SILENCE_S, free_port

pytestmark = pytest.mark.real_time

QUESTION = "What is it?"
SPARE = "spare"
FINE = Behaviour(tokens=5)
FIRST_WORD_S = 2.0
"""How soon after the first endpoint has failed the other one is heard."""
ANSWERS = ("content_filtered", "token_limit", "bug")
"""What is no trouble of an endpoint's."""
TROUBLES = [cause for cause in CAUSES if cause.code not in ANSWERS]


class Home:
    """Somebody who asks an assistant with two endpoints."""

    def __init__(self, person: Person, first: FakeModel, spare: FakeModel) -> None:
        self._person, self.first, self.spare = person, first, spare

    async def ask(self, ref: str = "m1") -> tuple[list[Event], float]:
        """What came of a question, and how many seconds it took."""
        began = asyncio.get_running_loop().time()
        response = await self._person.ask(QUESTION, ref=ref)
        assert CANARY not in response.text
        return events_of(response.body), asyncio.get_running_loop().time() - began

    @property
    def calls(self) -> tuple[int, int]:
        return len(self.first.received), len(self.spare.received)


@asynccontextmanager
async def home(
    folder: Path, first: Behaviour | None, spare: Behaviour | None = FINE
) -> AsyncIterator[Home]:
    """Two endpoints, opened as the app opens them; nobody listens at one that is None."""
    async with AsyncExitStack() as stack:
        models = [await stack.enter_async_context(fake_model()) for _ in range(2)]
        for model, behaviour in zip(models, (first, spare), strict=True):
            model.script(behaviour or FINE)
        gone = f"http://127.0.0.1:{free_port()}/v1"
        urls = [
            model.base_url if behaviour else gone
            for model, behaviour in zip(models, (first, spare), strict=True)
        ]
        main, fallback = (
            ModelSettings("openai:fake", url, first_token_s=SILENCE_S, idle_s=SILENCE_S)
            for url in urls
        )
        settings = Settings(model=main, fallbacks={SPARE: fallback})
        opened = {MAIN: settings, SPARE: settings.of_fallback(SPARE)}
        endpoints = [
            Endpoint(name, await stack.enter_async_context(open_openai(each)))
            for name, each in opened.items()
        ]
        at = await stack.enter_async_context(house(folder, Endpoints(endpoints)))
        yield Home(at.person(), *models)


def ends(events: list[Event]) -> list[tuple[str, str]]:
    chunks = [event.chunk for event in events if event.chunk.get("type") == "data-outcome"]
    return [(chunk["data"]["outcome"], chunk["data"]["code"]) for chunk in chunks]


@pytest.mark.parametrize("cause", TROUBLES, ids=lambda cause: cause.name)
async def test_the_other_endpoint_answers(cause: Cause, tmp_path: Path) -> None:
    async with home(tmp_path, None if cause.by == "nobody" else cause.behaviour) as at:
        events, seconds = await at.ask()
    assert text_of(events) == "".join(words_of(FINE, 1, QUESTION))
    assert ends(events) == []
    assert at.calls == (0 if cause.by == "nobody" else 1, 1)
    assert seconds < FIRST_WORD_S


@pytest.mark.parametrize(
    ("first", "spare", "code", "within_s"),
    [
        (None, None, "model_unreachable", AT_ONCE_S),
        (Behaviour(fail="401"), None, "model_unreachable", AT_ONCE_S),
        (None, Behaviour(fail="401"), "model_key", AT_ONCE_S),
        (Behaviour(fail="400"), Behaviour(fail="404"), "model_not_found", AT_ONCE_S),
        (Behaviour(fail="500"), Behaviour(fail="500"), "model_unavailable", SOON_S),
        (Behaviour(fail="503"), Behaviour(fail="429"), "model_rate_limited", SOON_S),
        (Behaviour(tokens=3, end="cut"), Behaviour(fail="500"), "model_unavailable", SOON_S),
        (Behaviour(tokens=3, end="cut"), Behaviour(tokens=2, end="cut"), "model_cut", SOON_S),
    ],
)
async def test_where_both_fail_it_is_told_once(
    first: Behaviour | None,
    spare: Behaviour | None,
    code: str,
    within_s: float,
    tmp_path: Path,
) -> None:
    async with home(tmp_path, first, spare) as at:
        events, seconds = await at.ask()
    assert ends(events) == [("failed", code)]
    said = words_of(spare, 1, QUESTION) if spare and not spare.fail else []
    assert text_of(events) == "".join(said), "only what the last call said stands"
    assert at.calls == (1 if first else 0, 1 if spare else 0)
    assert seconds < within_s


async def test_who_asks_next_is_spared_an_endpoint_that_wants_to_be_left_alone(
    tmp_path: Path,
) -> None:
    busy = Behaviour(fail="429", retry_after=30)
    async with home(tmp_path, busy) as at:
        for turn in range(3):
            events, _ = await at.ask(f"m{turn}")
            assert text_of(events) == "".join(words_of(FINE, turn + 1, QUESTION))
    assert at.calls == (1, 3)


async def test_the_log_names_the_settings_of_the_endpoint_that_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with home(tmp_path, Behaviour(fail="401"), Behaviour(fail="404")) as at:
        await at.ask()
    warned, told = (
        next(record.getMessage() for record in caplog.records if record.levelno == level)
        for level in (logging.WARNING, logging.ERROR)
    )
    assert "[model] failed, asking [model.fallbacks.spare]" in warned
    assert "Set OPENAI_API_KEY" in warned
    assert "Check [model.fallbacks.spare] name, and that [model.fallbacks.spare] base_url" in told
