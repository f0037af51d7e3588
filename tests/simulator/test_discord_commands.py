"""The fake Discord's register of commands: everywhere and in a guild, checked as Discord does."""

from typing import Any

import pytest
from tests.simulator.discord_house import House, code, house

from aizuchi.simulator.discord import Points

ZUNDA = {"name": "zunda", "description": "Ask Zundamon"}
MANY = Points(command_bucket=(1000, 1.0))


def everywhere(home: House) -> str:
    return f"/applications/{home.discord.app_id}/commands"


def in_guild(home: House) -> str:
    return f"/applications/{home.discord.app_id}/guilds/{home.discord.guild.id}/commands"


async def names(home: House, path: str) -> list[str]:
    return [one["name"] for one in (await home.call("GET", path)).json()]


async def test_one_command_is_made_and_then_replaced() -> None:
    async with house() as home:
        made = await home.call("POST", everywhere(home), ZUNDA)
        again = await home.call("POST", everywhere(home), {**ZUNDA, "description": "Ask"})

        assert (made.status_code, again.status_code) == (201, 200)
        assert made.json()["id"] == again.json()["id"]
        assert made.json()["version"] != again.json()["version"]
        assert await names(home, everywhere(home)) == ["ask", "zunda"]


async def test_all_commands_are_replaced_at_once() -> None:
    async with house() as home:
        put = await home.call("PUT", everywhere(home), [ZUNDA, {"name": "Ask about", "type": 3}])

        assert put.status_code == 200
        assert await names(home, everywhere(home)) == ["zunda", "Ask about"]


async def test_a_guild_has_commands_of_its_own() -> None:
    async with house() as home:
        made = (await home.call("POST", in_guild(home), ZUNDA)).json()
        place = f"{in_guild(home)}/{made['id']}"
        changed = await home.call("PATCH", place, {"description": "Ask it"})
        got = (await home.call("GET", place)).json()

        assert changed.json()["description"] == got["description"] == "Ask it"
        assert (got["guild_id"], got["type"]) == (home.discord.guild.id, 1)
        assert (await home.call("DELETE", place)).status_code == 204
        assert code(await home.call("GET", place)) == (404, 10063)
        assert await names(home, in_guild(home)) == []


async def test_a_list_gives_other_languages_only_when_asked() -> None:
    async with house() as home:
        local = {"name_localizations": {"ja": "ずんだ"}, **ZUNDA}
        await home.call("PUT", everywhere(home), [local])
        bare = await home.call("GET", everywhere(home))
        whole = await home.call("GET", everywhere(home), params={"with_localizations": "true"})

        assert "name_localizations" not in bare.json()[0]
        assert whole.json()[0]["name_localizations"] == {"ja": "ずんだ"}


@pytest.mark.parametrize("name", ["質問", "ずんだ", "ask-me", "ask_me", "it's", "क्या", "2"])
async def test_a_command_may_have_any_small_name(name: str) -> None:
    async with house() as home:
        assert (await home.call("POST", everywhere(home), {**ZUNDA, "name": name})).is_success


OPTION = {"type": 3, "name": "text", "description": "x"}


