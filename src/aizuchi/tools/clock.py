"""`clock`: what time it is, which no model knows."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aizuchi.errors import ToolError
from aizuchi.settings import Settings
from aizuchi.toolbox import Tool
from aizuchi.tools.function import tool_of


def open_clock(settings: Settings, clock: Callable[[], float]) -> Tool:
    """The tool as the assistant has it."""

    async def clock_(zone: str = "UTC") -> str:
        """The date, the day of the week and the time now.

        zone: a name such as Asia/Tokyo or Europe/Berlin; UTC where none is given."""
        now = datetime.fromtimestamp(clock(), UTC).astimezone(_zone(zone))
        return f"{now:%A, %Y-%m-%d %H:%M:%S %Z (UTC%z)}"

    clock_.__name__ = "clock"
    return tool_of(clock_)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ToolError(f'There is no time zone "{name[:60]}".', "Try Asia/Tokyo or UTC.") from None
