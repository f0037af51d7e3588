"""What `deploy aws` does about the platforms in the end: commands, addresses, manifest."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from aizuchi.cli.connecting import connected, told_of
from aizuchi.cli.discord import asker
from aizuchi.deploy.aws.installation import Installation
from aizuchi.settings import load
from aizuchi.simulator.discord import FakeDiscord, Points, serving
from aizuchi.simulator.discord.commands import of_place
from aizuchi.surfaces import Finding

pytestmark = pytest.mark.real_time

BASE = "https://abc.execute-api.eu-west-1.amazonaws.com"
SLACK = {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1"}


def after(home: Path, **environment: str) -> Sequence[Finding]:
    settings = load(None, {"AIZUCHI_HOME": str(home), **environment})
    return list(connected(settings, BASE, Installation(), asker(settings)))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def leading_to(discord: FakeDiscord) -> dict[str, str]:
    return {
        "DISCORD_BOT_TOKEN": discord.bot_token,
        "DISCORD_PUBLIC_KEY": discord.public_key,
        "DISCORD_API_BASE": discord.api_base,
    }


async def test_discord_is_told_of_the_commands_once_and_where_to_send_them(tmp_path: Path) -> None:
    async with serving(FakeDiscord(points=Points(command_bucket=(100, 1.0)))) as discord:
        told, endpoint = await asyncio.to_thread(after, tmp_path, **leading_to(discord))
        assert told.what == "Discord has been told of /ask, “Ask about this”"
        assert sorted(each.name for each in of_place(discord.state, "")) == [
            "Ask about this",
            "ask",
        ]
        assert endpoint.what.endswith(f"is to be {BASE}/discord/interactions")
        assert f"/developers/applications/{discord.app_id}/information" in endpoint.mend
        made = len(discord.state.created)

        told, _ = await asyncio.to_thread(after, tmp_path, **leading_to(discord))
        assert told.what == "Discord knows the commands as they are declared"
        assert len(discord.state.created) == made


async def test_what_discord_refuses_is_told_and_the_deployment_stands(tmp_path: Path) -> None:
    async with serving(FakeDiscord()) as discord:
        wrong = {**leading_to(discord), "DISCORD_BOT_TOKEN": "nobody's"}
        refused, endpoint = await asyncio.to_thread(after, tmp_path, **wrong)
        assert not refused.well
        assert "it says 401" in refused.what
        assert "What was deployed stands." in refused.mend
        assert "discord sync tries this again" in refused.mend
        assert "Interactions Endpoint URL" in endpoint.mend


def test_slacks_manifest_is_written_with_the_real_address_and_told_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (first,) = after(home, **SLACK)
    file = home / "slack-manifest-aizuchi-prod.json"
    wanted = json.loads(file.read_text("utf-8"))["settings"]["event_subscriptions"]["request_url"]
    assert wanted == f"{BASE}/slack/events"
    assert f"is written to {file}, for requests to {wanted}" in first.what
    assert "https://api.slack.com/apps: Create New App, From a manifest" in first.mend

    (again,) = after(home, **SLACK)
    assert again == Finding(True, f"Slack's manifest is as it was: {file}")


def test_a_manifest_that_cannot_be_is_told_and_the_deployment_stands(tmp_path: Path) -> None:
    (wrong,) = after(tmp_path, **SLACK, AIZUCHI__SLACK__COMMANDS="ask Ask me")
    assert not wrong.well
    assert '"ask" is no slash command' in wrong.what
    assert wrong.mend.endswith("What was deployed stands.")


def test_what_is_left_to_do_and_what_went_wrong_is_marked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done, left = Finding(True, "a"), Finding(True, "b", "Paste it.")
    assert told_of([done, left]) == 0
    assert capsys.readouterr().out == "ok     a\nto do  b\n       Paste it.\n"
    assert told_of([done, Finding(False, "c", "Mend it.")]) == 1
    assert capsys.readouterr().out == "ok     a\nWRONG  c\n       Mend it.\n"


def test_nothing_is_told_of_platforms_that_are_off(tmp_path: Path) -> None:
    assert after(tmp_path) == []
