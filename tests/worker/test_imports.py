"""A worker loads what it needs to answer, and nobody's framework or SDK."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

FRAMEWORKS = {
    *("pydantic", "pydantic_ai", "openai", "langchain", "langchain_core", "langgraph", "litellm"),
    *("slack_sdk", "slack_bolt", "discord", "aiohttp", "requests", "boto3", "botocore", "mcp"),
    *("ddgs", "trafilatura", "opentelemetry", "xllamacpp", "numpy", "hypothesis", "pytest"),
}
OPENED = """
import asyncio, json, sys
from aizuchi.app import open_app
from aizuchi.settings import load
from aizuchi.settings.home import prepare

async def main():
    settings = load()
    prepare(settings.home)
    async with open_app(settings):
        print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))

asyncio.run(main())
"""
REMOTE = {"AIZUCHI_MODEL": "openai:m", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
EVERYWHERE = {
    **REMOTE,
    "SLACK_SIGNING_SECRET": "s",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "DISCORD_APP_ID": "1",
    "DISCORD_PUBLIC_KEY": "0" * 64,
}
FALLBACK = '[model.fallbacks.last]\nname = "echo"\n'


def loaded(home: Path, environment: dict[str, str]) -> Sequence[str]:
    """The packages that an open assistant has loaded."""
    told = {**os.environ, "AIZUCHI_HOME": str(home / "state"), **environment}
    ran = subprocess.run(
        [sys.executable, "-c", OPENED], cwd=home, env=told, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize(
    "environment", [{}, REMOTE, EVERYWHERE], ids=["echo", "a remote model", "Slack and Discord"]
)
def test_no_framework_is_loaded_that_is_not_used(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "aizuchi.toml").write_text(FALLBACK if environment else "")
    found = loaded(tmp_path, environment)
    assert {"aizuchi", "sqlite3", "starlette"} <= set(found)
    assert not FRAMEWORKS & set(found)


def test_a_brain_of_a_framework_loads_it(tmp_path: Path) -> None:
    """The list above would show it."""
    bot = "import pydantic\nfrom aizuchi import Bot\nbot = Bot()\n"
    (tmp_path / "bot.py").write_text(bot)
    assert "pydantic" in loaded(tmp_path, REMOTE)