@pytest.mark.parametrize(
    ("fields", "path", "error"),
    [
        ({"name": "Ask"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
        ({"name": "ask me"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
        ({"name": "x" * 33}, "name", "BASE_TYPE_BAD_LENGTH"),
        ({"name": None}, "name", "BASE_TYPE_REQUIRED"),
        ({"description": ""}, "description", "BASE_TYPE_REQUIRED"),
        ({"description": "x" * 101}, "description", "BASE_TYPE_BAD_LENGTH"),
        ({"type": 9}, "type", "BASE_TYPE_CHOICES"),
        ({"name_localizations": {"jp": "x"}}, "name_localizations.jp", "BASE_TYPE_CHOICES"),
        ({"contexts": [3]}, "contexts.0", "BASE_TYPE_CHOICES"),
        ({"default_member_permissions": 8}, "default_member_permissions", "NUMBER_TYPE_COERCE"),
        ({"options": [OPTION] * 26}, "options", "BASE_TYPE_MAX_LENGTH"),
        ({"options": [OPTION, OPTION]}, "options.1.name",
         "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
        ({"options": [OPTION, {**OPTION, "name": "b", "required": True}]}, "options.1",
         "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
        ({"options": [{**OPTION, "type": 12}]}, "options.0.type", "BASE_TYPE_CHOICES"),
        ({"options": [{**OPTION, "max_length": 6001}]}, "options.0.max_length", "NUMBER_TYPE_MAX"),
        ({"options": [{**OPTION, "choices": [{"name": "", "value": "a"}]}]},
         "options.0.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
        ({"options": [{**OPTION, "autocomplete": True, "choices": [{"name": "a", "value": "a"}]}]},
         "options.0.choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID"),
        ({"type": 3, "name": "Ask", "description": "x"}, "description",
         "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_BE_SET"),
    ],
)  # fmt: skip
async def test_a_command_is_refused_by_the_path_to_what_is_wrong(
    fields: dict[str, Any], path: str, error: str
) -> None:
    async with house() as home:
        one = await home.call("POST", everywhere(home), {**ZUNDA, **fields})
        many = await home.call("PUT", everywhere(home), [{**ZUNDA, **fields}])
        found, within = one.json()["errors"], many.json()["errors"]["0"]
        for step in path.split("."):
            found, within = found[step], within[step]

        assert code(one) == code(many) == (400, 50035)
        assert found["_errors"][0]["code"] == error
        assert within == found
        assert await names(home, everywhere(home)) == ["ask"]


async def test_a_command_may_not_say_too_much() -> None:
    async with house() as home:
        choices = [{"name": f"{n:0100}", "value": f"{n:0100}"} for n in range(25)]
        options = [{**OPTION, "name": f"o{n}", "choices": choices} for n in range(2)]
        refused = await home.call("POST", everywhere(home), {**ZUNDA, "options": options})

        assert refused.json()["errors"]["_errors"][0]["code"] == "APPLICATION_COMMAND_TOO_LARGE"


async def test_names_are_given_once_and_not_too_many() -> None:
    async with house(MANY) as home:
        twice = await home.call("PUT", everywhere(home), [ZUNDA, ZUNDA])
        many = [{**ZUNDA, "name": f"n{n}"} for n in range(101)]

        errors = twice.json()["errors"]["1"]["name"]["_errors"]
        assert errors[0]["code"] == "APPLICATION_COMMANDS_DUPLICATE_NAME"
        assert code(await home.call("PUT", everywhere(home), many)) == (400, 30032)


async def test_others_commands_are_not_the_apps() -> None:
    async with house() as home:
        home.discord.leave(home.discord.guild)

        assert code(await home.call("GET", "/applications/1/commands")) == (404, 10002)
        assert code(await home.call("GET", in_guild(home))) == (403, 50001)


async def test_the_app_learns_who_and_where_it_is() -> None:
    async with house() as home:
        me = (await home.call("GET", "/users/@me")).json()
        app = (await home.call("GET", "/applications/@me")).json()
        same = (await home.call("GET", "/oauth2/applications/@me")).json()
        guilds = (await home.call("GET", "/users/@me/guilds")).json()
        gateway = (await home.call("GET", "/gateway/bot")).json()

        assert me["id"] == app["id"] == same["id"] == home.discord.app_id
        assert app["verify_key"] == home.discord.public_key
        assert app["interactions_endpoint_url"] == "http://bot.test/discord/interactions"
        assert [one["name"] for one in guilds] == ["Acme"]
        assert gateway["url"] == "ws://discord.test/gateway"
        assert gateway["session_start_limit"]["max_concurrency"] == 1
