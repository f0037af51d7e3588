"""An endpoint is asked once, in the words it understands, and its answer is read as it comes."""

import asyncio
import json

import pytest
from tests.models.endpoint import (
    END,
    EVENT,
    QUESTION,
    STREAM,
    asking,
    chunked,
    endpoint,
    parts_of,
    whole,
)

from aizuchi.errors import (
    ModelCut,
    ModelEmpty,
    ModelError,
    ModelKeyRefused,
    ModelMalformed,
    ModelNotFound,
    ModelRequestRefused,
    ModelSilent,
    ModelUnreachable,
    SettingsError,
)
from aizuchi.models.openai import OpenAIModel
from aizuchi.models.opening import open_openai
from aizuchi.ports import Ending, PromptMessage, Text
from aizuchi.settings import load
from aizuchi.simulator.model import Behaviour, fake_model, words_of

pytestmark = pytest.mark.real_time

KEY = "sk-canary-0123456789"
ANSWER = STREAM + chunked(EVENT, EVENT, END) + b"0\r\n\r\n"


async def refused(model: OpenAIModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await parts_of(model)
    return caught.value


async def test_all_text_of_one_read_is_one_piece() -> None:
    async with endpoint(ANSWER) as served, asking(served.base_url) as model:
        assert await parts_of(model) == [Text("word word "), Ending("stop")]


async def test_the_words_come_whole_and_the_usage_is_counted() -> None:
    behaviour = Behaviour(tokens=30, pace=300, split=True, think=3, huge=300_000)
    async with fake_model() as served, asking(served.base_url) as model:
        served.script(behaviour)
        *texts, ending = await parts_of(model)
    assert "".join(text.text for text in texts if isinstance(text, Text)) == "".join(
        words_of(behaviour, 1, "Hi")
    )
    assert ending == Ending("stop", 1, 31)


@pytest.mark.parametrize("usage", ["never", "always"])
async def test_usage_is_no_condition(usage: str) -> None:
    name = f"fake:usage={usage}"
    async with fake_model() as served, asking(served.base_url, model=name) as model:
        assert isinstance((await parts_of(model))[-1], Ending)


async def test_what_is_asked() -> None:
    prompt = [PromptMessage("system", "Be brief."), PromptMessage("user", "やあ")]
    more = {"api_key": f" {KEY}\n", "temperature": 0.5, "max_tokens": 9}
    async with endpoint(ANSWER) as served, asking(f"{served.base_url}/?v=1", **more) as model:
        assert [part async for part in model.stream(prompt)]
    head, body = served.requests[0]
    assert head.startswith("POST /v1/chat/completions?v=1 HTTP/1.1\r\n")
    assert f"authorization: Bearer {KEY}\r\n".lower() in head.lower()
    assert body == {
        "model": "a-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "やあ"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 9,
    }


async def test_an_organisation_is_named_where_the_settings_name_one() -> None:
    async with endpoint(ANSWER, ANSWER) as served:
        told = {"OPENAI_BASE_URL": served.base_url, "AIZUCHI_MODEL": "openai:a-model"}
        for environment in (told, {**told, "OPENAI_ORG_ID": "org-1"}):
            async with open_openai(load(environment=environment)) as model:
                assert [part async for part in model.stream(QUESTION)]
    named = ["openai-organization: org-1\r\n" in head.lower() for head, _ in served.requests]
    assert named == [False, True]


async def test_without_stream_options_where_they_are_refused_and_never_again_with_them() -> None:
    async with fake_model() as served, asking(served.base_url) as model:
        served.script(Behaviour(stream_options="refused"))
        await parts_of(model)
        await parts_of(model)
        asked = ["stream_options" in received.body for received in served.received]
    assert asked == [True, False, False]


async def test_the_other_name_of_max_tokens_where_it_is_wanted() -> None:
    no = whole(b"Unsupported parameter: use 'max_completion_tokens' instead.", "400 Bad Request")
    async with endpoint(no, ANSWER) as served, asking(served.base_url, max_tokens=9) as model:
        await parts_of(model)
        await parts_of(model)
    limits = [body.keys() & {"max_tokens", "max_completion_tokens"} for _, body in served.requests]
    assert limits == [{"max_tokens"}, {"max_completion_tokens"}, {"max_completion_tokens"}]


async def test_a_parameter_that_stays_refused_is_refused_once_more_at_most() -> None:
    no = whole(b"stream_options, max_completion_tokens: no", "400 Bad Request")
    async with endpoint(no) as served, asking(served.base_url) as model:
        assert isinstance(await refused(model), ModelRequestRefused)
    assert len(served.requests) <= 3


async def test_without_a_name_the_first_model_of_the_endpoint_answers() -> None:
    async with fake_model() as served, asking(served.base_url, model="") as model:
        await parts_of(model)
        assert served.received[0].body["model"] == "fake"
        assert model.label == "fake"


async def test_an_endpoint_without_models_is_told() -> None:
    async with endpoint(whole(b'{"data": null}')) as served, asking(served.base_url, model="") as m:
        assert isinstance(await refused(m), ModelNotFound)


async def test_a_connection_is_used_again() -> None:
    async with endpoint(ANSWER) as served, asking(served.base_url) as model:
        for _ in range(3):
            await parts_of(model)
    assert (served.connections, len(served.requests)) == (1, 3)


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_a_reader_that_leaves_closes_the_connection_at_once(how: str) -> None:
    async with endpoint(STREAM + chunked(EVENT)) as served, asking(served.base_url) as model:
        stream = model.stream(QUESTION)
        assert await anext(stream) == Text("word ")
        if how == "close":
            await stream.aclose()  # type: ignore[attr-defined]  # it is a generator
        else:
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            waiting.cancel()
        async with asyncio.timeout(1):
            await served.gone.wait()


async def test_nobody_there_is_told() -> None:
    async with endpoint(ANSWER) as served:
        address = served.base_url
    async with asking(address) as model:
        error = await refused(model)
    assert isinstance(error, ModelUnreachable)
    assert address in str(error)


async def test_an_error_whose_body_never_ends_is_told_within_a_second() -> None:
    endless = b"HTTP/1.1 401 No\r\ncontent-length: 99999\r\n\r\nno key"
    async with endpoint(endless) as served, asking(served.base_url) as model:
        async with asyncio.timeout(1):
            assert isinstance(await refused(model), ModelKeyRefused)


async def test_a_redirect_is_not_followed() -> None:
    async with endpoint(ANSWER) as other:
        there = whole(b"", "307 Elsewhere", f"location: {other.base_url}/chat/completions")
        async with endpoint(there) as served, asking(served.base_url, api_key=KEY) as model:
            error = await refused(model)
    assert isinstance(error, ModelNotFound)
    assert "another address" in str(error)
    assert not other.requests


async def test_the_key_is_in_no_error_and_no_picture_of_the_model() -> None:
    no = whole(f"bad key {KEY}".encode(), "401 No")
    async with endpoint(no) as served, asking(served.base_url, api_key=KEY) as model:
        error = await refused(model)
        assert KEY not in f"{error} {error.detail} {error!r} {model!r} {model._endpoint}"
    assert "bad key" in error.detail


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (STREAM + chunked(EVENT) + b"0\r\n\r\n", ModelCut),
        (STREAM + chunked(EVENT), ModelCut),
        (STREAM, ModelCut),
        (b"", ModelCut),
        (STREAM + chunked(END) + b"0\r\n\r\n", ModelEmpty),
        (STREAM + chunked(b"data: {\n\n") + b"0\r\n\r\n", ModelMalformed),
        (STREAM + b"nonsense\r\n", ModelMalformed),
        (b"SSH-2.0-OpenSSH_9.2\r\n", ModelMalformed),
        (whole(b"<html>Sign in</html>"), ModelMalformed),
        (whole(b'{"message": {"content": "Hi"}}\n{"done": true}\n'), ModelMalformed),
        (whole(b'{"status": "ok"}'), ModelMalformed),
        (whole(b"It works!"), ModelMalformed),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000, ModelMalformed),
    ],
)
async def test_what_is_no_answer_is_told(answer: bytes, kind: type[ModelError]) -> None:
    async with endpoint(answer, hold=False) as served, asking(served.base_url) as model:
        assert type(await refused(model)) is kind


