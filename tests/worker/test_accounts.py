"""An end that is no answer says what was done before it of what somebody had allowed: whoever asks
again on its word would have it done twice."""

import asyncio
from pathlib import Path

from aizuchi.answers import Answer
from aizuchi.errors import ModelUnreachable
from aizuchi.events import Signal
from aizuchi.toolbox import Toolbox

from .office import Desk, ScriptedModel, desk, saying, using
from .test_consent import Files, consent_in, decide, decision, delete

DONE = "What you allowed was done before that: delete."
DOUBT = "I was interrupted while I did this: delete."


def said(answer: Answer) -> str:
    assert answer.finished
    return answer.finished.said


async def stop(at: Desk, turn_id: str) -> None:
    await at.engine.inbox.accept((), (Signal("stop", "talk", "ann", turn_id),))


async def test_a_model_that_fails_afterwards_does_not_hide_it(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), [ModelUnreachable("gone")])
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        answer = await decide(at, decision(asked))
    assert files.deleted == ["a.txt"]
    assert said(answer).startswith("The model cannot be reached.")
    assert said(answer).endswith(f"\n\n{DONE}")


async def test_stopped_in_the_middle_it_is_in_doubt(tmp_path: Path) -> None:
    files = Files(takes_s=10.0)
    async with desk(tmp_path, ScriptedModel(using(delete())), tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        click = decision(asked)
        await at.say(click)
        await asyncio.sleep(1)
        await stop(at, click.turn_id)
        answer = await at.read(click.turn_id)
    assert files.deleted == []
    assert DOUBT in said(answer)


async def test_stopped_later_it_was_done(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), [1000.0])
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        click = decision(asked)
        await at.say(click)
        await asyncio.sleep(1)
        await stop(at, click.turn_id)
        answer = await at.read(click.turn_id)
    assert files.deleted == ["a.txt"]
    assert DONE in said(answer)


async def test_what_was_not_begun_or_not_allowed_is_not_in_it(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), [ModelUnreachable("gone")])
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        answer = await decide(at, decision(asked, "no"))
        other = await at.ask("hello", "2")
    assert files.deleted == []
    for ended in (answer, other):
        assert said(ended).startswith("The model cannot be reached.")
        assert DONE not in said(ended)
        assert DOUBT not in said(ended)


async def test_an_answer_tells_it_itself(tmp_path: Path) -> None:
    files = Files()
    model = ScriptedModel(using(delete()), saying("It is gone."))
    async with desk(tmp_path, model, tools=Toolbox(files.tools)) as at:
        asked = consent_in(await at.ask("delete it"))
        answer = await decide(at, decision(asked))
    assert answer.text == "It is gone. "
    assert said(answer) == ""
