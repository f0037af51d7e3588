"""ARCHITECTURE.md shows what the code is."""

import re
from pathlib import Path

from aizuchi.turns import diagram

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def test_the_diagram_is_the_table() -> None:
    drawn = re.search(r"<!-- turns -->\n```mermaid\n(.*?)\n```", TEXT, re.DOTALL)
    assert drawn
    assert drawn[1] == diagram()


def test_every_file_that_it_names_is_there() -> None:
    source = ROOT / "src" / "aizuchi"
    named = re.findall(r"`([\w/]+\.(?:py|sql))`", TEXT)
    assert named
    assert [name for name in named if not (source / name).is_file()] == []
