"""Finds the bot of an assistant in its Python file, and says where that file goes wrong."""

import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Protocol

from aizuchi.errors import BotError
from aizuchi.toolbox import Tool

NAME = "bot"
KIND = "aizuchi.bot"
MEND = "Mend that line, and start again."


class Written(Protocol):
    """What a bot's author has written."""

    @property
    def tools(self) -> tuple[Tool, ...]: ...


def load_bot(path: Path) -> Written:
    """Runs the file and gives the bot in it. What lies beside the file can be imported there.

    Raises:
        BotError: it cannot be run, or there is no bot in it.
    """
    module = _run(path.resolve(), path)
    kind = vars(sys.modules[KIND])["Bot"] if KIND in sys.modules else ()
    found: dict[int, Written] = {
        id(each): each for each in vars(module).values() if isinstance(each, kind)
    }
    if len(found) != 1:
        raise BotError(
            f"{path} has {'no bot' if not found else f'{len(found)} bots'} in it.",
            "Write once: from aizuchi import Bot; bot = Bot()",
        )
    return next(iter(found.values()))


def _run(path: Path, named: Path) -> ModuleType:
    spec = spec_from_file_location(NAME, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BotError(f"There is no file {named}.", "Check [bot] file in aizuchi.toml.")
    module = module_from_spec(spec)
    sys.modules[NAME] = module
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except BotError as error:
        raise BotError(f"{_place(error, path, named)}: {error.what}", error.mend) from error
    except SyntaxError as error:
        raise BotError(f"{error.filename}, line {error.lineno}: {error.msg}.", MEND) from error
    except Exception as error:
        what = f"{_place(error, path, named)}: {type(error).__name__}: {error}"
        raise BotError(what, MEND) from error
    return module


def _place(error: Exception, path: Path, named: Path) -> str:
    """The line of the file that led to the error."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    return f"{named}, line {lines[-1]}" if lines else str(named)
