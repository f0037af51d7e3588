"""ARCHITECTURE.md shows what the code is."""

import re
from pathlib import Path

from aizuchi.turns import diagram

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "aizuchi"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def test_the_diagram_is_the_table() -> None:
    drawn = re.search(r"<!-- turns -->\n```mermaid\n(.*?)\n```", TEXT, re.DOTALL)
    assert drawn
    assert drawn[1] == diagram()


def test_it_names_every_room_of_the_house() -> None:
    rooms = [path.name for path in SOURCE.glob("*.py") if not path.name.startswith("__")]
    assert [name for name in rooms if f"`{name}`" not in TEXT] == []


def test_it_stays_one_page() -> None:
    assert len(TEXT.splitlines()) <= 110


def test_every_file_that_it_names_is_there() -> None:
    named = re.findall(r"`([\w/]+\.(?:py|sql))`", TEXT)
    assert named
    assert [name for name in named if not (SOURCE / name).is_file()] == []
