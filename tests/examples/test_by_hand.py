"""The five systems as a newcomer tries them: `aizuchi dev` with an example, and who writes."""

from pathlib import Path

import pytest
from tests.cli.processes import PacedModel, ask, place_with_model, running, stored
from tests.cli.test_dev_slack import READY, trigger
from tests.examples.street import EXAMPLES

pytestmark = pytest.mark.real_time

ANSWER = PacedModel().answer.strip()
ASKED = {
    "system-0": (
        ("discord.command", "--command", "/long", "--who", "owner", "--text", "空は?"),
        f"#general\n    owner used /long 空は?\n    aizuchi: {ANSWER}",
    ),
    "system-1": (
        ("discord.command", "--command", "/zunda", "--text", "空は?"),
        f"#general\n    ann used /zunda 空は?\n    aizuchi: {ANSWER}",
    ),
    "system-2": (
        ("slack.mention", "--text", "空は?"),
        f"#general\n    ann: @aizuchi 空は?\n        aizuchi: {ANSWER}",
    ),
    "system-3": (
        ("slack.command", "--command", "/mameka", "--text", "空は?"),
        "#general\n    aizuchi (only you see this): ...\n"
        f"    aizuchi (only you see this): 空は?\n        {ANSWER}",
    ),
}


LONGER = ("system-1", "system-2")
"""Left to `make proof`: they begin as the others do."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=pytest.mark.proof if one in LONGER else ()) for one in ASKED],
)
async def test_it_is_tried_with_two_commands(name: str, tmp_path: Path) -> None:
    order, shown = ASKED[name]
    async with place_with_model(tmp_path) as (place, _):
        file = EXAMPLES / name / "aizuchi.toml"
        async with running(place, "--config", str(file), "dev") as dev:
            await dev.until(READY)
            code, told = await trigger(place, *order)
            assert code == 0, told
            assert told.startswith(shown)


async def test_system_4_asks_for_what_its_file_says_and_pays_as_it_is_told(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        file = EXAMPLES / "system-4" / "aizuchi.toml"
        async with running(place, "--config", str(file), "serve", OPENAI_ORG_ID="org-1") as server:
            await server.until("Open")
            async with place.client as client:
                for number in ("1", "2"):
                    await ask(client, "talk", number)
                told = [text.strip() for text in await stored(client, "talk")]
                assert told == [ANSWER, ANSWER]
                assert (await client.get("/compare")).status_code == 200
        for body in model.asked_with:
            assert body["max_tokens"] == 1024
            assert body["messages"] == [{"role": "user", "content": "hello"}]
        assert "\r\nopenai-organization: org-1\r\n" in model.heads[-1]
