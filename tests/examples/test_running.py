"""Each persona of the examples answers on Slack, on Discord and in the page, with its tools, and
remembers over a restart as its file says."""

from pathlib import Path

import pytest
from tests.examples.street import EXAMPLES, Street
from tests.slack.house import speaking
from tests.worker.office import ScriptedModel, using

from aizuchi.answers import ToolCall
from aizuchi.settings import load

CLOCK = ToolCall("a", "clock", '{"zone": "Asia/Tokyo"}')
FIRST, ANSWER = "何時?", "もうすぐお昼。"
THEN, REPLY = "さっき何を聞いた?", "時間のこと。"
WHERE = {
    "system-1": ("slack", "discord", "page"),
    "system-2": ("slack", "discord", "page"),
    "system-3": ("slack command", "discord", "page"),
}


@pytest.mark.parametrize(
    ("name", "where"), [(name, where) for name, there in WHERE.items() for where in there]
)
async def test_it_answers_there_and_remembers_over_a_restart(
    name: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(EXAMPLES / name / "aizuchi.toml", {})
    street = Street(name, tmp_path, monkeypatch)
    before = ScriptedModel(using(CLOCK), speaking(ANSWER))
    async with street.open(before):
        assert ANSWER in await street.ask(where, FIRST)
    after = ScriptedModel(speaking(REPLY))
    async with street.open(after):
        assert REPLY in await street.ask(where, THEN)

    told = [line.text for line in before.prompts[-1] if line.role == "tool"]
    assert len(told) == 1
    assert told[0].endswith("JST (UTC+0900)")
    for prompt in (*before.prompts, *after.prompts):
        assert prompt[0].text.startswith(settings.persona.instructions.strip())
        closing = [line.text for line in prompt if line.role == "system"][-1]
        assert closing.startswith(settings.persona.closing.strip())
    remembered = [line.text for line in after.prompts[0] if line.role in ("user", "assistant")]
    kept = [] if settings.memory.scope == "none" else [FIRST, ANSWER]
    assert remembered == [*kept, THEN]
    street.slack.slack.assert_clean()
    street.discord.discord.assert_clean()
