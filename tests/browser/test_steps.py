"""The graded sign of listening: heard, thinking, using a tool, writing; and the steps stay."""

from playwright.sync_api import expect

from aizuchi.answers import Finished, Step, TextDelta

from .chat import Chat
from .playing import play_to
from .requirements import need_page

SEARCH = "Searched for “autumn leaves”"
ANSWER = "They are red in Takao."


def lights(chat: Chat) -> int:
    return chat.status.locator(".lights .on").count()


def test_the_sign_grows_over_the_steps_and_they_stay_with_the_answer(chat: Chat) -> None:
    need_page()
    steps = chat.page.get_by_role("list", name="Steps").get_by_role("listitem")
    with play_to(chat.page) as play:
        chat.say("Where are the leaves red?")
        expect(chat.status).to_have_text("I'm listening.")
        assert lights(chat) == 1
        play.tell(Step("thinking", "Thinking…"))
        expect(chat.status).to_have_text("Thinking…")
        assert lights(chat) == 2
        play.tell(Step("a", "Searching for “autumn leaves”…"))
        expect(chat.status).to_have_text("Searching for “autumn leaves”…")
        expect(steps).to_have_text(["Searching for “autumn leaves”…running"])
        assert lights(chat) == 3
        play.tell(Step("a", SEARCH, "done"), Step("b", "Weather in Kyoto", "failed"))
        expect(steps).to_have_text([f"{SEARCH}done", "Weather in Kyotofailed"])
        play.tell(TextDelta("They are "))
        expect(chat.status).to_have_text("Writing…")
        assert lights(chat) == 4
        play.tell(TextDelta("red in Takao."), Finished("answered", ANSWER))
        play.end()
        chat.finished()
    expect(chat.answers).to_contain_text(ANSWER)
    expect(steps).to_have_text([f"{SEARCH}done", "Weather in Kyotofailed"])
