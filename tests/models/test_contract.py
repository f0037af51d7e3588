"""Every model of ours keeps what is promised of a model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.models.demo import home_with_the_real_one, put_stand_in, settings_at

from aizuchi.models.echo import EchoModel
from aizuchi.models.openai import OpenAIModel
from aizuchi.models.opening import open_local
from aizuchi.models.switching import SwitchingModel
from aizuchi.ports import Model
from aizuchi.simulator.model import fake_model
from aizuchi.testing import model_contract as contract
from aizuchi.testing.model_contract import MODEL_CONTRACT, Promise, model_contract

every_promise = pytest.mark.parametrize(
    "promise", MODEL_CONTRACT, ids=lambda promise: promise.__name__
)


@asynccontextmanager
async def the_echo() -> AsyncIterator[Model]:
    yield EchoModel()


@asynccontextmanager
async def a_switch() -> AsyncIterator[Model]:
    yield SwitchingModel(EchoModel(), EchoModel(), lambda: True)


@asynccontextmanager
async def an_endpoint() -> AsyncIterator[Model]:
    async with fake_model() as endpoint:
        model = OpenAIModel(model="fake:tokens=40,pace=400", base_url=endpoint.base_url)
        try:
            yield model
        finally:
            await model.aclose()


@every_promise
async def test_the_echo_keeps(promise: Promise) -> None:
    await promise(the_echo)


async def test_a_switch_keeps_it_too() -> None:
    await model_contract(a_switch)


@pytest.mark.real_time
@every_promise
async def test_an_endpoint_keeps(promise: Promise) -> None:
    await promise(an_endpoint)


@pytest.mark.real_time
async def test_the_process_of_the_demo_model_keeps_it(tmp_path: Path) -> None:
    put_stand_in(tmp_path)
    async with open_local(settings_at(tmp_path)) as opened:
        await model_contract(lambda: _borrowed(opened))


REAL_ONES = (  # the others take the demo model a minute, and its stand-in keeps them above
    contract.it_says_pieces_of_text_and_then_how_it_ended,
    contract.closing_it_ends_the_call_at_once,
    contract.cancelling_its_reader_ends_the_call_at_once,
)


@pytest.mark.real_time
async def test_the_demo_model_streams_ends_and_can_be_stopped() -> None:
    async with open_local(settings_at(home_with_the_real_one())) as opened:
        for promise in REAL_ONES:
            await promise(lambda: _borrowed(opened))


@asynccontextmanager
async def _borrowed(model: Model) -> AsyncIterator[Model]:
    yield model