async def test_a_whole_completion_is_an_answer_too() -> None:
    choice = {"message": {"role": "assistant", "content": "Hi!"}, "finish_reason": "length"}
    usage = {"prompt_tokens": 2, "completion_tokens": 1}
    body = json.dumps({"choices": [choice], "usage": usage}, indent=2).encode()
    async with endpoint(whole(body)) as served, asking(served.base_url) as model:
        assert await parts_of(model) == [Text("Hi!"), Ending("length", 2, 1)]


async def test_an_answer_that_ends_with_its_connection_is_whole() -> None:
    plain = b"HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + EVENT + END
    async with endpoint(plain, hold=False) as served, asking(served.base_url) as model:
        assert await parts_of(model) == [Text("word "), Ending("stop")]


@pytest.mark.parametrize("answer", [STREAM, STREAM + chunked(EVENT), b""])
async def test_silence_is_told(answer: bytes) -> None:
    limits = {"first_token_s": 0.2, "idle_s": 0.2}
    async with endpoint(answer) as served, asking(served.base_url, **limits) as model:
        assert isinstance(await refused(model), ModelSilent)


async def test_after_the_last_word_nothing_is_waited_for_long() -> None:
    last = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
    async with endpoint(STREAM + chunked(EVENT, last)) as served, asking(served.base_url) as model:
        async with asyncio.timeout(5):
            assert (await parts_of(model))[-1] == Ending("stop")


@pytest.mark.parametrize("base_url", ["", "localhost:11434/v1", "ftp://x/v1", "http://"])
def test_what_is_no_address_is_refused(base_url: str) -> None:
    with pytest.raises(SettingsError, match="no address"):
        OpenAIModel(model="m", base_url=base_url)


def test_a_password_in_the_address_is_refused_and_not_quoted() -> None:
    with pytest.raises(SettingsError) as caught:
        OpenAIModel(model="m", base_url=f"http://me:{KEY}@example.com/v1")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", ["a\nb", "a\0b", "ключ"])
def test_a_key_that_can_be_none_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        OpenAIModel(model="m", base_url="http://x/v1", api_key=key)
    assert key not in str(caught.value)
