"""A worker takes every turn to its end."""

import asyncio
from pathlib import Path

from aizuchi.answers import Restarted
from aizuchi.errors import ModelCut, ModelKeyRefused, ModelUnavailable
from aizuchi.events import Signal
from aizuchi.personas import Casting, Persona
from aizuchi.ports import Allowance, PromptMessage, Text
from aizuchi.prompt import Brief
from aizuchi.testing.engine_contract.bench import message
from aizuchi.turns import Bounds

from .office import ScriptedModel, desk, saying


async def test_a_question_is_answered(tmp_path: Path) -> None:
    async with desk(tmp_path, ScriptedModel(saying("yes it is"))) as at:
        answer = await at.ask("is it so?")
    assert answer.text == "yes it is "
    assert answer.finished and answer.finished.outcome == "answered"


async def test_the_model_is_reminded_of_what_was_said(tmp_path: Path) -> None:
    model = ScriptedModel(saying("one"), saying("two"))
    brief = Brief(instructions="Be kind.", closing="Nod.")
    async with desk(tmp_path, model, brief=brief) as at:
        await at.ask("first", "1")
        await at.ask("second", "2")
    assert model.prompts[1] == [
        PromptMessage("system", "Be kind."),
        PromptMessage("user", "first"),
        PromptMessage("assistant", "one "),
        PromptMessage("user", "second"),
        PromptMessage("system", "Nod."),
    ]


async def test_reset_starts_afresh_without_the_model(tmp_path: Path) -> None:
    model = ScriptedModel(saying("one"), saying("two"))
    async with desk(tmp_path, model) as at:
        await at.ask("first", "1")
        reset = await at.ask(" Reset ", "2")
        await at.ask("second", "3")
    assert reset.text.startswith("Done")
    assert model.prompts[1] == [PromptMessage("user", "second")]


async def test_a_message_without_a_question_is_greeted_and_not_remembered(tmp_path: Path) -> None:
    model = ScriptedModel(saying("one"))
    unasked = message("1")._replace(text="", command="greeting")
    async with desk(tmp_path, model, brief=Brief(greetings={"test": "なんでしょうか?"})) as at:
        await at.say(unasked, unasked._replace(turn_id="2", surface="another"))
        answers = [await at.read(turn_id) for turn_id in ("1", "2")]
        await at.ask("first", "3")
    assert [answer.text for answer in answers] == ["なんでしょうか?", "Yes? What can I do for you?"]
    assert model.prompts == [[PromptMessage("user", "first")]]


async def test_a_refused_key_is_told_at_once(tmp_path: Path) -> None:
    model = ScriptedModel([ModelKeyRefused("401", detail="CANARY")])
    async with desk(tmp_path, model) as at:
        started = asyncio.get_running_loop().time()
        answer = await at.ask("hello")
        took = asyncio.get_running_loop().time() - started
    assert answer.finished and answer.finished.outcome == "failed"
    assert answer.finished.code == "model_key"
    assert "CANARY" not in answer.finished.said
    assert len(model.prompts) == 1
    assert took < 1


async def test_a_cut_stream_is_asked_again_and_replaced(tmp_path: Path) -> None:
    model = ScriptedModel([Text("half an "), ModelCut("cut")], saying("whole answer"))
    async with desk(tmp_path, model) as at:
        await at.say(message("1"))
        log = await at.tail("1")
        answer = await at.read("1")
    assert answer.text == "whole answer "
    assert any(isinstance(line.entry, Restarted) for line in log)


async def test_a_model_in_trouble_is_asked_twice_and_then_told(tmp_path: Path) -> None:
    model = ScriptedModel([ModelUnavailable("503")])
    async with desk(tmp_path, model) as at:
        started = asyncio.get_running_loop().time()
        answer = await at.ask("日本語で")
        took = asyncio.get_running_loop().time() - started
    assert answer.finished and answer.finished.code == "model_unavailable"
    assert "障害" in answer.finished.said
    assert len(model.prompts) == 2
    assert took < 5


async def test_a_stop_ends_the_answer_and_keeps_its_text(tmp_path: Path) -> None:
    model = ScriptedModel(saying("a b c d e f", 1.0), saying("next"))
    async with desk(tmp_path, model) as at:
        await at.say(message("1"), message("2"))
        await asyncio.sleep(3.5)
        await at.engine.inbox.accept((), [Signal("stop", "talk", "ann")])
        stopped = await at.read("1")
        following = await at.read("2")
    assert stopped.finished and stopped.finished.outcome == "cancelled"
    assert stopped.text == "a b c "
    assert following.text == "next "


async def test_an_answer_that_takes_too_long_is_ended_in_time(tmp_path: Path) -> None:
    model = ScriptedModel([Text("so far"), 10_000.0])
    async with desk(tmp_path, model, bounds=Bounds(answer_within_s=120)) as at:
        started = asyncio.get_running_loop().time()
        answer = await at.ask("slow?")
        took = asyncio.get_running_loop().time() - started
    assert answer.finished and answer.finished.outcome == "timed_out"
    assert answer.text == "so far"
    assert took <= 120


async def test_our_own_bug_is_told_with_a_number(tmp_path: Path) -> None:
    model = ScriptedModel([Text("so "), ValueError("CANARY")])
    async with desk(tmp_path, model) as at:
        answer = await at.ask("hello")
    assert answer.finished and answer.finished.code == "bug"
    assert answer.finished.incident in answer.finished.said
    assert "CANARY" not in str(answer)


async def test_a_limit_refuses_and_a_reset_is_not_counted(tmp_path: Path) -> None:
    async with desk(tmp_path, ScriptedModel(saying("yes")), allowance=Allowance(1, 0, 0)) as at:
        await at.ask("reset", "0")
        first = await at.ask("hello", "1")
        second = await at.ask("hello", "2")
    assert first.text == "yes "
    assert second.finished and second.finished.outcome == "refused"


async def test_a_drained_worker_hands_back_what_it_had(tmp_path: Path) -> None:
    async with desk(tmp_path, ScriptedModel(saying("a b c d", 10.0))) as at:
        await at.say(message("1"))
        await asyncio.sleep(1)
        await at.worker.drain(5)
        claim = await at.engine.queue.claim()
    assert (claim.turn.attempt, claim.turn.tries) == (2, 1)


async def test_a_persona_has_the_first_and_the_last_word_where_it_answers(tmp_path: Path) -> None:
    model = ScriptedModel(saying("one"), saying("two"))
    casting = Casting(commands={"zunda": Persona("Be a spirit.", "なのだ")})
    brief = Brief(instructions="Be kind.", closing="Nod.", casting=casting)
    async with desk(tmp_path, model, brief=brief) as at:
        await at.ask("first", "1")
        await at.say(message("2", text="second")._replace(via="/zunda"))
        await at.read("2")
    assert (model.prompts[0][0].text, model.prompts[0][-1].text) == ("Be kind.", "Nod.")
    assert (model.prompts[1][0].text, model.prompts[1][-1].text) == ("Be a spirit.", "なのだ")
    assert PromptMessage("user", "first") in model.prompts[1]
