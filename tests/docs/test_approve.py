"""The page for whoever must approve it says what the code does, in both languages."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import discord
import pytest

from aizuchi.cleaning import COPIES_DAYS
from aizuchi.engines.sqlite import FILE
from aizuchi.settings import SECTIONS, Settings
from aizuchi.settings.fields import fields_of
from aizuchi.settings.platforms import SlackSettings
from aizuchi.surfaces.discord.gateway import INTENTS
from aizuchi.surfaces.discord.portal import NEEDED, SCOPES
from aizuchi.surfaces.slack.manifest import scopes

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "aizuchi"
PAGES = ("approve.md", "approve.ja.md")
ALL_OF_SLACK = SlackSettings(commands=("/ask Ask",), sign="reaction", names=True)
APP_LEVEL = "connections:write"
LED_TO = {"hooks.slack.com", "wss-primary.slack.com", "gateway.discord.gg"}
"""Hosts that no file names: the platform itself says them."""

SEARCHED = {
    *("search.brave.com", "html.duckduckgo.com", "grokipedia.com", "www.mojeek.com"),
    *("www.startpage.com", "en.wikipedia.org", "search.yahoo.com"),
}
"""Hosts of ddgs, in its version that is locked."""

PUT_TOGETHER = {"amazonaws.com"}
"""Hosts whose beginning is a service and a region."""

EXAMPLE = re.compile(r"(^|\.)example(\.com|\.org)?$|^127\.")
SHOWN_ONLY = {"api.slack.com"}
"""Hosts that a person is told to open, and we do not."""

KEPT = {
    "retention": ("text_days", "ids_days", "usage_days"),
    "tools": ("ask_within_s",),
    "limits": ("tokens_per_day", "answers_per_day", "messages_per_minute", "answer_within_s"),
    "memory": ("tokens",),
    "server": ("workers", "drain_s"),
}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return (ROOT / "docs" / str(request.param)).read_text("utf-8")


def part(page: str, word: str) -> str:
    """The part of the page under the heading with this word."""
    [found] = [each for each in page.split("\n## ") if word in each.split("\n", 1)[0]]
    return found


def first_cells(text: str) -> Iterable[str]:
    """What stands in code in the first column of a table."""
    for row in re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


def test_every_scope_of_slack_is_there_and_no_other(page: str) -> None:
    told = list(first_cells(part(page, "Slack:")))
    assert sorted(told) == sorted([*scopes(ALL_OF_SLACK), APP_LEVEL])


def test_a_scope_that_only_a_setting_asks_for_is_said_to_be(page: str) -> None:
    rows = part(page, "Slack:").splitlines()
    always = set(scopes(SlackSettings()))
    for scope in {*scopes(ALL_OF_SLACK)} - always:
        [row] = [row for row in rows if row.startswith(f"| `{scope}`")]
        assert "only" in row or "だけ" in row


def test_every_permission_scope_and_intent_of_discord_is_there(page: str) -> None:
    told = list(first_cells(part(page, "Discord:")))
    intents = [name for name, is_on in INTENTS if is_on]
    assert sorted(told) == sorted([*SCOPES.split(), *NEEDED, *intents])


def test_no_intent_is_a_privileged_one() -> None:
    assert (
        not INTENTS.value
        & discord.Intents(members=True, presences=True, message_content=True).value
    )


def hosts_in_source() -> set[str]:
    """Every host that our code names, but for examples and this machine."""
    files = [
        path
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in ("simulator", "testing")
    ]
    named = {
        host
        for path in files
        for host in re.findall(r"https?://([\w-]+(?:\.[\w-]+)*)", path.read_text("utf-8"))
    }
    return {host for host in named if not EXAMPLE.search(host)}


def default_hosts() -> set[str]:
    """The hosts of all settings that are an address."""
    defaults = [
        str(field.default)
        for name, kind in SECTIONS.items()
        for field in fields_of(name, kind).values()
    ]
    return {host for text in defaults if (host := urlsplit(text).hostname)}


def test_every_host_is_there_and_no_other(page: str) -> None:
    word = "host" if "Every host" in page else "ホスト"
    told = set(first_cells(part(page, word))) - {"ホスト"}
    named = hosts_in_source() - SHOWN_ONLY
    assert default_hosts() <= named
    assert told - {"[mcp]"} == named | LED_TO | SEARCHED | PUT_TOGETHER


def test_the_search_engines_are_those_of_the_version_that_is_locked(page: str) -> None:
    lock = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    locked = re.search(r"^ddgs==(\S+)", lock, re.MULTILINE)
    assert locked
    assert f"ddgs {locked[1]}" in page, "look again which engines it asks"


def test_its_figures_are_the_defaults(page: str) -> None:
    settings = Settings()
    for section, keys in KEPT.items():
        for key in keys:
            assert f"`{key} = {getattr(getattr(settings, section), key):g}`" in page
    for days in (settings.retention.ids_days, settings.retention.usage_days, COPIES_DAYS):
        assert re.search(rf"\| {days:g}( days|日) \|", page)
    assert f"`.aizuchi/{FILE}`" in page


def test_every_setting_of_retention_is_there() -> None:
    assert tuple(Settings().retention._fields) == KEPT["retention"]


def test_both_languages_say_the_same() -> None:
    english, japanese = ((ROOT / "docs" / name).read_text("utf-8") for name in PAGES)
    code = [sorted(re.findall(r"`([^`]+)`", text)) for text in (english, japanese)]
    assert code[0] == code[1]
    assert english.count("\n## ") == japanese.count("\n## ")
    assert english.count("\n| ") == japanese.count("\n| ")


@pytest.mark.parametrize(("readme", "name"), [("README.md", PAGES[0]), ("README.ja.md", PAGES[1])])
def test_the_readme_leads_to_it(readme: str, name: str) -> None:
    assert f"(docs/{name})" in (ROOT / readme).read_text("utf-8")
