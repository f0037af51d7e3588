"""Every row of the five systems that aizuchi grew from is shown by tests that are there, and each
system has its page, in both languages."""

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from aizuchi.cli import parser_for
from aizuchi.deploy.aws.choices import chosen_of
from aizuchi.settings import load

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "systems"
ROWS = {0: 22, 1: 13, 2: 17, 3: 13, 4: 9}
"""How many rows the list of each system has that this project was begun with."""

LANGUAGES = ("", ".ja")
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| (\d)\.(\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


class Row(NamedTuple):
    system: int
    number: int
    then: str
    now: str
    shown: str

    @property
    def tests(self) -> Sequence[str]:
        return re.findall(r"`([\w/]+\.py::\w+)`", self.shown)


def rows(language: str) -> list[Row]:
    text = (PAGES / f"README{language}.md").read_text("utf-8")
    return [Row(int(one), int(two), *rest) for one, two, *rest in ROW.findall(text)]


@cache
def defined_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(each.name for each in tree.body if isinstance(each, defined))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_every_system_is_there(language: str) -> None:
    wanted = [(system, row) for system, most in ROWS.items() for row in range(1, most + 1)]
    assert [(row.system, row.number) for row in rows(language)] == wanted


def test_every_row_is_shown_by_a_test_that_is_there() -> None:
    for row in rows(""):
        assert row.tests, row
        for name in row.tests:
            file, _, test = name.partition("::")
            assert test in defined_in(file), name


def test_both_languages_name_the_same_tests() -> None:
    english, japanese = (rows(language) for language in LANGUAGES)
    assert [row.tests for row in english] == [row.tests for row in japanese]
    assert [row.shown.count("](") for row in english] == [row.shown.count("](") for row in japanese]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]*)(#[^)]*)?\)", page.read_text("utf-8"))
    assert links
    for path, anchor in links:
        if path.startswith("https://"):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor[1:] in anchors(target), (path, anchor)


def anchors(page: Path) -> Iterator[str]:
    """As GitHub makes them of headings."""
    for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("system", ROWS)
def test_a_page_shows_what_the_example_says(system: int, language: str, tmp_path: Path) -> None:
    page = (PAGES / f"system-{system}{language}.md").read_text("utf-8")
    example = (ROOT / "examples" / f"system-{system}" / "aizuchi.toml").read_text("utf-8")
    shown = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    said = {settled(line) for line in example.splitlines()}
    assert [line for line in "".join(shown).splitlines() if settled(line) not in said] == []
    for block in shown:
        file = tmp_path / "aizuchi.toml"
        file.write_text(block, "utf-8")
        load(file, {})


def settled(line: str) -> str:
    """A line of settings without what is remarked beside it."""
    return re.sub(r"\s+#.*", "", line).strip()


def test_both_languages_of_a_page_run_the_same() -> None:
    for system in ROWS:
        english, japanese = (
            commands((PAGES / f"system-{system}{language}.md").read_text("utf-8"))
            for language in LANGUAGES
        )
        assert english == japanese


def commands(page: str) -> list[str]:
    """What is typed, remarks and what is said apart."""
    blocks = re.findall(r"```(?:sh|toml)\n(.*?)```", page, re.DOTALL)
    lines = [settled(line) for block in blocks for line in block.splitlines()]
    return [re.sub(r'--text "[^"]*"', "--text", line) for line in lines if line]


@pytest.mark.parametrize("system", ROWS)
def test_every_command_of_a_page_is_understood(system: int) -> None:
    page = (PAGES / f"system-{system}.md").read_text("utf-8")
    typed = [line for block in SHELL.findall(page) for line in block.splitlines()]
    ours = [shlex.split(line)[1:] for line in typed if re.match(r"(\./)?aizuchi ", line)]
    assert ours
    for arguments in ours:
        options = parser_for(arguments).parse_args(arguments)
        chosen_of(getattr(options, "set", None) or [])


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_readme_leads_to_them(readme: str) -> None:
    assert f"(docs/systems/{readme})" in (ROOT / readme).read_text("utf-8")
