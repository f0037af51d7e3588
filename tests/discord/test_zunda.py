"""The Discord bot that aizuchi grew from, with nothing but a bot token: two commands of a file, one
of them in a persona's words, and a memory that a restart does not take away."""

from pathlib import Path

import pytest
from tests.discord.house import House
from tests.discord.test_flows import speaking
from tests.worker.office import Part, ScriptedModel

from aizuchi.settings import load
from aizuchi.settings.sections import WebSettings
from aizuchi.simulator.discord.commands import of_place
from aizuchi.simulator.discord.people import Said

CALLBACK = "POST /interactions/{interaction}/{token}/callback"
FILE = """
[persona]
instructions = "You are a plain assistant."

[personas.zundamon]
instructions = "あなたは「ずんだもん」です。語尾は「のだ」。"
closing = "ずんだもんとして答えるのだ。"
commands = ["zunda"]

[memory]
scope = "channel"

[[discord.commands]]
name = "ask"
description = "Ask the assistant"

[[discord.commands]]
name = "zunda"
description = "ずんだもんに聞くのだ"
"""
HEAD, CLOSING = "あなたは「ずんだもん」です。語尾は「のだ」。", "ずんだもんとして答えるのだ。"
YES, AGAIN = "そうなのだ。", "何度でも言うのだ。"


@pytest.fixture
def laptop(house: House, tmp_path: Path) -> House:
    """A house in which nobody has registered anything, told of nothing but the bot's token."""
    (tmp_path / "aizuchi.toml").write_text(FILE, "utf-8")
    environment = {
        "AIZUCHI_HOME": str(house.settings.home),
        "DISCORD_BOT_TOKEN": house.discord.bot_token,
        "DISCORD_API_BASE": house.discord.api_base,
    }
    settings = load(tmp_path / "aizuchi.toml", environment)
    house.settings = settings._replace(web=WebSettings(enabled=False))
    house.discord.state.commands.clear()
    house.by_requests = False
    return house


async def asked(house: House, name: str, text: str) -> Said:
    said = await house.ann.command(name, {"text": text}, house.general)
    assert said.is_taken
    await house.rest()
    return said


def told(model: ScriptedModel) -> list[tuple[str, str]]:
    """What the model was told last, and by whom."""
    return [(line.role, line.text) for line in model.prompts[-1]]


def says(house: House, *texts: str) -> ScriptedModel:
    scripts: list[list[Part]] = [speaking(text) for text in texts]
    return house.says(*scripts)


async def test_both_commands_are_there_and_answered_over_the_gateway(laptop: House) -> None:
    model = says(laptop, "It is so.", YES)
    async with laptop.open():
        await laptop.rest()
        added = of_place(laptop.discord.state, laptop.discord.guild.id)
        assert [command.name for command in added] == ["ask", "zunda", "Ask about this"]
        await asked(laptop, "ask", "Is it so?")
        assert told(model) == [("system", "You are a plain assistant."), ("user", "Is it so?")]
        await asked(laptop, "zunda", "そうなの?")
    assert told(model) == [
        ("system", HEAD),
        ("user", "Is it so?"),
        ("assistant", "It is so."),
        ("user", "そうなの?"),
        ("system", CLOSING),
    ]
    assert laptop.answers() == ["It is so.", YES]
    assert [made.fields for made in laptop.calls(CALLBACK)] == [{"type": 5}, {"type": 5}]


async def test_what_was_said_is_known_after_a_restart(laptop: House) -> None:
    model = says(laptop, YES, AGAIN)
    async with laptop.open():
        await laptop.rest()
        await asked(laptop, "zunda", "そうなの?")
    async with laptop.open():
        await laptop.rest()
        await asked(laptop, "zunda", "もう一回")
    assert told(model) == [
        ("system", HEAD),
        ("user", "そうなの?"),
        ("assistant", YES),
        ("user", "もう一回"),
        ("system", CLOSING),
    ]
    assert laptop.answers() == [YES, AGAIN]


async def test_an_answer_is_made_again_by_the_same_persona(laptop: House) -> None:
    model = says(laptop, YES, AGAIN)
    async with laptop.open():
        await laptop.rest()
        said = await asked(laptop, "zunda", "そうなの?")
        await laptop.ann.clicks(laptop.discord.shown(said), "Ask again")
        await laptop.rest()
    assert told(model) == [("system", HEAD), ("user", "そうなの?"), ("system", CLOSING)]
    assert laptop.answers() == [YES, AGAIN]
