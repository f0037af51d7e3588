"""A fast, calm chat: one asks, sees that one was heard, reads, stops, and asks again."""

import re

from playwright.sync_api import expect

from .chat import Chat, numbered, words_in
from .processes import Model, Server


def test_a_question_is_answered_word_for_word(chat: Chat, server: Server, model: Model) -> None:
    model.script({"tokens": 60, "pace": 200})
    answer = chat.ask("What is an aizuchi?")
    assert words_in(answer) == numbered(server.stored(chat.id)[0])
    assert len(words_in(answer)) == 60
    expect(chat.questions).to_have_text(re.compile("What is an aizuchi"))


def test_it_is_heard_at_once_and_the_signs_grow(chat: Chat, model: Model) -> None:
    model.script({"tokens": 20, "pace": 20, "head": 0.4, "first": 0.4})
    chat.say("Are you there?")
    expect(chat.status).to_have_text(re.compile("I heard you|Thinking"))
    expect(chat.status).to_have_text("Writing…")
    chat.finished()


def test_words_appear_while_they_are_said(chat: Chat, model: Model) -> None:
    model.script({"tokens": 40, "pace": 20})
    answer = chat.begin("Slowly, please")
    expect(chat.stop).to_be_visible()
    assert len(words_in(answer)) < 40
    chat.finished()
    assert len(words_in(answer)) == 40


def test_stop_ends_the_answer_and_keeps_what_was_said(
    chat: Chat, server: Server, model: Model
) -> None:
    model.script({"tokens": 1000, "pace": 50})
    answer = chat.begin("Tell me everything")
    chat.stop.click()
    chat.finished()
    expect(answer).to_contain_text("Stopped.")
    assert words_in(answer) == numbered(server.stored(chat.id)[0])
    assert 0 < len(words_in(answer)) < 1000


def test_the_next_question_knows_the_last_one(chat: Chat, model: Model) -> None:
    model.script({"tokens": 5})
    chat.ask("My name is Sachiko")
    chat.ask("What is my name?")
    told = model.requests()[-1]["body"]["messages"]
    assert [said["content"] for said in told if said["role"] == "user"] == [
        "My name is Sachiko",
        "What is my name?",
    ]


def test_enter_sends_and_shift_enter_begins_a_line(chat: Chat, model: Model) -> None:
    model.script({"tokens": 3})
    chat.field.press_sequentially("one")
    chat.field.press("Shift+Enter")
    chat.field.press_sequentially("two")
    expect(chat.field).to_have_value("one\ntwo")
    expect(chat.questions).to_have_count(0)
    chat.field.press("Enter")
    expect(chat.questions).to_have_text(re.compile("one\ntwo"))
    expect(chat.field).to_have_value("")
    chat.finished()


def test_nothing_is_sent_without_words(chat: Chat, model: Model) -> None:
    model.script({"tokens": 3})
    chat.field.fill("   ")
    chat.field.press("Enter")
    chat.ask("Now")
    expect(chat.questions).to_have_count(1)


def test_a_failing_model_is_told_with_what_to_do(chat: Chat, model: Model) -> None:
    model.script({"fail": "401"})
    answer = chat.ask("Hello?")
    expect(answer).to_contain_text("Whoever runs me has to check it")
    expect(answer).not_to_contain_text("canary", ignore_case=True)


def test_the_chat_can_be_used_again_after_a_failure(chat: Chat, model: Model) -> None:
    model.script({"fail": "404"}, {"tokens": 4})
    chat.ask("Hello?")
    assert len(words_in(chat.ask("And now?"))) == 4
