"""One question, one answer, two ways of the stream side by side."""

import re

from playwright.sync_api import Locator, Page, expect

from .chat import NUMBERED, Chat, numbered
from .processes import Model
from .requirements import need_page
from .visits import Visits

ANSWER = {"tokens": 30, "pace": 60}


def test_the_same_answer_comes_over_both(visits: Visits, model: Model) -> None:
    need_page()
    model.script(ANSWER)
    page = visits.open().page
    looked_for: list[str] = []
    page.on("request", lambda request: looked_for.append(request.url))
    page.goto(f"{page.url.partition('#')[0]}compare")
    both = Chat(page)
    both.say("Which one is faster?")
    lanes = lanes_of(page)
    for lane in lanes:
        expect(lane).to_contain_text(NUMBERED)
        expect(lane).to_contain_text(re.compile(r"\d+ ms"))
    expect(both.stop).to_be_hidden()
    first, second = (numbered(lane.inner_text()) for lane in lanes)
    assert first == second
    assert len(first) == ANSWER["tokens"]
    assert len(model.requests()) == 1
    assert len([url for url in looked_for if url.endswith("/stream")]) == 1, "nothing was lost"


def test_a_failure_is_told_on_both_sides_and_nothing_else(visits: Visits, model: Model) -> None:
    need_page()
    model.script({"fail": "401"})
    page = visits.open().page
    page.goto(f"{page.url.partition('#')[0]}compare")
    Chat(page).say("Is anybody there?")
    for lane in lanes_of(page):
        expect(lane.get_by_role("log")).to_have_attribute("aria-busy", "false")
        expect(lane).to_contain_text("Whoever runs me has to check it")
        expect(lane.get_by_role("status")).to_have_text("")


def lanes_of(page: Page) -> list[Locator]:
    return [page.get_by_role("region", name=name) for name in ("WebSocket", "Response stream")]
