"""Tools of others come, change and go: what was allowed is done as it was shown, or not at all."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from aizuchi.answers import Answer, ToolCall
from aizuchi.consent import decision_id
from aizuchi.loop import DENIED, IN_DOUBT
from aizuchi.toolbox import NOBODY_KNOWS, Tool, Toolbox
from aizuchi.tools.function import tool_of

from .office import ScriptedModel, desk, saying, using
from .test_consent import consent_in, decide, decision, told

ARRIVES_AFTER_S = 4.0
SEND = ToolCall("s", "x_send", '{"to": "Mai"}')


class Stranger:
    """A supply of one unsafe tool, in the version that it has now; none, where it is away."""

    def __init__(self, version: str = "1", takes_s: float = 0.1) -> None:
        self.version, self.takes_s = version, takes_s
        self.sent: list[str] = []
        self.waited_for: list[str] = []
        self.comes = True

    @property
    def tools(self) -> Sequence[Tool]:
        async def x_send(to: str) -> str:
            """Sends."""
            await asyncio.sleep(self.takes_s)
            self.sent.append(to)
            return f"sent to {to}"

        made = tool_of(x_send, unsafe=True)._replace(stamp=self.version, timeout_s=20.0)
        return [made] if self.version else []

    async def arrive(self, names: Collection[str]) -> None:
        self.waited_for += names
        if not self.version:
            await asyncio.sleep(ARRIVES_AFTER_S)
            self.version = "1" if self.comes else ""


def code_of(answer: Answer) -> str:
    assert answer.finished
    return answer.finished.code


async def test_what_was_shown_is_done_once(tmp_path: Path) -> None:
    supply = Stranger()
    model = ScriptedModel(using(SEND), saying("Sent."))
    async with desk(tmp_path, model, tools=Toolbox(supply=supply)) as at:
        asked = consent_in(await at.ask("send it"))
        answer = await decide(at, decision(asked))
        await at.say(decision(asked))
        await at.ask("thanks", "2")
    assert answer.text == "Sent. "
    assert supply.sent == ["Mai"]
    assert [each.name for each in model.tools[0]] == ["x_send"]


async def test_once_it_has_changed_a_click_does_nothing_and_says_so(tmp_path: Path) -> None:
    supply = Stranger()
    model = ScriptedModel(using(SEND), saying("never said"))
    async with desk(tmp_path, model, tools=Toolbox(supply=supply)) as at:
        asked = consent_in(await at.ask("send it"))
        supply.version = "2"
        answer = await decide(at, decision(asked))
        late = await decide(at, decision(asked))
    assert answer == late
    assert code_of(answer) == "tool_changed"
    assert answer.finished
    assert answer.finished.outcome == "refused"
    assert "I did nothing" in answer.finished.said
    assert supply.sent == []
    assert len(model.prompts) == 1


async def test_after_a_restart_a_click_waits_for_the_tool(tmp_path: Path) -> None:
    supply = Stranger()
    async with desk(tmp_path, ScriptedModel(using(SEND)), tools=Toolbox(supply=supply)) as at:
        asked = consent_in(await at.ask("send it"))
    supply.version = ""
    async with desk(tmp_path, ScriptedModel(saying("Sent.")), tools=Toolbox(supply=supply)) as at:
        answer = await decide(at, decision(asked))
    assert answer.text == "Sent. "
    assert supply.sent == ["Mai"]


async def test_a_tool_that_does_not_come_back_is_told(tmp_path: Path) -> None:
    supply = Stranger()
    model = ScriptedModel(using(SEND))
    async with desk(tmp_path, model, tools=Toolbox(supply=supply)) as at:
        asked = consent_in(await at.ask("send it"))
        supply.version, supply.comes = "", False
        assert code_of(await decide(at, decision(asked))) == "tool_changed"
    assert supply.sent == []


async def test_no_needs_no_tool(tmp_path: Path) -> None:
    supply = Stranger()
    model = ScriptedModel(using(SEND), saying("Then not."))
    async with desk(tmp_path, model, tools=Toolbox(supply=supply)) as at:
        asked = consent_in(await at.ask("send it"))
        supply.version, supply.comes = "", False
        answer = await decide(at, decision(asked, "no"))
    assert answer.text == "Then not. "
    assert told(model.prompts[1]) == [DENIED]
    assert supply.waited_for == []


async def test_begun_and_interrupted_it_is_in_doubt_also_where_it_has_changed(
    tmp_path: Path,
) -> None:
    for number, version in enumerate(("1", "2", "")):
        supply = Stranger(takes_s=10.0)
        home = tmp_path / str(number)
        home.mkdir()
        async with desk(home, ScriptedModel(using(SEND)), tools=Toolbox(supply=supply)) as at:
            asked = consent_in(await at.ask("send it"))
            await at.say(decision(asked))
            await asyncio.sleep(1)
        supply.version, supply.comes = version, False
        model = ScriptedModel(saying("I do not know."))
        async with desk(home, model, tools=Toolbox(supply=supply)) as at:
            answer = await at.read(decision_id("1"))
        assert told(model.prompts[0]) == [IN_DOUBT]
        assert code_of(answer) == "in_doubt"
        assert supply.sent == []


async def test_a_call_without_an_end_is_told_to_the_person_too(tmp_path: Path) -> None:
    supply = Stranger(takes_s=60.0)
    model = ScriptedModel(using(SEND), saying("I do not know."))
    async with desk(tmp_path, model, tools=Toolbox(supply=supply)) as at:
        asked = consent_in(await at.ask("send it"))
        answer = await decide(at, decision(asked))
    assert told(model.prompts[1])[0].endswith(f"within 20 seconds. {NOBODY_KNOWS}")
    assert code_of(answer) == "in_doubt"


async def test_within_one_answer_the_tools_stay_what_they_were(tmp_path: Path) -> None:
    """A model that was told of a tool may use it, as it was told."""
    supply = Stranger()

    async def change() -> str:
        """Changes them."""
        supply.version = ""
        return "changed"

    model = ScriptedModel(using(ToolCall("c", "change", "{}")), using(SEND))
    async with desk(tmp_path, model, tools=Toolbox([tool_of(change)], supply=supply)) as at:
        asked = consent_in(await at.ask("change, and send it"))
    assert asked.calls == (("x_send", '{"to": "Mai"}'),)
    assert [[each.name for each in tools] for tools in model.tools] == [["x_send", "change"]] * 2


async def test_a_call_that_was_begun_before_a_restart_waits_for_its_tool(tmp_path: Path) -> None:
    supply = Stranger(takes_s=10.0)
    made = supply.tools[0]._replace(unsafe=False)

    class Safe(Stranger):
        @property
        def tools(self) -> Sequence[Tool]:
            return [made] if self.version else []

    source = Safe()
    async with desk(tmp_path, ScriptedModel(using(SEND)), tools=Toolbox(supply=source)) as at:
        asking = asyncio.create_task(at.ask("send it"))
        await asyncio.sleep(1)
        asking.cancel()
    source.version, supply.takes_s = "", 0.1
    model = ScriptedModel(saying("Sent."))
    async with desk(tmp_path, model, tools=Toolbox(supply=source)) as at:
        answer = await at.read("1")
    assert answer.text == "Sent. "
    assert supply.sent == ["Mai"]
