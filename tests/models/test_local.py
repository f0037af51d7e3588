"""The demo model: its process lives and dies with us, and it owns up to what it cannot read."""

import asyncio
import sys
from pathlib import Path

import pytest
from tests.models.demo import (
    eventually,
    home_with_the_real_one,
    is_alive,
    put_stand_in,
    say,
    settings_at,
)

from aizuchi.errors import ContextOverflow, ModelCut, ModelUnavailable, ModelUnreachable
from aizuchi.models.fetch import fetch_local_model
from aizuchi.models.local import LocalModel
from aizuchi.models.opening import open_local
from aizuchi.models.smol import find_demo
from aizuchi.models.smol_process import LIVES, SmolProcess
from aizuchi.settings.sections import ModelSettings

pytestmark = pytest.mark.real_time


async def test_it_answers_from_a_process_of_its_own(tmp_path: Path) -> None:
    put_stand_in(tmp_path)
    async with open_local(settings_at(tmp_path)) as model:
        assert await say(model, "one", "two", "three") == "3 lines, up to 400 tokens"


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("日本の首都はどこですか", "英語しか"),
        ("What does 相槌 mean?", "英語しか"),
        ("Как тебя зовут?", "only English"),
        ("한국의 수도는 어디입니까", "only English"),
        ("¿Cuál es la capital de Francia?", "only English"),
        ("Bonjour !", "only English"),
    ],
)
async def test_to_another_language_it_says_so_without_a_model(
    tmp_path: Path, question: str, says: str
) -> None:
    model = LocalModel(SmolProcess(tmp_path), ModelSettings())
    answer = await say(model, question)
    for part in (says, "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        assert part in answer


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    put_stand_in(tmp_path)
    async with open_local(settings_at(tmp_path)) as model:
        with pytest.raises((ModelCut, ModelUnavailable)):
            await say(model, "die")

        async def answers() -> bool:
            try:
                return await say(model, "hello") == "1 lines, up to 400 tokens"
            except (ModelCut, ModelUnavailable):  # asked again, as the agent does
                return False

        await eventually(answers)


async def test_one_that_cannot_run_here_is_left_alone_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aizuchi.models.smol_process.PAUSE_S", 0.0)
    put_stand_in(tmp_path, weights="")
    async with open_local(settings_at(tmp_path)) as model:
        with pytest.raises(ModelUnreachable, match=f"ended {LIVES} times"):
            await say(model, "hello")


async def test_it_ends_with_the_server(tmp_path: Path) -> None:
    put_stand_in(tmp_path)
    process = SmolProcess(tmp_path)
    keeping = asyncio.create_task(process.keep())
    await process.address()
    assert is_alive(process.pid)
    keeping.cancel()
    await asyncio.wait([keeping])
    assert not is_alive(process.pid)


async def test_it_dies_with_a_server_that_is_killed(tmp_path: Path) -> None:
    put_stand_in(tmp_path)
    await _dies_with_its_parent(tmp_path)


async def _dies_with_its_parent(home: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.models.holder", str(home)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout
    pid = int(await holder.stdout.readline())
    assert is_alive(pid)
    holder.kill()
    await holder.wait()

    async def is_gone() -> bool:
        return not await asyncio.to_thread(is_alive, pid)

    await eventually(is_gone, within_s=5)


async def test_the_real_one_answers_reads_as_much_as_we_say_and_dies_with_its_parent() -> None:
    home = home_with_the_real_one()
    if not find_demo(home):
        await fetch_local_model(home, lambda count: None)
    async with open_local(settings_at(home)) as model:
        assert await say(model, "What is the capital of France?")
        asked, said = "Tell me about 3.14159265358979, please. " * 10, "Yes! Well... {a: [1]}"
        history = (asked, said) * 9
        assert await say(model, *history, "12345 67890 (x+y)*z " * 50 + "What is this?")
        with pytest.raises(ContextOverflow):
            await say(model, "What is this? " * 2000)
    await _dies_with_its_parent(home)
