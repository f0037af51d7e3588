"""Hostile answers: no script runs, no request leaves, and the page stays alive."""

import pytest
from playwright.sync_api import Page, expect

from .chat import Chat
from .hostile import ANSWERS
from .processes import Model, Server
from .visits import Visits

TOGETHER = 50
GROUPS = [ANSWERS[at : at + TOGETHER] for at in range(0, len(ANSWERS), TOGETHER)]
ALIVE_MS = 2000

# What must not be found in the log, whatever an answer says.
BAD_ELEMENTS = (
    "script, iframe, object, embed, style, link, meta, base, form, video, audio, template"
)
FIND_BAD = """(bad) => {
  const log = document.querySelector('[role=log]');
  const found = [...log.querySelectorAll(bad)].map((one) => one.outerHTML.slice(0, 200));
  const safe = /^(https?:|mailto:|#|\\/static\\/|\\/assets\\/)/i;
  for (const one of log.querySelectorAll('*')) for (const { name, value } of one.attributes) {
    const named = `${one.tagName} ${name}=${value.slice(0, 100)}`;
    if (name.startsWith('on') || name === 'srcset' || name === 'srcdoc') found.push(named);
    if (name === 'src' && new URL(value, location).origin !== location.origin) found.push(named);
    if (name === 'href' && !safe.test(value)) found.push(named);
    if (name === 'target' && !/noopener|noreferrer/.test(one.rel)) found.push(named);
  }
  return found;
}"""


def is_unharmed(page: Page) -> None:
    assert page.evaluate("window.owned") is None
    assert page.evaluate(FIND_BAD, BAD_ELEMENTS) == []


def click_every_link(chat: Chat) -> None:
    """As somebody would who is curious; new tabs are not followed."""
    chat.page.evaluate(
        """() => { for (const link of document.querySelectorAll('[role=log] a[href]')) {
          link.addEventListener('click', (event) => {
            if (/^https?:/.test(link.protocol)) event.preventDefault(); });
          link.click(); } }"""
    )


def test_there_are_five_hundred() -> None:
    assert len(set(ANSWERS)) == 500


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_hostile_answers_do_nothing(
    group: int, visits: Visits, server: Server, model: Model
) -> None:
    bad, chat_id = GROUPS[group], f"hostile-{group}"
    model.script(*({"text": text} for text in bad), {"text": "fine"})
    for number in range(len(bad)):
        asked = {"id": chat_id, "messages": [message_of(number)]}
        server.api.post("/api/chat", json=asked).raise_for_status()
    assert len(server.stored(chat_id)) == sum(map(bool, server.stored(chat_id))) == len(bad)
    chat = visits.open(chat=chat_id)
    expect(chat.answers).to_have_count(len(bad))
    is_unharmed(chat.page)
    click_every_link(chat)
    is_unharmed(chat.page)
    chat.say("Still there?")
    expect(chat.answers.last).to_contain_text("fine", timeout=ALIVE_MS)
    is_unharmed(chat.page)


def message_of(number: int) -> dict[str, object]:
    return {"id": f"m{number}", "role": "user", "parts": [{"type": "text", "text": "Be bad"}]}


def test_hostile_answers_do_nothing_while_they_come_in_pieces(chat: Chat, model: Model) -> None:
    """Half a tag is not a tag yet: what is drawn in between must be as harmless."""
    for text in ANSWERS[:50]:
        pieces = {"text": text.replace(">", "> ").replace("=", "= "), "pace": 400}
        model.script(pieces if len(text) < 1000 else {"text": text})
        chat.ask("Be bad")
        is_unharmed(chat.page)
    expect(chat.answers).to_have_count(50, timeout=ALIVE_MS)
