"""`aizuchi slack check` beside the fake Slack: an app made from our manifest is found well."""

import asyncio
from typing import Any

import pytest

from aizuchi.cli.slack import asker
from aizuchi.settings import Settings
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.secrets import Secret
from aizuchi.simulator.slack import FakeSlack, serving
from aizuchi.surfaces import Finding
from aizuchi.surfaces.slack.manifest import manifest
from aizuchi.surfaces.slack.setup import check

pytestmark = pytest.mark.real_time


async def checked(slack: FakeSlack, **given: Any) -> list[Finding]:
    async with serving(slack):
        settings = Settings(
            slack=SlackSettings(
                bot_token=Secret(slack.bot_token),
                app_token=Secret(slack.app_token),
                config_token=Secret(slack.config_token),
                api_base=slack.api_base,
                **given,
            )
        )
        return list(await asyncio.to_thread(check, settings, asker(settings)))


async def test_an_app_made_from_the_manifest_is_well() -> None:
    slack = FakeSlack()
    slack.configure(manifest(Settings()))

    assert [finding for finding in await checked(slack) if not finding.well] == []


async def test_what_the_live_app_lacks_is_named() -> None:
    slack = FakeSlack()
    slack.configure(manifest(Settings()))

    wrong = [
        finding
        for finding in await checked(slack, follow_threads=True, sign="reaction")
        if not finding.well
    ]

    told = "\n".join(finding.what + finding.mend for finding in wrong)
    assert "reactions:write" in told
    assert "message.channels" in told
