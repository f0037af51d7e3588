"""Tools: one that the model may use as it likes, one that somebody has to allow."""

import datetime as dt
from pathlib import Path
from typing import Annotated

from aizuchi import Bot, ToolError

NOTES = Path("notes")

bot = Bot()


@bot.tool
def days_until(date: Annotated[str, "As 2027-01-31."]) -> str:
    """How many days there are until a date."""
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        raise ToolError(f"{date} is no date.", "Write it as 2027-01-31.") from None
    return f"{(day - dt.datetime.now(dt.UTC).date()).days} days"


@bot.tool(unsafe=True)
def delete_note(name: Annotated[str, "Its file name, without a folder."]) -> str:
    """Deletes a note for good."""
    path = NOTES / Path(name).name
    if not path.is_file():
        raise ToolError(f"There is no note {name}.")
    path.unlink()
    return f"{name} is deleted"
