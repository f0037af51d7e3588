"""The fake Discord worked from outside, as `aizuchi trigger` does it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from starlette.responses import JSONResponse, Response
from tests.simulator.discord_house import QUIETLY, Bot, House, house
from tests.simulator.discord_link import INTENTS

BUTTONS = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "a"}]}]


class Answering(Bot):
    """An app that fills every answer after a while, by two edits."""

    def __init__(self, home: House) -> None:
        super().__init__(home.discord.public_key)
        self._home = home
        self.answers: dict[str, asyncio.Task[None]] = {}

    async def respond(self, interaction: Mapping[str, Any]) -> Response:
        id_ = interaction["id"]
        if id_ not in self.answers:
            self.answers[id_] = asyncio.create_task(self._answer(interaction["token"]))
        return JSONResponse({"type": 6 if interaction["type"] == 3 else 5})

    async def _answer(self, token: str) -> None:
        path = f"/webhooks/{self._home.discord.app_id}/{token}/messages/@original"
        for words in ("It is", "It is so."):
            await asyncio.sleep(2)
            fields = {"content": words, "components": BUTTONS, **QUIETLY}
            await self._home.call("PATCH", path, fields)


async def ordered(home: House, what: str, token: str = "", **order: Any) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token or home.discord.control_token}"}
    url = f"{home.discord.address}/control/{what}"
    return await home.client.post(url, headers=headers, json=order, timeout=None)


def answering(home: House) -> Answering:
    bot = Answering(home)
    home.listen(bot)
    return bot


async def test_a_command_from_outside_comes_back_as_a_transcript_of_its_answer() -> None:
    async with house() as home:
        answering(home)

        seen = (await ordered(home, "command", text="Is it?", times=3)).json()

        assert seen["statuses"] == [200] * 3
        assert seen["quiet"]
        assert seen["transcript"] == (
            "#general\n    ann used /ask Is it?\n    aizuchi: It is so.\n        [Again] (edited)"
        )
        assert seen["findings"] == []


async def test_a_button_from_outside_is_clicked_by_its_label() -> None:
    async with house() as home:
        bot = answering(home)
        await ordered(home, "command", text="Is it?")

        seen = (await ordered(home, "button", label="Again")).json()
        none = await ordered(home, "button", label="Stop")

        assert seen["quiet"]
        assert bot.got[-1]["type"] == 3
        assert none.json()["error"] == "no message in #general has a button 'Stop'"


async def test_a_mention_from_outside_needs_a_connection_and_waits_for_it() -> None:
    async with house() as home:
        waiting = asyncio.create_task(ordered(home, "mention", text="Is it?", within_s=20))
        await asyncio.sleep(5)
        heard: list[str] = []
        home.discord.gateway.listen(lambda name, fields: heard.append(name), INTENTS)
        await asyncio.sleep(1)
        await home.posts("It is so.")
        seen = (await waiting).json()

        assert seen["quiet"]
        assert seen["transcript"] == "#general\n    ann: @aizuchi Is it?\n    aizuchi: It is so."
        assert heard[-2:] == ["MESSAGE_CREATE", "MESSAGE_CREATE"]


async def test_without_a_connection_a_message_is_refused() -> None:
    async with house() as home:
        refused = await ordered(home, "dm", text="Is it?")

        assert refused.status_code == 400
        assert "not connected to the Gateway" in refused.json()["error"]


async def test_a_bad_signature_is_told_at_once() -> None:
    async with house() as home:
        seen = (await ordered(home, "command", text="x", bad_signature=True)).json()

        assert (seen["statuses"], seen["quiet"]) == ([401], False)


async def test_an_order_without_an_answer_ends_at_its_bound() -> None:
    async with house() as home:
        began = home.discord.clock()

        seen = (await ordered(home, "command", text="Is it?", within_s=20)).json()

        assert (seen["statuses"], seen["quiet"]) == ([200], False)
        assert home.discord.clock() - began == pytest.approx(20)


async def test_another_server_and_person_are_made_at_the_first_word() -> None:
    async with house() as home:
        answering(home)

        order = {"who": "bob", "guild": "Elsewhere", "channel": "tea", "text": "Is it?"}
        seen = (await ordered(home, "command", **order)).json()

        assert seen["transcript"].startswith("#tea\n    bob used /ask Is it?")


async def test_what_is_for_administrators_the_owner_of_the_server_can_do() -> None:
    async with house() as home:
        answering(home)
        only = {"name": "tidy", "description": "Tidy", "default_member_permissions": "0"}
        home.discord.register(only)

        refused = (await ordered(home, "command", command="tidy")).json()
        seen = (await ordered(home, "command", command="tidy", who="owner")).json()

        assert refused["error"] == "ann may not use tidy; the server's owner (owner) may"
        assert seen["transcript"].startswith("#general\n    owner used /tidy")


async def test_nobody_else_gives_orders() -> None:
    async with house() as home:
        assert (await ordered(home, "dm", token="guessed")).status_code == 401


@pytest.mark.parametrize(
    ("what", "order", "words"),
    [
        ("dance", {}, "nobody can 'dance'"),
        ("dm", {"colour": "red"}, "colour='red' is not understood"),
        ("dm", {"file": {"name": "a", "type": "b", "content": "!"}}, "a file has a name, a type"),
        ("dm", {"file": {"name": "a"}}, "a file has a name, a type"),
        ("dm", {"times": 0}, "times=0 is not between 1 and 100"),
        ("dm", {"bad_signature": True}, "where nothing is signed"),
        ("command", {"command": "/zunda"}, "there is no command 'zunda'; the app has registered"),
        ("command", {}, "/ask needs question"),
    ],
)
async def test_an_order_that_cannot_be_says_why(
    what: str, order: dict[str, Any], words: str
) -> None:
    async with house() as home:
        refused = await ordered(home, what, **order)

        assert refused.status_code == 400
        assert words in refused.json()["error"]
