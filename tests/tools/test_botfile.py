"""bot.py is run at the start; where it goes wrong, its author is told the line."""

import subprocess
import sys
from pathlib import Path

import pytest

from aizuchi.botfile import load_bot
from aizuchi.errors import BotError
from aizuchi.settings import load

GOOD = '''
from aizuchi import Bot

bot = Bot()

@bot.tool
def weather(city: str) -> str:
    """Today's weather in a city."""
    return "sun"
'''


def written(folder: Path, text: str) -> Path:
    path = folder / "bot.py"
    path.write_text(text, "utf-8")
    return path


def test_a_bot_brings_its_tools(tmp_path: Path) -> None:
    bot = load_bot(written(tmp_path, GOOD))
    assert [tool.declared.name for tool in bot.tools] == ["weather"]


def test_it_may_import_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "weather_beside.py").write_text("from aizuchi import Bot\nassistant = Bot()\n")
    assert load_bot(written(tmp_path, "from weather_beside import assistant\n")).tools == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\ndef y(:\n", "bot.py, line 2: invalid syntax"),
        ("\n\n1 / 0\n", "bot.py, line 3: ZeroDivisionError: division by zero"),
        ("import nowhere_to_be_found\n", "bot.py, line 1: ModuleNotFoundError"),
        (GOOD.replace("city: str", "city"), "bot.py, line 6: weather"),
        ("x = 1\n", "bot.py has no bot in it."),
        ("from aizuchi import Bot\n", "bot.py has no bot in it."),
        ("from aizuchi import Bot\na, b = Bot(), Bot()\n", "bot.py has 2 bots in it."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BotError) as raised:
        load_bot(written(tmp_path, text))
    assert says in str(raised.value)


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "aizuchi.toml").write_text('[bot]\nfile = "mine.py"\n')
    path = load(tmp_path / "aizuchi.toml", {}).bot_file
    assert path
    with pytest.raises(BotError, match=r"mine\.py"):
        load_bot(path)


def test_the_default_file_is_used_where_it_is(tmp_path: Path) -> None:
    config = tmp_path / "aizuchi.toml"
    config.write_text("")
    assert load(config, {}).bot_file is None
    written(tmp_path, GOOD)
    assert load(config, {}).bot_file == tmp_path / "bot.py"


def test_to_import_aizuchi_loads_nothing_of_it() -> None:
    script = "import sys, aizuchi; print([m for m in sys.modules if m.startswith('aizuchi.')])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_a_name_that_there_is_not_is_told() -> None:
    import aizuchi

    assert "Bot" in dir(aizuchi)
    with pytest.raises(AttributeError, match="Robot"):
        _ = aizuchi.Robot
