"""The commands that `[discord]` declares: tables, or a line each; a wrong one is mended."""

import json
from pathlib import Path
from typing import Any

import pytest

from aizuchi.errors import SettingsError
from aizuchi.settings import load
from aizuchi.settings.commands import ASK, TEXT, Command, Commands, Option, read_commands
from aizuchi.settings.discord import DiscordSettings

TABLES = """
[discord]
ephemeral = true

[[discord.commands]]
name = "訳す"
description = "Translate a text"
question = "Into {into}: {text}"
permissions = ["manage_messages"]

[[discord.commands.options]]
name = "into"
description = "Into which language"
choices = ["English", "日本語"]

[[discord.commands.options]]
name = "text"
max = 2000
required = false
"""


def test_tables_declare_commands_with_their_options(tmp_path: Path) -> None:
    discord = _load(tmp_path, TABLES)
    into = Option("into", "Into which language", choices=("English", "日本語"))
    text = Option("text", "text", most=2_000, required=False)
    assert discord.ephemeral
    assert discord.command("訳す") == Command(
        "訳す",
        "Translate a text",
        (into, text),
        permissions=("manage_messages",),
        question="Into {into}: {text}",
    )


def test_a_line_declares_a_command_with_one_text(tmp_path: Path) -> None:
    discord = _load(tmp_path, '[discord]\ncommands = ["/zunda 聞くのだ", "reset"]')
    assert discord.commands == (
        Command("zunda", "聞くのだ", (TEXT,)),
        Command("reset", "reset", (TEXT,)),
    )


def test_the_environment_declares_them_too(tmp_path: Path) -> None:
    lines = _load(tmp_path, AIZUCHI__DISCORD__COMMANDS="/ask Ask me, /zunda 聞くのだ")
    assert [command.name for command in lines.commands] == ["ask", "zunda"]
    table = json.dumps([{"name": "ping", "description": "Ping", "options": []}])
    tables = _load(tmp_path, AIZUCHI__DISCORD__COMMANDS=table)
    assert tables.commands == (Command("ping", "Ping"),)


def test_without_any_there_is_ask_and_no_other_name_is_refused(tmp_path: Path) -> None:
    assert not _load(tmp_path).is_declared
    assert _load(tmp_path).command("ask") == ASK
    assert _load(tmp_path, '[discord]\ncommands = ["/ask Ask"]').is_declared


@pytest.mark.parametrize(
    ("command", "what", "mend"),
    [
        ({"name": "Ask"}, '"Ask" cannot be the name of a command', "small letters"),
        ({"name": "two words"}, '"two words"', "no spaces"),
        ({"description": ""}, "the command ask has no description", "description = "),
        ({"descripton": "x"}, "the setting descripton", "Did you mean description?"),
        ({"ephemeral": "yes"}, "ephemeral = yes", "ephemeral = true"),
        ({"permissions": ["manage_mesages"]}, "manage_mesages", "manage_messages?"),
        ({"permissions": "all"}, "no list", "administrators only"),
        ({"contexts": []}, "no list", 'contexts = ["guild"]'),
        ({"contexts": ["gild"]}, '"gild"', "Did you mean guild?"),
        ({"names": {"ja-JP": "聞く"}}, '"ja-JP"', "Did you mean ja?"),
        ({"names": {"ja": "聞 く"}}, "聞 く", "no spaces"),
        ({"names": "聞く"}, "names that are no table", "ja = "),
        ({"descriptions": {"ja": ""}}, "no ja of 1 to 100", 'ja = "…"'),
        ({"question": "Say {txt}"}, "{txt} in the question", "Did you mean text?"),
        ({"options": [{}] * 26}, "at most 25", "[[discord.commands.options]]"),
        ({"options": [{"name": "a", "type": "strin"}]}, '"strin"', "Did you mean string?"),
        ({"options": [{"name": "a"}, {"name": "a"}]}, "two options called a", "of its own"),
        ({"options": [{"name": "a", "choices": [1]}]}, "choices that are no list", '"one"'),
        ({"options": [{"name": "a", "choices": [""]}]}, "a choice that is empty", "Shorten"),
        ({"options": [{"name": "a", "max": 6001}]}, "max = 6001", "6000 characters"),
        ({"options": [{"name": "a", "min": 3, "max": 2}]}, "min over its max", "smaller"),
        ({"options": [{"name": "a", "type": "user", "min": 1}]}, "min = 1", "length of a text"),
        (
            {"options": [{"name": "a", "required": False}, {"name": "b"}]},
            "a required option after one that is not",
            "required ones first",
        ),
        (
            {
                "options": [
                    {"name": f"o{n}", "choices": [f"{'x' * 98}{c}" for c in range(10, 35)]}
                    for n in range(2)
                ]
            },
            "longer than the 8000 characters",
            "Shorten",
        ),
    ],
)
def test_a_wrong_command_is_named_with_its_mend(
    command: dict[str, Any], what: str, mend: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_commands([{"name": "ask", "description": "Ask", **command}])
    said, how = refused.value.args
    assert what in said
    assert mend in how


@pytest.mark.parametrize(
    ("commands", "what"),
    [
        ("/ask", "no list"),
        ([1], "a command is no table"),
        (["/ask Ask", "/ask Again"], "two commands called ask"),
        ([f"/c{number} C" for number in range(101)], "Discord takes 100 commands"),
    ],
)
def test_what_is_no_list_of_commands_is_told(commands: object, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        read_commands(commands)


def test_a_wrong_command_is_told_with_its_place(tmp_path: Path) -> None:
    file = '[persona]\nname = "Mai"\n[[discord.commands]]\nname = "Ask"\ndescription = "x"'
    with pytest.raises(SettingsError) as refused:
        _load(tmp_path, file)
    assert "[discord] commands:" in str(refused.value)
    assert "line 3" in str(refused.value)


def test_a_command_has_names_in_other_languages_and_places(tmp_path: Path) -> None:
    option = {"name": "into", "names": {"ja": "言語"}, "descriptions": {"ja": "どの言語に"}}
    command = {"name": "translate", "description": "Translate", "names": {"ja": "翻訳"}}
    read = read_commands([{**command, "options": [option], "contexts": ["guild"]}])
    assert read == (
        Command(
            "translate",
            "Translate",
            (Option("into", "into", names={"ja": "言語"}, descriptions={"ja": "どの言語に"}),),
            contexts=("guild",),
            names={"ja": "翻訳"},
        ),
    )


def test_a_number_has_bounds_and_choices() -> None:
    option = {"name": "n", "type": "number", "min": -1.5, "max": 3, "choices": [1, 2.5]}
    read = read_commands([{"name": "dice", "description": "Roll", "options": [option]}])
    assert isinstance(read, Commands)
    assert read[0].options == (Option("n", "n", "number", (1, 2.5), -1.5, 3),)


def _load(folder: Path, text: str = "", **environment: str) -> DiscordSettings:
    file = folder / "aizuchi.toml"
    file.write_text(text, "utf-8")
    return load(file, environment).discord
