"""The chat as a person finds it: by the names that aids and tests hold on to."""

import re
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect

NUMBERED = re.compile(r"\d+\.\d+\.\d+")
SHOWS = """(answers) => {
  const log = document.querySelector('[role=log]');  // there is none while a chat is being opened
  const shown = log?.innerText.match(/\\d+\\.\\d+\\.\\d+/g) ?? [];
  return log !== null && shown.join(' ') === answers.flat().join(' ');
}"""


class Words(NamedTuple):
    """What the controls are called."""

    message: str
    send: str
    stop: str
    regenerate: str
    copy: str
    edit: str
    new: str
    you: str


WORDS = {
    "en": Words("Message", "Send", "Stop", "Regenerate", "Copy", "Edit", "New chat", "You"),
    "ja": Words(
        "メッセージ", "送信", "停止", "再生成", "コピー", "編集", "新しいチャット", "あなた"
    ),
}


class Chat:
    """A page with the chat in it."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page, self.words = page, WORDS[language]
        self.field = page.get_by_role("textbox", name=self.words.message, exact=True)
        self.log = page.get_by_role("log")
        self.status = page.get_by_role("status")
        self.stop = self.button(self.words.stop)
        self.send = self.button(self.words.send)
        self.questions = self.log.get_by_role("article", name=self.words.you)
        others = re.compile(rf"^(?!{self.words.you})")
        self.answers = self.log.get_by_role("article", name=others)

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    @property
    def id(self) -> str:
        """The chat's id, as the address says it."""
        return self.page.url.partition("#")[2]

    def say(self, text: str) -> None:
        """Types and sends, and does not wait."""
        self.field.fill(text)
        self.field.press("Enter")

    def begin(self, text: str) -> Locator:
        """Sends; the answer, of which some words are there."""
        number = self.answers.count()
        self.say(text)
        answer = self.answers.nth(number)
        expect(answer).to_contain_text(NUMBERED)
        return answer

    def ask(self, text: str) -> Locator:
        """Sends; the answer, when it is over."""
        number = self.answers.count()
        self.say(text)
        answer = self.answers.nth(number)
        expect(answer).to_be_attached()
        self.finished()
        return answer

    def finished(self) -> None:
        """Waits until nothing is being answered, as far as the page knows."""
        expect(self.stop).to_be_hidden()
        expect(self.status).to_have_text("")

    def shows(self, answers: list[str]) -> None:
        """Waits until these answers are on the screen, word for word, and the page is at rest."""
        expect(self.answers).to_have_count(len(answers))
        self.page.wait_for_function(SHOWS, arg=[numbered(answer) for answer in answers])
        self.finished()
        assert [words_in(one) for one in self.answers.all()] == [*map(numbered, answers)]

    def come_to_the_front(self) -> None:
        """Headless pages are always visible, so the browser's two signs are given by hand."""
        self.page.evaluate(
            "() => { document.dispatchEvent(new Event('visibilitychange'));"
            " window.dispatchEvent(new Event('focus')); }"
        )


def numbered(text: str) -> list[str]:
    """The numbered words of the fake model in a text: each is unlike all others."""
    return NUMBERED.findall(text)


def words_in(answer: Locator) -> list[str]:
    return numbered(answer.inner_text())
