"""What the assistant does on the way shows on the web while it is done, and in the history."""

import asyncio
from pathlib import Path
from typing import Any

from tests.web.house import house
from tests.worker.office import ScriptedModel, saying, using

from aizuchi.answers import Source, ToolCall
from aizuchi.testing.asgi_client import events_of
from aizuchi.toolbox import Finding
from aizuchi.tools.function import tool_of

SEARCH = ToolCall("a", "search", '{"what": "leaves"}')
SOURCE = {"sourceId": "https://example.com/", "url": "https://example.com/", "title": "Example"}


async def search(what: str) -> Finding:
    """Searches."""
    await asyncio.sleep(1)
    return Finding(f"all about {what}", (Source("https://example.com/", "Example"),))


def parts(chunks: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [chunk for chunk in chunks if chunk.get("type") in kinds]


async def test_steps_and_sources_are_parts_while_they_come_and_afterwards(tmp_path: Path) -> None:
    model = ScriptedModel(using(SEARCH), saying("red"))
    async with house(tmp_path, model, tools=[tool_of(search)]) as home:
        streamed = events_of((await home.person().ask("Where?")).body)
        told = [event.chunk for event in streamed]
        history = (await home.person().history())[-1]["parts"]
    step = {"type": "data-step", "id": "1.0"}
    running = {**step, "data": {"title": "Using search", "state": "running"}}
    done = {**step, "data": {"title": "Using search", "state": "done"}}
    source = {"type": "source-url", **SOURCE}
    assert parts(told, "data-step", "source-url") == [running, source, done]
    assert history == [done, source, {"type": "text", "text": "red ", "state": "done"}]


async def test_who_comes_late_is_shown_them_once(tmp_path: Path) -> None:
    """After a takeover what was shown is taken back, and told again."""
    hanging = ScriptedModel(using(SEARCH), [1000.0])
    async with house(tmp_path, hanging, tools=[tool_of(search)]) as home:
        asking = asyncio.create_task(home.person().ask("Where?"))
        await asyncio.sleep(5)
        asking.cancel()
    async with house(tmp_path, ScriptedModel(saying("red")), tools=[tool_of(search)]) as home:
        streamed = events_of((await home.person().ask("Where?")).body)
    told = [event.chunk for event in streamed]
    resets = [place for place, chunk in enumerate(told) if chunk.get("type") == "reset-step"]
    after = told[resets[-1] :]
    assert [chunk.get("type") for chunk in parts(after, "data-step", "source-url")] == [
        "source-url",
        "data-step",
    ]
    assert not resets[:-1]
