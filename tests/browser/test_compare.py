"""One question, one answer, two ways of the stream side by side."""

import re

from playwright.sync_api import expect

from .chat import NUMBERED, Chat, numbered
from .processes import Model
from .requirements import need_page
from .visits import Visits

ANSWER = {"tokens": 30, "pace": 60}


def test_the_same_answer_comes_over_both(visits: Visits, model: Model) -> None:
    need_page()
    model.script(ANSWER)
    page = visits.open().page
    page.goto(f"{page.url.partition('#')[0]}compare")
    both = Chat(page)
    both.say("Which one is faster?")
    lanes = [page.get_by_role("region", name=name) for name in ("WebSocket", "Response stream")]
    for lane in lanes:
        expect(lane).to_contain_text(NUMBERED)
        expect(lane).to_contain_text(re.compile(r"\d+ ms"))
    expect(both.stop).to_be_hidden()
    first, second = (numbered(lane.inner_text()) for lane in lanes)
    assert first == second
    assert len(first) == ANSWER["tokens"]
    assert len(model.requests()) == 1
