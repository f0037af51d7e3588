"""aizuchi: one assistant on every chat surface. Importing it costs nothing: names load on use."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aizuchi.answers import Step as Step
    from aizuchi.bot import Bot as Bot
    from aizuchi.brain import Turn as Turn
    from aizuchi.errors import ToolError as ToolError

_PUBLIC = {
    "Bot": "aizuchi.bot",
    "Step": "aizuchi.answers",
    "ToolError": "aizuchi.errors",
    "Turn": "aizuchi.brain",
}

__all__ = ["Bot", "Step", "ToolError", "Turn"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # 4 ms that the edge does without

    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *_PUBLIC))
