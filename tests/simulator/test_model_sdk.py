"""The official SDK of OpenAI takes the fake model for the real thing."""

import openai
import pytest

from aizuchi.simulator.model import Behaviour, FakeModel, fake_model, words_of

pytestmark = pytest.mark.real_time


def client_of(model: FakeModel, key: str = "secret") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=model.base_url, api_key=key, max_retries=0)


async def test_the_sdk_streams_an_answer_with_its_usage() -> None:
    async with fake_model() as model, client_of(model) as client:
        stream = await client.chat.completions.create(
            model="fake:tokens=5,think=2",
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "".join(words_of(Behaviour(tokens=5), 1, "Hi"))
    assert (usage := chunks[-1].usage)
    assert usage.completion_tokens == 5


async def test_the_sdk_reads_a_whole_answer_and_the_models() -> None:
    async with fake_model() as model, client_of(model) as client:
        answer = await client.chat.completions.create(
            model="fake:tokens=2", messages=[{"role": "user", "content": "Hi"}]
        )
        models = [one.id async for one in client.models.list()]
    assert answer.choices[0].message.content == "".join(words_of(Behaviour(tokens=2), 1, "Hi"))
    assert models == ["fake"]


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        ("400", "BadRequestError"),
        ("401", "AuthenticationError"),
        ("403", "PermissionDeniedError"),
        ("404", "NotFoundError"),
        ("422", "UnprocessableEntityError"),
        ("429", "RateLimitError"),
        ("503", "InternalServerError"),
        ("context_llamacpp", "BadRequestError"),
    ],
)
async def test_the_sdk_raises_its_own_error_for_each_refusal(fail: str, kind: str) -> None:
    async with fake_model() as model, client_of(model) as client:
        with pytest.raises(getattr(openai, kind)):
            await client.chat.completions.create(
                model=f"fake:fail={fail}", messages=[{"role": "user", "content": "Hi"}]
            )


async def test_the_sdk_is_refused_with_a_wrong_key() -> None:
    async with fake_model(api_key="secret") as model, client_of(model, "wrong") as client:
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()


async def test_the_sdk_raises_an_error_that_comes_in_the_stream() -> None:
    async with fake_model() as model, client_of(model) as client:
        stream = await client.chat.completions.create(
            model="fake:tokens=2,end=error",
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
        )
        with pytest.raises(openai.APIError):
            [chunk async for chunk in stream]
