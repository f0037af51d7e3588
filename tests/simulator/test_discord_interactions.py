"""The fake Discord's interactions over HTTP: signed, answered in time or not, then filled."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from starlette.responses import JSONResponse, Response
from tests.simulator.discord_house import QUIETLY, USER_AGENT, Bot, House, code, house

from aizuchi.simulator.discord import ASK, Can, CannotDo, Points

BUTTONS = [
    {
        "type": 1,
        "components": [
            {"type": 2, "style": 2, "label": "Stop", "custom_id": "stop"},
            {"type": 2, "style": 1, "label": "Again", "custom_id": "again"},
        ],
    }
]


async def test_a_command_shows_thinking_and_then_its_answer() -> None:
    async with house() as home:
        said = await home.asks("why?")
        thinking = home.discord.transcript(home.ann)
        filled = await home.fills(said, "Because.")

        assert said.statuses == [200]
        assert thinking == "#general\n    ann used /ask why?\n    aizuchi: thinking…"
        assert filled.json()["flags"] == 4
        assert home.discord.transcript(home.ann) == (
            "#general\n    ann used /ask why?\n    aizuchi: Because."
        )
        home.discord.assert_clean()


async def test_an_interaction_says_who_where_and_what() -> None:
    async with house() as home:
        await home.asks("why?")
        got = home.bot.got[0]

        assert (got["type"], got["version"], got["context"]) == (2, 1, 0)
        assert got["application_id"] == home.discord.app_id
        assert got["member"]["user"]["id"] == home.ann.id
        assert got["guild_id"] == home.discord.guild.id
        assert got["channel"]["id"] == got["channel_id"] == home.discord.general.id
        assert got["data"]["options"] == [{"name": "question", "type": 3, "value": "why?"}]
        assert Can.VIEW_CHANNEL in Can(int(got["app_permissions"]))
        assert got["authorizing_integration_owners"] == {"0": home.discord.guild.id}


async def test_in_direct_messages_there_is_a_user_and_no_member() -> None:
    async with house() as home:
        await home.ann.command("ask", {"question": "why?"})
        got = home.bot.got[0]

        assert got["user"]["id"] == home.ann.id
        assert "member" not in got
        assert "guild_id" not in got
        assert (got["context"], got["channel"]["type"]) == (1, 1)


async def test_a_forged_interaction_leaves_nothing_behind() -> None:
    async with house() as home:
        said = await home.asks(bad_signature=True)

        assert said.statuses == [401]
        assert home.discord.transcript(home.ann) == ""


@pytest.mark.parametrize(
    "reply", [Response(status_code=503), JSONResponse({"type": 7}), Response("{", 200)]
)
async def test_what_is_not_answered_well_fails_before_the_person(reply: Response) -> None:
    async with house() as home:
        home.bot.reply = reply
        said = await home.asks()

        assert "aizuchi (only you see this): The application did not respond" in (
            home.discord.transcript(home.ann)
        )
        assert code(await home.fills(said, "late")) == (404, 10015)


class Slow(Bot):
    async def respond(self, interaction: Mapping[str, Any]) -> Response:
        await asyncio.sleep(3.5)
        return self.reply


async def test_an_answer_after_three_seconds_comes_too_late() -> None:
    async with house() as home:
        home.listen(Slow(home.discord.public_key))
        said = await home.asks()
        await asyncio.sleep(1)

        assert said.acks[0].reason == "timeout"
        assert "did not respond" in home.discord.transcript(home.ann)


async def test_several_deliveries_of_one_interaction_have_one_answer() -> None:
    async with house() as home:
        said = await home.asks(times=3)
        await home.fills(said, "Because.")

        assert said.statuses == [200] * 3
        assert home.discord.answers(home.discord.general) == ["Because."]
        assert len({got["id"] for got in home.bot.got}) == 1
        home.discord.assert_clean()


async def test_before_the_acknowledgement_has_arrived_there_is_no_message() -> None:
    async with house() as home:
        home.discord.ack_lag_s = 1.0
        asked = asyncio.create_task(home.asks())
        await asyncio.sleep(0.5)
        interaction = next(iter(home.discord.state.interactions.values()))
        path = f"/webhooks/{home.discord.app_id}/{interaction.token}/messages/@original"
        early = await home.call("PATCH", path, {"content": "x", **QUIETLY})
        await asked

        assert code(early) == (404, 10015)


async def call_back(home: House, interaction: Mapping[str, Any], **fields: Any) -> httpx2.Response:
    path = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
    return await home.client.post(
        home.discord.api_base + path, json=fields, headers={"user-agent": USER_AGENT}
    )


class CallingBack(Bot):
    """Answers by the callback route, and the delivery with 202."""

    def __init__(self, home: House) -> None:
        super().__init__(home.discord.public_key)
        self._home = home
        self.codes: list[int] = []

    async def respond(self, interaction: Mapping[str, Any]) -> Response:
        for _ in range(2):
            answer = await call_back(self._home, interaction, type=5)
            self.codes.append(answer.json()["code"] if answer.status_code >= 400 else 0)
        return Response(status_code=202)


async def test_the_callback_route_takes_one_answer() -> None:
    async with house() as home:
        bot = CallingBack(home)
        home.listen(bot)
        said = await home.asks()

        assert bot.codes == [0, 40060]
        assert home.discord.shown(said).is_loading


async def test_a_callback_after_three_seconds_finds_no_interaction() -> None:
    async with house() as home:
        home.bot.reply = Response(status_code=202)
        said = await home.asks()
        late = await call_back(home, home.bot.got[0], type=5)

        assert code(late) == (404, 10062)
        assert not said.is_taken


async def test_a_token_lives_a_quarter_of_an_hour() -> None:
    async with house() as home:
        said = await home.asks()
        home.discord.advance(899)
        in_time = await home.fills(said, "in time")
        home.discord.advance(2)

        assert in_time.status_code == 200
        assert code(await home.fills(said, "late")) == (401, 50027)


async def test_a_token_may_die_early() -> None:
    async with house() as home:
        said = await home.asks()
        home.discord.kill(said.interaction)

        assert code(await home.fills(said, "x")) == (404, 10015)
        assert "is left at “thinking…”" in home.discord.findings()[0]
        await home.posts("the answer")
        home.discord.assert_clean()


async def test_what_is_left_thinking_is_found() -> None:
    async with house() as home:
        said = await home.asks()
        assert said.interaction

        assert home.discord.findings() == [
            f"/ask of ann is left at “thinking…” ({said.interaction.id})"
        ]
        assert (await home.call("DELETE", home.original(said))).status_code == 204
        home.discord.assert_clean()


async def test_an_ephemeral_answer_is_seen_by_one_person() -> None:
    async with house() as home:
        home.bot.reply = JSONResponse({"type": 5, "data": {"flags": 64}})
        bob = home.discord.person("bob")
        said = await home.asks()
        filled = await home.fills(said, "psst")

        assert filled.json()["flags"] == 64 | 4
        assert "aizuchi (only you see this): psst" in home.discord.transcript(home.ann)
        assert home.discord.transcript(bob) == ""
        path = f"/channels/{home.discord.general.id}/messages/{filled.json()['id']}"
        assert code(await home.call("GET", path)) == (404, 10008)


@pytest.mark.parametrize("ignored", [True, False])
async def test_thinking_takes_no_other_flag(ignored: bool) -> None:
    async with house(Points(defer_ignores_flags=ignored)) as home:
        home.bot.reply = JSONResponse({"type": 5, "data": {"flags": 4}})
        said = await home.asks()

        assert said.is_taken is ignored


async def test_follow_ups_come_after_the_answer_and_can_be_edited_and_deleted() -> None:
    async with house() as home:
        said = await home.asks()
        await home.fills(said, "one")
        second = (await home.call("POST", home.hook(said), {"content": "two", **QUIETLY})).json()
        third = (await home.call("POST", home.hook(said), {"content": "three", **QUIETLY})).json()
        place = home.hook(said, f"/messages/{second['id']}")
        await home.call("PATCH", place, {"content": "TWO", **QUIETLY})
        await home.call("DELETE", home.hook(said, f"/messages/{third['id']}"))

        assert home.discord.answers(home.discord.general) == ["one", "TWO"]
        assert second["interaction_metadata"]["id"] == said.id
        await asyncio.sleep(2)
        assert (await home.call("GET", place)).json()["content"] == "TWO"
        home.discord.assert_clean()


async def test_an_app_of_one_person_has_five_follow_ups() -> None:
    async with house() as home:
        other = home.discord.add_guild("Elsewhere", home.ann)
        home.discord.leave(other)
        home.discord.installs(home.ann)
        home.discord.register({**ASK, "integration_types": [0, 1]})
        place = home.discord.channel("there", other)
        said = await home.ann.command("ask", {"question": "why?"}, place)
        await home.fills(said, "one")
        sent = []
        for number in range(6):
            await asyncio.sleep(1)
            follow = {"content": str(number), **QUIETLY}
            sent.append(await home.call("POST", home.hook(said), follow))

        assert home.bot.got[0]["authorizing_integration_owners"] == {"1": home.ann.id}
        assert [one.status_code for one in sent[:5]] == [200] * 5
        assert code(sent[5]) == (400, 40094)


async def test_the_first_follow_up_while_thinking_fills_that_message() -> None:
    async with house() as home:
        said = await home.asks()
        await home.call("POST", home.hook(said), {"content": "here", **QUIETLY})

        assert home.discord.answers(home.discord.general) == ["here"]
        assert "deprecated" in home.discord.findings()[0]


async def test_a_deleted_answer_can_be_edited_no_more() -> None:
    async with house() as home:
        said = await home.asks()
        home.discord.delete(home.discord.shown(said))

        assert code(await home.fills(said, "x")) == (404, 10008)


async def answered_with_buttons(home: House) -> Any:
    said = await home.asks()
    await home.fills(said, "Because.", components=BUTTONS)
    return home.discord.shown(said)


async def test_a_click_brings_the_message_it_was_on() -> None:
    async with house() as home:
        message = await answered_with_buttons(home)
        home.bot.reply = JSONResponse(
            {"type": 7, "data": {"content": "Stopped.", "components": [], **QUIETLY}}
        )
        await home.ann.clicks(message, "Stop")
        got = home.bot.got[1]

        assert (got["type"], got["data"]["custom_id"]) == (3, "stop")
        assert got["message"]["id"] == message.id
        assert home.discord.answers(home.discord.general) == ["Stopped."]
        with pytest.raises(CannotDo, match="no button 'Stop'; there are none"):
            await home.ann.clicks(message, "Stop")
        home.discord.assert_clean()


async def test_a_click_may_change_nothing_at_first() -> None:
    async with house() as home:
        message = await answered_with_buttons(home)
        home.bot.reply = JSONResponse({"type": 6})
        said = await home.ann.clicks(message, "Again")
        await home.fills(said, "Because so.")

        assert home.discord.answers(home.discord.general) == ["Because so.\n[Stop] [Again]"]


async def test_a_modal_is_filled_in_and_sent() -> None:
    async with house() as home:
        field = {"type": 4, "custom_id": "why", "label": "Why?", "style": 1}
        parts = [{"type": 1, "components": [field]}]
        modal = {"custom_id": "reason", "title": "Reason", "components": parts}
        home.bot.reply = JSONResponse({"type": 9, "data": modal})
        said = await home.asks()
        home.bot.reply = JSONResponse({"type": 4, "data": {"content": "Noted.", **QUIETLY}})
        await home.ann.submits(said, {"why": "because"})

        assert home.bot.got[1]["type"] == 5
        assert home.bot.got[1]["data"]["components"][0]["components"][0]["value"] == "because"
        assert home.discord.answers(home.discord.general) == ["Noted."]


async def test_an_option_completes_itself() -> None:
    async with house() as home:
        option = {"type": 3, "name": "place", "description": "Where", "autocomplete": True}
        home.discord.register({"name": "go", "description": "Go", "options": [option]})
        choices = [{"name": "Tokyo", "value": "tokyo"}]
        home.bot.reply = JSONResponse({"type": 8, "data": {"choices": choices}})

        assert await home.ann.completes("go", "place", "To") == choices
        assert home.bot.got[0]["data"]["options"][0]["focused"]


async def test_a_command_of_a_message_brings_its_text() -> None:
    async with house() as home:
        home.discord.register({"name": "Ask about this", "type": 3})
        said = await home.ann.says("the moon is a cheese", home.discord.general)
        message = home.discord.state.messages[said.id]
        home.bot.reply = JSONResponse({"type": 4, "data": {"content": "It is not.", **QUIETLY}})
        await home.ann.message_command("Ask about this", message)
        data = home.bot.got[0]["data"]

        assert data["resolved"]["messages"][data["target_id"]]["content"] == "the moon is a cheese"
        assert home.discord.answers(home.discord.general) == ["It is not."]


async def test_a_file_given_to_a_command_can_be_fetched() -> None:
    async with house() as home:
        option = {"type": 11, "name": "paper", "description": "What to read", "required": True}
        home.discord.register({"name": "read", "description": "Read", "options": [option]})
        file = home.ann.file("notes.txt", "相槌".encode())
        await home.ann.command("read", {"paper": file}, home.discord.general)
        data = home.bot.got[0]["data"]
        told = data["resolved"]["attachments"][data["options"][0]["value"]]

        assert (told["filename"], told["size"]) == ("notes.txt", 6)
        assert (await home.client.get(told["url"])).content == "相槌".encode()


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("aks", {}, "there is no command 'aks'; the app has registered ask"),
        ("ask", {}, "/ask needs question"),
        ("ask", {"question": 3}, "question=3 is not of the kind that it takes"),
        ("ask", {"question": "x" * 6001}, "question takes 0 to 6000 characters, not 6001"),
        ("ask", {"question": "x", "colour": "red"}, "/ask has no option colour"),
    ],
)
async def test_a_command_can_only_be_used_as_it_was_registered(
    name: str, values: dict[str, Any], words: str
) -> None:
    async with house() as home:
        with pytest.raises(CannotDo, match=words):
            await home.ann.command(name, values, home.discord.general)


async def test_a_command_may_be_for_some_people_only() -> None:
    async with house() as home:
        needed = str(int(Can.MANAGE_MESSAGES))
        only = {"name": "tidy", "description": "Tidy", "default_member_permissions": needed}
        home.discord.register(only)
        keeper = home.discord.role("keeper", Can.MANAGE_MESSAGES)
        bob = home.discord.person("bob", roles=[keeper])
        await bob.command("tidy", {}, home.discord.general)

        assert home.bot.got[0]["member"]["roles"] == [keeper.id]
        with pytest.raises(CannotDo, match="ann may not use tidy"):
            await home.ann.command("tidy", {}, home.discord.general)


async def test_a_command_is_offered_only_where_the_app_is_installed_as_it_wants() -> None:
    async with house() as home:
        elsewhere = home.discord.add_guild("Elsewhere", home.ann)
        home.discord.leave(elsewhere)
        home.discord.installs(home.ann)
        place = home.discord.channel("there", elsewhere)

        with pytest.raises(CannotDo, match="there is no command 'ask'"):
            await home.ann.command("ask", {"question": "why?"}, place)


class Careless(Bot):
    """Takes everything, however it is signed."""

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        return True


async def test_an_endpoint_is_looked_at_before_it_is_taken() -> None:
    async with house() as home:
        url = "http://bot.test/discord/interactions"
        careless = httpx2.ASGITransport(Careless(home.discord.public_key).app)
        good = httpx2.ASGITransport(home.bot.app)
        home.discord.endpoint = None

        wrong = await home.discord.saves_endpoint(httpx2.AsyncClient(transport=careless), url)
        taken = home.discord.endpoint

        assert wrong == ["a wrong signature was answered with 200, not with 401"]
        assert taken is None
        assert await home.discord.saves_endpoint(httpx2.AsyncClient(transport=good), url) == []
        assert home.discord.endpoint is not None


async def test_an_endpoint_that_takes_forgeries_is_taken_out_later() -> None:
    async with house() as home:
        home.listen(Careless(home.discord.public_key))
        await home.discord.checks_endpoint()

        assert home.discord.endpoint is None
        assert "the endpoint was taken out" in home.discord.findings()[0]


async def test_waiting_for_an_answer_ends_when_nothing_is_under_way() -> None:
    async with house() as home:
        said = await home.asks()
        waiting = asyncio.create_task(home.discord.quiet(said))
        for words in ("one", "one two", "one two three"):
            await asyncio.sleep(1)
            await home.fills(said, words)
        began = home.discord.clock()

        assert await waiting
        assert home.discord.clock() - began == pytest.approx(3)


async def test_waiting_for_an_answer_has_a_bound() -> None:
    async with house() as home:
        said = await home.asks()

        assert not await home.discord.quiet(said, within_s=20)
