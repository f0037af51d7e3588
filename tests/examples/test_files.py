"""The examples are files that start, and each has its line in the list."""

from pathlib import Path

import pytest
from tests.examples.street import EXAMPLES

from aizuchi.settings import load

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/aizuchi.toml"))
SYSTEMS = sorted(EXAMPLES.glob("system-*"))
MOST_LINES = 40


def test_each_has_its_line_in_the_list() -> None:
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    files = [
        path.relative_to(EXAMPLES).as_posix()
        for kind in ("toml", "py", "tf")
        for path in EXAMPLES.glob(f"*/*.{kind}")
    ]
    assert len(files) > len(NAMES) > 0
    assert [file for file in files if f"({file})" not in listed] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_loads(name: str) -> None:
    assert load(EXAMPLES / name / "aizuchi.toml", {}).folder == EXAMPLES / name


@pytest.mark.parametrize("folder", SYSTEMS, ids=lambda folder: folder.name)
def test_a_system_is_one_file_and_little_python(folder: Path) -> None:
    assert len(SYSTEMS) == 5
    assert (folder / "aizuchi.toml").is_file()
    lines = [line for file in folder.glob("*.py") for line in file.read_text("utf-8").splitlines()]
    assert len(lines) <= MOST_LINES
