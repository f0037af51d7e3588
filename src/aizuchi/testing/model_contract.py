"""What every model must do: a plug's test runs each promise against its own `open_model`.

    @pytest.mark.parametrize("promise", MODEL_CONTRACT, ids=lambda promise: promise.__name__)
    async def test_the_model_keeps(promise):
        await promise(open_model)

`open_model()` opens a model that answers, and closes it. `model_contract(open_model)` runs all of
the promises in one call. Times are the loop's, so a model without sockets runs in simulated time.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import cast

from aizuchi.answers import ToolCall
from aizuchi.errors import ModelError
from aizuchi.ports import Declared, Ending, Model, Part, PromptMessage, Text

OpenModel = Callable[[], AbstractAsyncContextManager[Model]]
Promise = Callable[[OpenModel], Awaitable[None]]

ANSWERS_WITHIN_S = 60.0
CLOSES_WITHIN_S = 1.0
QUESTION = (PromptMessage("user", "Please count from one to twenty."),)

ODD_PROMPTS: tuple[tuple[PromptMessage, ...], ...] = (
    (PromptMessage("user", "日本の首都はどこですか。😀"),),
    (PromptMessage("user", "a NUL \0 and half a character \ud83d in it"),),
    (PromptMessage("user", ""),),
    (PromptMessage("user", " \n "),),
    (PromptMessage("system", "Be brief."), *QUESTION, PromptMessage("system", "Be kind.")),
    (*QUESTION, PromptMessage("assistant", "one, two"), PromptMessage("user", "Go on.")),
    (*QUESTION, PromptMessage("user", "And twenty-one?"), PromptMessage("assistant", "")),
    (PromptMessage("user", '{"data": "[DONE]"}\r\n\r\ndata: [DONE]\n\n'),),
)
CLOCK = Declared("clock", "What time it is.", {"type": "object", "properties": {}})
LONG_PROMPT = (PromptMessage("user", "A very long question about everything. " * 5_000),)


async def it_says_pieces_of_text_and_then_how_it_ended(open_model: OpenModel) -> None:
    async with open_model() as model:
        *pieces, ending = await _parts(model, QUESTION)
    assert isinstance(ending, Ending), "the last part is no Ending"
    assert ending.reason in ("stop", "length")
    assert ending.tokens_in >= 0 <= ending.tokens_out
    assert pieces, "there is no text"
    assert all(isinstance(piece, Text) for piece in pieces), "something follows the Ending"


async def every_piece_is_clean_text(open_model: OpenModel) -> None:
    async with open_model() as model:
        for piece in await _parts(model, QUESTION):
            if isinstance(piece, Text):
                assert piece.text, "a piece is empty"
                assert "\0" not in piece.text
                piece.text.encode()


async def it_answers_again_and_again(open_model: OpenModel) -> None:
    async with open_model() as model:
        for _ in range(3):
            assert isinstance((await _parts(model, QUESTION))[-1], Ending)


async def it_answers_several_at_once(open_model: OpenModel) -> None:
    async with open_model() as model:
        answers = await asyncio.gather(*(_parts(model, QUESTION) for _ in range(4)))
    for answer in answers:
        assert [type(part) for part in answer].count(Ending) == 1
        assert isinstance(answer[-1], Ending)


async def closing_it_ends_the_call_at_once(open_model: OpenModel) -> None:
    async with open_model() as model:
        stream = _stream(model, QUESTION)
        await anext(stream)
        async with asyncio.timeout(CLOSES_WITHIN_S):
            await stream.aclose()
        assert not [part async for part in stream], "it spoke after it was closed"
        assert isinstance((await _parts(model, QUESTION))[-1], Ending)


async def cancelling_its_reader_ends_the_call_at_once(open_model: OpenModel) -> None:
    async with open_model() as model:
        spoke = asyncio.Event()
        speaking = asyncio.create_task(spoke.wait())
        reader = asyncio.create_task(_read(model, spoke))
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await asyncio.wait([speaking, reader], return_when=asyncio.FIRST_COMPLETED)
        assert spoke.is_set(), reader.exception()
        reader.cancel()
        async with asyncio.timeout(CLOSES_WITHIN_S):
            await asyncio.wait([reader])
        assert reader.cancelled() or not reader.exception()
        assert isinstance((await _parts(model, QUESTION))[-1], Ending)


async def an_odd_prompt_is_answered_or_refused_in_our_terms(open_model: OpenModel) -> None:
    async with open_model() as model:
        for prompt in (*ODD_PROMPTS, LONG_PROMPT):
            await _answer_or_refusal(model, prompt)
        assert isinstance((await _parts(model, QUESTION))[-1], Ending)


async def tools_and_what_they_returned_are_read(open_model: OpenModel) -> None:
    asked = PromptMessage("assistant", "", (ToolCall("a", "clock", "{}"), ToolCall("b", "no", "{")))
    returned = [PromptMessage("tool", "noon", call_id="a"), PromptMessage("tool", "", call_id="b")]
    async with open_model() as model:
        for tools in ((CLOCK,), ()):
            parts = [part async for part in model.stream((*QUESTION, asked, *returned), tools)]
            assert isinstance(parts[-1], Ending)
            assert all(part.name for part in parts if isinstance(part, ToolCall))


async def the_prompt_is_left_as_it_was(open_model: OpenModel) -> None:
    prompt = [PromptMessage("system", "Be brief."), *QUESTION]
    before = list(prompt)
    async with open_model() as model:
        await _parts(model, prompt)
    assert prompt == before


MODEL_CONTRACT: tuple[Promise, ...] = (
    it_says_pieces_of_text_and_then_how_it_ended,
    every_piece_is_clean_text,
    it_answers_again_and_again,
    it_answers_several_at_once,
    closing_it_ends_the_call_at_once,
    cancelling_its_reader_ends_the_call_at_once,
    an_odd_prompt_is_answered_or_refused_in_our_terms,
    tools_and_what_they_returned_are_read,
    the_prompt_is_left_as_it_was,
)


async def model_contract(open_model: OpenModel) -> None:
    """Every promise, in one call."""
    for promise in MODEL_CONTRACT:
        await promise(open_model)


def _stream(model: Model, prompt: Sequence[PromptMessage]) -> AsyncGenerator[Part, None]:
    return cast("AsyncGenerator[Part, None]", model.stream(prompt))


async def _parts(model: Model, prompt: Sequence[PromptMessage]) -> list[Part]:
    async with asyncio.timeout(ANSWERS_WITHIN_S):
        return [part async for part in model.stream(prompt)]


async def _read(model: Model, spoke: asyncio.Event) -> None:
    async for _ in model.stream(QUESTION):
        spoke.set()


async def _answer_or_refusal(model: Model, prompt: Sequence[PromptMessage]) -> None:
    with suppress(ModelError):
        assert isinstance((await _parts(model, prompt))[-1], Ending)
