"""The examples are files that start, and each shows what its line says."""

from pathlib import Path

import pytest

from aizuchi.settings import Settings, load

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/aizuchi.toml"))


def example(name: str) -> Settings:
    return load(EXAMPLES / name / "aizuchi.toml", {})


def test_each_has_its_line_in_the_list() -> None:
    listed = (EXAMPLES / "README.md").read_text("utf-8")
    files = [path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("*/*.*")]
    assert len(files) > len(NAMES) > 0
    assert [file for file in files if f"({file})" not in listed] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_and_says_who_answers(name: str) -> None:
    persona = example(name).persona
    assert persona.name != "aizuchi"
    assert persona.instructions.strip()


def test_the_one_shot_friend_remembers_nothing_and_the_others_do() -> None:
    scopes = {
        name: example(name).memory.scope for name in ("friend", "honest-japanese", "zundamon")
    }
    assert scopes == {"friend": "none", "honest-japanese": "user", "zundamon": "channel"}
