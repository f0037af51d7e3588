"""aizuchi: one assistant on every chat surface. Importing it costs nothing: names load on use."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aizuchi.bot import Bot as Bot
    from aizuchi.errors import ToolError as ToolError

_PUBLIC = {"Bot": "aizuchi.bot", "ToolError": "aizuchi.errors"}

__all__ = ["Bot", "ToolError"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # 4 ms that the edge does without

    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *_PUBLIC))
