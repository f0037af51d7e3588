"""Light and dark, desk and phone, English and Japanese: everybody can see and reach everything."""

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat
from .processes import Model
from .requirements import need_page
from .visits import Visits

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = ("serious", "critical")
PHONE = 390

EVERYTHING = """\
## A heading

Some **strong** words, *others*, `code` and [a link](https://a.example).

1. one
2. two
   - deeper

> What somebody said.

| a wide table | with | many | columns | that | do | not | fit |
|---|---|---|---|---|---|---|---|
| averyveryverylongwordthatgoesonandon | 2 | 3 | 4 | 5 | 6 | 7 | 8 |

```python
def a_function_with_a_rather_long_name(argument: int) -> str:  # and a comment that goes on
    return f"{argument}"
```

averyveryverylongwordwithoutanyspaceinitthatgoesonandonandonandonandonandonandonandonandonandon
"""

# What can be moved sideways, by its name.
MOVABLE = """() => [...document.querySelectorAll('main *')]
  .filter((one) => one.scrollWidth > one.clientWidth
    && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
  .map((one) => one.ariaLabel ?? one.outerHTML.slice(0, 80))"""

ways = pytest.mark.parametrize(
    ("language", "dark", "width"),
    [
        pytest.param("en", False, 1100, id="light"),
        pytest.param("en", True, 1100, id="dark"),
        pytest.param("en", False, PHONE, id="phone"),
        pytest.param("en", True, PHONE, id="phone-dark"),
        pytest.param("ja", False, 1100, id="japanese"),
        pytest.param("ja", True, PHONE, id="japanese-phone-dark"),
    ],
)


@pytest.fixture(autouse=True)
def built() -> None:
    need_page()


def grave_faults(page: Page) -> list[str]:
    """What axe finds that would keep somebody out."""
    page.evaluate(AXE)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def overflows(page: Page) -> bool:
    """Whether the page itself can be moved sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def fill(chat: Chat, model: Model) -> None:
    model.script({"text": EVERYTHING}, {"fail": "401"})
    chat.ask("Show me everything")
    chat.ask("And now fail")


@ways
def test_axe_finds_nothing_grave(
    language: str, dark: bool, width: int, visits: Visits, model: Model
) -> None:
    chat = visits.open(language, dark=dark, width=width)
    assert grave_faults(chat.page) == []
    fill(chat, model)
    assert grave_faults(chat.page) == []
    assert not overflows(chat.page)


def test_on_a_phone_a_wide_table_and_code_move_and_the_page_does_not(
    visits: Visits, model: Model
) -> None:
    model.script({"text": EVERYTHING})
    chat = visits.open(width=PHONE)
    answer = chat.ask("Show me everything")
    assert chat.page.evaluate(MOVABLE) == ["Table", "Code"]
    assert not overflows(chat.page)
    last = answer.get_by_role("cell", name="8", exact=True)
    expect(last).not_to_be_in_viewport()
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_says_in_which_language_it_is(language: str, visits: Visits) -> None:
    chat = visits.open(language)
    expect(chat.page.locator("html")).to_have_attribute("lang", language)


def test_axe_finds_nothing_grave_while_an_answer_is_written(chat: Chat, model: Model) -> None:
    model.script({"tokens": 1000, "pace": 50})
    chat.begin("Go on")
    assert grave_faults(chat.page) == []
    chat.stop.click()
    chat.finished()


def test_on_a_phone_the_chats_open_as_a_drawer(visits: Visits, model: Model) -> None:
    model.script({"tokens": 5})
    chat = visits.open(width=PHONE)
    chat.ask("On the way")
    expect(chat.button("On the way")).to_be_hidden()
    chat.button("Open the list of chats").click()
    expect(chat.button("On the way")).to_be_visible()
    assert grave_faults(chat.page) == []
    chat.button("Close the list of chats").click()
    expect(chat.button("On the way")).to_be_hidden()


def test_axe_finds_nothing_grave_in_the_question_before_deleting(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    chat.ask("To be deleted")
    listed = chat.page.get_by_role("complementary").get_by_role("listitem").first
    listed.hover()
    chat.button("Delete", listed).click()
    expect(chat.page.get_by_role("dialog")).to_be_visible()
    assert grave_faults(chat.page) == []


def test_the_appearance_can_be_chosen_and_is_kept(chat: Chat) -> None:
    def background() -> str:
        return str(chat.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = background()
    chat.page.get_by_role("radio", name="Dark").press("Space")
    expect(chat.page.get_by_role("radio", name="Dark")).to_be_checked()
    dark = background()
    assert dark != light
    chat.page.reload()
    expect(chat.field).to_be_visible()
    assert background() == dark
