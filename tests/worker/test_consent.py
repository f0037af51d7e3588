"""What is unsafe is done once it is allowed, once, and by no word of the model alone."""

import asyncio
from pathlib import Path

import pytest

from aizuchi.answers import Answer, Consent, ToolCall
from aizuchi.consent import Decision, Verdict, decision_id, plainly
from aizuchi.events import Message
from aizuchi.loop import DENIED, IN_DOUBT
from aizuchi.ports import PromptMessage
from aizuchi.rules import Rules
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Tool, Toolbox
from aizuchi.tools.function import tool_of

from .office import Desk, ScriptedModel, desk, saying, using


class Files:
    """An unsafe tool, and a safe one beside it."""

    def __init__(self, takes_s: float = 0.1) -> None:
        self.deleted: list[str] = []
        self.listed = 0
        self._takes_s = takes_s

    @property
    def tools(self) -> list[Tool]:
        async def delete(path: str) -> str:
            """Deletes a file."""
            await asyncio.sleep(self._takes_s)
            self.deleted.append(path)
            return f"{path} is gone"

        async def files() -> str:
            """Lists files."""
            self.listed += 1
            return "a.txt b.txt"

        return [tool_of(delete, unsafe=True), tool_of(files)]


def delete(path: str = "a.txt", id_: str = "d") -> ToolCall:
    return ToolCall(id_, "delete", f'{{"path": "{path}"}}')


LIST = ToolCall("l", "files", "{}")


def consent_in(answer: Answer) -> Consent:
    assert answer.finished
    assert answer.finished.outcome == "asks"
    assert answer.finished.consent
    return answer.finished.consent


def decision(asked: Consent, verdict: Verdict = "yes", sender: str = "ann", **more: str) -> Message:
    """A click, as a surface sends it."""
    said = str(Decision(verdict, more.get("digest", asked.digest), asked.asker))
    click = message(decision_id(asked.turn_id), more.get("conversation", "talk"), sender=sender)
    return click._replace(text="", decides=said)


async def decide(at: Desk, click: Message) -> Answer:
    await at.say(click)
    return await at.read(click.turn_id)


def told(prompt: list[PromptMessage] | object) -> list[str]:
    assert isinstance(prompt, list)
    return [line.text for line in prompt if line.role == "tool"]


