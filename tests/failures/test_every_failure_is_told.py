"""Every failure is told once: what happened, what to do, and a number that is in the log."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from aizuchi.simulator.model import CANARY, words_of
from aizuchi.words import Language

from .causes import CAUSES, MENDS, Cause
from .telling import QUESTIONS, Told, incidents_in, place

pytestmark = pytest.mark.real_time


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
async def test_every_failure_is_told(
    cause: Cause, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = await asyncio.gather(ask(cause, "en", tmp_path), ask(cause, "ja", tmp_path))
    for language, one in zip(QUESTIONS, told, strict=True):
        check_end(cause, one, language)
        check_text(cause, one, QUESTIONS[language])
        assert CANARY not in one.everything
        assert one.seconds < cause.within_s
    check_incidents(told, incidents_in(caplog))


async def ask(cause: Cause, language: Language, folder: Path) -> Told:
    """A question to an assistant of its own, whose model fails; it is not asked too often."""
    bug, refused = CANARY if cause.by == "us" else "", cause.by == "nobody"
    home = folder / language
    async with place(home, cause.behaviour, bug=bug, refused=refused) as asked:
        told = await asked.ask(QUESTIONS[language])
    assert told.calls == cause.calls
    assert len(asked.endpoint.received) == (0 if refused else cause.calls)
    return told


def check_end(cause: Cause, told: Told, language: Language) -> None:
    """It is told once, in the person's language, and stands so in the history and the export."""
    (end,) = told.ends
    line = end["text"]
    assert (end["outcome"], end["code"]) == (cause.outcome, cause.code)
    assert MENDS[cause.code][language] in line
    assert not cause.seconds or any(str(wait) in line for wait in cause.seconds)
    assert [stored["text"] for stored in told.stored_ends] == [line]
    assert told.export.count(line) == 1
    failed = cause.outcome == "failed"
    assert [chunk["errorText"] for chunk in told.chunks("error")] == ([line] if failed else [])
    assert line not in told.text


def check_text(cause: Cause, told: Told, question: str) -> None:
    """Of what the model said stands only what its last call said: nothing repeated or mixed, and
    nothing of what was withheld."""
    speaks = not (cause.behaviour.fail or cause.behaviour.head) and cause.by != "nobody"
    words = words_of(cause.behaviour, cause.calls, question) if speaks else []
    if cause.behaviour.form != "asked" or cause.code == "content_filtered":
        words = []
    assert told.text == told.stored == "".join(words[:1] if cause.by == "us" else words)


def check_incidents(told: Sequence[Told], logged: Sequence[str]) -> None:
    """Every failure has a number, and a line in the log that has it too; what is none has none."""
    ends = [one.ends[0] for one in told]
    failed = [end for end in ends if end["outcome"] == "failed"]
    assert len(logged) == len(failed)
    for end, line in zip(failed, logged, strict=True):
        assert end["incident"] in end["text"]
        assert f"incident {end['incident']}:" in line
        assert end["code"] in line
    assert all(not end["incident"] for end in ends if end not in failed)
