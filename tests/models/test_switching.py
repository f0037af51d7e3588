"""The echo answers until the demo model is there and has started, then that one."""

from pathlib import Path

import pytest
from tests.models.demo import eventually, put_stand_in, say, settings_at

from aizuchi.models.echo import EchoModel
from aizuchi.models.opening import open_local
from aizuchi.models.switching import SwitchingModel


class Loud(EchoModel):
    label = "loud"


async def test_it_changes_over_once_and_never_back() -> None:
    ready = iter([False, True, False])
    model = SwitchingModel(EchoModel(), Loud(), lambda: next(ready))
    assert [model.label for _ in range(3)] == [EchoModel.label, "loud", "loud"]


@pytest.mark.real_time
async def test_a_demo_model_that_comes_while_the_server_runs_takes_over(tmp_path: Path) -> None:
    async with open_local(settings_at(tmp_path)) as model:
        assert "only an echo" in await say(model, "hello")
        put_stand_in(tmp_path)

        async def answers() -> bool:
            return "only an echo" not in await say(model, "hello")

        await eventually(answers)


@pytest.mark.real_time
async def test_one_that_cannot_run_here_never_takes_over(tmp_path: Path) -> None:
    async with open_local(settings_at(tmp_path)) as model:
        put_stand_in(tmp_path, weights="")
        for _ in range(2):
            assert "only an echo" in await say(model, "hello")
