"""The commands that Discord is told of: what is sent, and what counts as a difference."""

from typing import Any

import pytest

from aizuchi.settings.commands import DEFAULT, read_commands
from aizuchi.settings.discord import DiscordSettings
from aizuchi.simulator.discord.commandforms import check_command
from aizuchi.simulator.discord.commands import USUAL, USUAL_EVERYWHERE
from aizuchi.simulator.discord.refusals import Problems
from aizuchi.surfaces.discord.registration import declared, differences, plan, title, told

WHOLE = {
    "name": "訳す",
    "names": {"en-US": "translate"},
    "description": "Translate a text",
    "descriptions": {"ja": "文章を訳す"},
    "permissions": ["manage_messages", "kick_members"],
    "contexts": ["guild", "private_channel"],
    "options": [
        {"name": "into", "choices": ["English", "日本語"], "names": {"ja": "言語"}},
        {"name": "text", "max": 2_000, "min": 1},
        {"name": "times", "type": "integer", "min": 0, "max": 3, "required": False},
        {"name": "file", "type": "attachment", "required": False},
    ],
}


def discord_with(*commands: object, **settings: Any) -> DiscordSettings:
    return DiscordSettings(commands=read_commands([*commands]), **settings)


def test_without_any_declared_there_is_ask_and_the_menu_of_a_message() -> None:
    ask, menu = declared(DiscordSettings(), in_guild=False)
    assert (ask["name"], ask["description_localizations"]) == ("ask", {"ja": "アシスタントに聞く"})
    assert [option["type"] for option in ask["options"]] == [3]
    assert ask["contexts"] == [0, 1]
    assert menu["type"] == 3
    assert menu["name"] == "Ask about this"
    assert menu["name_localizations"] == {"ja": "これについて聞く"}


def test_everything_that_is_declared_is_sent() -> None:
    command = declared(discord_with(WHOLE), in_guild=False)[0]
    assert command["name_localizations"] == {"en-US": "translate"}
    assert command["default_member_permissions"] == str(1 << 13 | 1 << 1)
    assert command["contexts"] == [0, 2]
    assert command["integration_types"] == [0, 1]
    into, text, times, file = command["options"]
    assert into["choices"] == [
        {"name": "English", "value": "English"},
        {"name": "日本語", "value": "日本語"},
    ]
    assert (text["min_length"], text["max_length"]) == (1, 2_000)
    assert (times["type"], times["min_value"], times["max_value"]) == (4, 0, 3)
    assert (file["type"], file["required"]) == (11, False)


def test_a_command_without_permissions_is_for_administrators_where_that_is_said() -> None:
    assert (
        declared(discord_with({**WHOLE, "permissions": []}), in_guild=False)[0][
            "default_member_permissions"
        ]
        == "0"
    )


def test_no_menu_is_registered_where_it_has_no_name() -> None:
    commands = declared(discord_with(WHOLE, message_command=""), in_guild=False)
    assert [title(command) for command in commands] == ["/訳す"]


@pytest.mark.parametrize("in_guild", [False, True])
def test_discord_takes_it(in_guild: bool) -> None:
    problems = Problems()
    for command in declared(discord_with(WHOLE, *DEFAULT_TABLES), in_guild=in_guild):
        check_command(problems, command)
    problems.check()


def test_in_a_guild_nothing_is_said_of_other_places() -> None:
    for command in declared(discord_with(WHOLE), in_guild=True):
        assert not {"contexts", "integration_types"} & command.keys()


DEFAULT_TABLES = [{"name": each.name, "description": each.description} for each in DEFAULT]


def live(command: Any, **changed: Any) -> dict[str, Any]:
    """A command as Discord lists it: with an id, and with all that is not said in it."""
    usual = {**USUAL, **USUAL_EVERYWHERE, "id": "1", "version": "2", "application_id": "3"}
    return {**usual, **command, **changed}


@pytest.mark.parametrize("in_guild", [False, True])
def test_what_discord_adds_by_itself_is_no_difference(in_guild: bool) -> None:
    wanted = declared(discord_with(WHOLE), in_guild=in_guild)
    made = plan(wanted, [live(command) for command in wanted], in_guild=in_guild)
    assert (made.create, made.change, made.delete) == ([], [], [])
    assert len(made.keep) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("description", "Another"),
        ("name_localizations", None),
        ("default_member_permissions", None),
        ("options", []),
        ("contexts", None),
        ("integration_types", [0]),
    ],
)
def test_a_difference_is_named(field: str, value: object) -> None:
    wanted = declared(discord_with(WHOLE), in_guild=False)[0]
    assert differences(live(wanted, **{field: value}), wanted, in_guild=False) == [field]


def test_the_least_number_of_zero_is_a_difference_to_none() -> None:
    wanted = declared(discord_with(WHOLE), in_guild=True)[0]
    options = [{**option, "min_value": None} for option in wanted["options"]]
    assert differences(live(wanted, options=options), wanted, in_guild=True) == ["options"]


def test_the_plan_is_told_before_it_is_done() -> None:
    wanted = declared(discord_with(WHOLE, {"name": "ask", "description": "Ask"}), in_guild=False)
    there = [
        live(wanted[0], description="old"),
        live({"name": "gone", "type": 1}),
        live({"name": "Ask about this", "type": 2}),
        live({"name": "launch", "type": 4}),
    ]
    made = plan(wanted, there, in_guild=False)
    assert list(told(made, in_guild=False)) == [
        "+ /ask",
        "+ “Ask about this”",
        "~ /訳す  (description)",
        "- /gone",
        "- “Ask about this”",
    ]
