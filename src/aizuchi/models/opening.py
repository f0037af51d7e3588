"""Opens a model from the settings, and closes it when the server ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aizuchi.models.echo import EchoModel
from aizuchi.models.local import LocalModel
from aizuchi.models.openai import OPENAI_MODEL, OPENAI_URL, OpenAIModel
from aizuchi.models.smol import find_demo
from aizuchi.models.smol_process import SmolProcess
from aizuchi.models.switching import SwitchingModel
from aizuchi.ports import Model
from aizuchi.settings import Settings


@asynccontextmanager
async def open_openai(settings: Settings) -> AsyncIterator[Model]:
    """Any OpenAI-compatible endpoint."""
    asked = settings.model
    model = OpenAIModel(
        model=asked.choice.model or ("" if asked.base_url else OPENAI_MODEL),
        base_url=asked.base_url or OPENAI_URL,
        api_key=asked.api_key.reveal(),
        organization=asked.organization,
        temperature=asked.temperature,
        max_tokens=asked.max_tokens,
        connect_s=asked.connect_s,
        first_token_s=asked.first_token_s,
        idle_s=asked.idle_s,
        section=settings.model_section,
    )
    try:
        yield model
    finally:
        await model.aclose()


@asynccontextmanager
async def open_echo(settings: Settings) -> AsyncIterator[Model]:
    """The echo, which needs nothing."""
    yield EchoModel()


@asynccontextmanager
async def open_local(settings: Settings) -> AsyncIterator[Model]:
    """The demo model of this installation; the echo until it has been fetched and started."""
    process, echo = SmolProcess(settings.home), EchoModel()
    local = LocalModel(process, settings.model)
    there = find_demo(settings.home)
    keeping = asyncio.create_task(process.keep())
    try:
        yield local if there else SwitchingModel(echo, local, lambda: process.is_ready)
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await local.aclose()
