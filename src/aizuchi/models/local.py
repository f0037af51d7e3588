"""The demo model: SmolLM2 in a process of its own, asked like any OpenAI-compatible endpoint."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from aizuchi.errors import ModelSilent, ModelUnavailable, ModelUnreachable
from aizuchi.models.openai import OpenAIModel
from aizuchi.models.smol import LABEL
from aizuchi.models.smol_process import Address, SmolProcess
from aizuchi.models.smol_prompt import ANSWER_TOKENS, fitted, is_english
from aizuchi.models.wording import english_only, question_in
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.settings.sections import ModelSettings
from aizuchi.words import language_of


class LocalModel:
    """Answers in English; in any other language it says that it cannot."""

    label = LABEL

    def __init__(self, process: SmolProcess, asked: ModelSettings) -> None:
        self._process, self._asked = process, asked
        self._at: Address | None = None
        self._model: OpenAIModel | None = None

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        question = question_in(prompt)
        if not is_english(question):
            yield Text(english_only(language_of(question)))
            yield Ending("stop")
            return
        prompt = fitted(prompt)
        model = await self._ready()
        try:
            async with aclosing(model.stream(prompt)) as parts:  # type: ignore[type-var]
                async for part in parts:
                    yield part
        except ModelUnreachable as error:  # it has just died, and is started again
            raise ModelUnavailable(error.what, detail=error.detail) from None

    async def aclose(self) -> None:
        model, self._model, self._at = self._model, None, None
        if model:
            await model.aclose()

    async def _ready(self) -> OpenAIModel:
        """The way to the process that runs now, once it has started."""
        try:
            async with asyncio.timeout(self._asked.first_token_s):
                address = await self._process.address()
        except TimeoutError:
            raise ModelSilent("the demo model did not start in time") from None
        if self._model is None or address != self._at:
            await self.aclose()
            self._at, self._model = address, self._connect(address)
        return self._model

    def _connect(self, address: Address) -> OpenAIModel:
        asked = self._asked
        return OpenAIModel(
            model="demo",
            base_url=address.base_url,
            api_key=address.key,
            temperature=asked.temperature,
            max_tokens=min(asked.max_tokens or ANSWER_TOKENS, ANSWER_TOKENS),
            connect_s=asked.connect_s,
            first_token_s=asked.first_token_s,
            idle_s=asked.idle_s,
        )
