"""What the assistant does on the way shows in Slack: cards in a stream, a status line without."""

from pathlib import Path

from tests.slack.house import House, speaking
from tests.worker.office import using

from aizuchi.answers import ToolCall
from aizuchi.settings.tools import BotSettings

BOT = '''
import asyncio
from aizuchi import Bot

bot = Bot()

@bot.tool
async def search(what: str) -> str:
    """Searches."""
    await asyncio.sleep(3)
    return f"all about {what}"
'''
SEARCH = ToolCall("a", "search", '{"what": "leaves"}')
UNKNOWN = ToolCall("b", "<!channel> no", "{}")


def with_tools(house: House, folder: Path) -> None:
    (folder / "bot.py").write_text(BOT)
    house.settings = house.settings._replace(folder=folder, bot=BotSettings())


def tasks_of(house: House) -> list[tuple[str, str]]:
    """The cards as they stood in the end."""
    streams = [one.stream for one in house.slack.state.messages.values() if one.stream]
    cards = [card for stream in streams for card in stream.tasks.values()]
    return [(card["title"], card["status"]) for card in cards]


async def test_steps_are_cards_of_the_stream(house: House, tmp_path: Path) -> None:
    house.says(using(SEARCH, UNKNOWN), speaking("They are red."))
    with_tools(house, tmp_path)
    async with house.open():
        said = await house.ann.mentions("Where?", house.slack.general)
        await house.rest()
    assert house.answers(said) == ["They are red."]
    assert tasks_of(house) == [("Using search", "complete"), ("Using channelno", "error")]
    assert len(house.calls("chat.startStream")) == 1
    house.slack.assert_clean()


async def test_without_streams_the_step_is_the_status(house: House, tmp_path: Path) -> None:
    house.says(using(SEARCH), speaking("They are red."))
    with_tools(house, tmp_path)
    house.slack.state.has_streams = False
    house.slack.state.has_agent_view = False
    async with house.open():
        said = await house.ann.mentions("Where?", house.slack.general)
        await house.rest()
    assert house.answers(said) == ["They are red."]
    shown = [made.arguments.get("status") for made in house.calls("assistant.threads.setStatus")]
    assert "Using search" in shown
    house.slack.assert_clean()