async def test_what_is_unsafe_is_asked_about_in_full_and_not_done(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete("`a`\u202e<!channel>.txt"), text="Sure."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        answer = await at.ask("delete it")
        asked = consent_in(answer)
    assert files.deleted == []
    assert answer.text == "Sure."
    assert asked.calls == (("delete", '{"path": "`a`\\u202e<!channel>.txt"}'),)
    assert answer.finished
    assert answer.finished.said == (
        'May I do this?\n\n**delete**\n\n```json\n{"path": "`a`\\u202e<!channel>.txt"}\n```'
    )
    assert not [step for step in answer.steps if step.id != "thinking"]


async def test_allowed_it_is_done_once_and_the_model_goes_on(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), saying("It is gone."), saying("You are welcome."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        answer = await decide(at, decision(asked))
        await at.say(decision(asked))
        await at.ask("thanks", "2")
    assert files.deleted == ["a.txt"]
    assert answer.text == "It is gone. "
    assert [line.role for line in model.prompts[1]] == ["user", "assistant", "tool"]
    assert model.prompts[1][0].text == "delete it"
    assert "a.txt is gone" in model.prompts[1][2].text
    remembered = [line.text for line in model.prompts[2]]
    assert remembered == ["delete it", "It is gone. ", "thanks"]


async def test_denied_it_is_not_done_and_the_model_is_told(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), saying("Then not."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        answer = await decide(at, decision(asked, "no"))
        late = await decide(at, decision(asked))
    assert files.deleted == []
    assert told(model.prompts[1]) == [DENIED]
    assert answer.text == late.text == "Then not. "


async def test_what_is_safe_beside_it_is_done_at_once_and_only_once(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(LIST, delete("a", "d1"), delete("b", "d2")), saying("Gone."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete them"))
        assert files.listed == 1
        await decide(at, decision(asked))
    assert [tool for tool, _ in asked.calls] == ["delete", "delete"]
    assert sorted(files.deleted) == ["a", "b"]
    assert files.listed == 1
    assert [text.split("\n")[-1] for text in told(model.prompts[1])] == [
        "a.txt b.txt",
        "a is gone",
        "b is gone",
    ]


async def test_while_nobody_decides_later_messages_are_answered(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), saying("Later."), saying("Gone."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        assert (await at.ask("and now?", "2")).text == "Later. "
        assert (await decide(at, decision(asked))).text == "Gone. "


async def test_a_question_survives_a_restart(tmp_path: Path) -> None:
    files = Files()
    async with desk(tmp_path, ScriptedModel(using(delete())), tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
    await asyncio.sleep(3000)
    model = ScriptedModel(saying("Gone."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        assert (await decide(at, decision(asked))).text == "Gone. "
    assert files.deleted == ["a.txt"]


async def test_nobody_decides_within_the_hour_and_that_is_said(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), saying("never said"))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        await asyncio.sleep(3601)
        ended = await at.read(decision_id("1"))
        late = await decide(at, decision(asked))
    assert ended.finished
    assert (ended.finished.outcome, ended.finished.code) == ("timed_out", "consent_expired")
    assert "60 minutes" in ended.finished.said
    assert late == ended
    assert files.deleted == []


async def test_it_expires_while_nobody_is_there_and_is_said_at_the_next_start(
    tmp_path: Path,
) -> None:
    files = Files()
    model = ScriptedModel(using(delete()))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        await at.ask("delete it")
    await asyncio.sleep(9000)
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        await asyncio.sleep(1)
        ended = await at.read(decision_id("1"))
    assert ended.finished
    assert ended.finished.code == "consent_expired"


@pytest.mark.parametrize(
    "wrong",
    [{"digest": "0" * 32}, {"conversation": "another"}, {"sender": "bob"}],
    ids=["other calls", "another place", "another person"],
)
async def test_a_click_that_fits_nothing_does_nothing(
    tmp_path: Path, wrong: dict[str, str]
) -> None:
    files = Files()
    async with desk(tmp_path, ScriptedModel(using(delete())), tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        answer = await decide(at, decision(asked, "yes", **wrong))
    assert files.deleted == []
    assert answer.finished
    assert answer.finished.outcome == "refused"


async def test_an_approver_may_decide_and_the_memory_is_the_askers(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), saying("Gone."))
    rules = Rules(approvers=("test:bob",))
    async with desk(tmp_path, model, tools=Toolbox(files.tools), rules=rules) as at:
        asked = consent_in(await at.ask("delete it"))
        assert (await decide(at, decision(asked, sender="bob"))).text == "Gone. "


def test_a_click_of_anybody_else_leaves_the_decision_to_those_who_may() -> None:
    rules = Rules(approvers=("bob",))
    asked = Consent("1", "digest", "ann", (), 0.0)
    ids = {
        who: rules.admitted(decision(asked, sender=who)).turn_id for who in ("ann", "bob", "eve")
    }
    assert ids == {"ann": "1:decision", "bob": "1:decision", "eve": "1:decision:eve"}
    assert rules.admitted(message("2")).turn_id == "2"


async def test_whoever_may_not_decide_or_comes_late_is_told_alone(tmp_path: Path) -> None:
    async with desk(tmp_path, ScriptedModel(using(delete())), tools=Toolbox(Files().tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        told = [
            await decide(at, decision(asked, sender=who)._replace(turn_id=f"1:decision:{who}"))
            for who in ("ann", "eve")
        ]
    codes = [answer.finished.code for answer in told if answer.finished]
    assert codes == ["decided_already", "not_yours_to_decide"]


async def test_interrupted_while_it_is_done_it_is_not_tried_again(tmp_path: Path) -> None:
    files = Files(takes_s=10.0)
    async with desk(tmp_path, ScriptedModel(using(delete())), tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        await at.say(decision(asked))
        await asyncio.sleep(1)
    model = ScriptedModel(saying("I do not know whether it is gone."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        answer = await at.read(decision_id("1"))
    assert files.deleted == []
    assert told(model.prompts[0]) == [IN_DOUBT]
    assert answer.text == "I do not know whether it is gone. "
    assert answer.finished
    assert answer.finished.said.startswith("I was interrupted while I did this: delete.")


async def test_interrupted_after_it_was_done_it_is_known_to_be(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), [1000.0])
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        await at.say(decision(asked))
        await asyncio.sleep(5)
    model = ScriptedModel(saying("Gone."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        assert (await at.read(decision_id("1"))).text == "Gone. "
    assert files.deleted == ["a.txt"]
    assert "a.txt is gone" in told(model.prompts[0])[0]


async def test_one_question_may_follow_another(tmp_path: Path) -> None:
    files = Files()
    rounds = [using(delete("a")), using(delete("b", "e"))]
    model = ScriptedModel(*rounds, saying("Both are gone."))
    rules = Rules(approvers=("bob",))
    async with desk(tmp_path, model, tools=Toolbox(files.tools), rules=rules) as at:
        first = consent_in(await at.ask("delete them"))
        second = consent_in(await decide(at, decision(first, sender="bob")))
        answer = await decide(at, decision(second))
    assert files.deleted == ["a", "b"]
    assert second.asker == "ann"
    assert second.turn_id == "1:decision"
    assert answer.text == "Both are gone. "
    assert model.prompts[2][0].text == "delete them"
    assert len(told(model.prompts[2])) == 2


@pytest.mark.parametrize(
    "arguments",
    ['{"path": 3}', "{", "[]", '{"path": "a", "more": 1}', f'{{"path": "{"x" * 2000}"}}'],
)
async def test_what_cannot_be_done_or_read_is_not_asked_about(
    tmp_path: Path, arguments: str
) -> None:
    files = Files()
    model = ScriptedModel(using(ToolCall("d", "delete", arguments)), saying("Sorry."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        answer = await at.ask("delete it")
    assert answer.text == "Sorry. "
    assert files.deleted == []
    assert "The arguments" in told(model.prompts[1])[0]


def test_what_is_shown_is_what_is_done() -> None:
    assert plainly('{"a": 1, "a": 2}') == '{"a": 2}'
    assert plainly("") == "{}"
    assert plainly('{"a": "\\u0061\\u200b\\u3000相槌 \\n"}') == '{"a": "a\\u200b\\u3000相槌 \\n"}'
    assert plainly('{"a": "\\ud83d"}') == '{"a": "\\ud83d"}'
    for wrong in ("[]", "{", '"x"'):
        with pytest.raises(ValueError, match=r".+"):
            plainly(wrong)
