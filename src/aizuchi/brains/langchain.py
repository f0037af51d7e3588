"""A LangChain runnable or LangGraph graph as a brain: its text as it comes, its tools as steps.

A runnable is given the messages, as chat models are; a graph is given `{"messages": […]}`.
"""

from collections.abc import AsyncIterator
from typing import Any

from aizuchi.answers import Step, StepState
from aizuchi.attachments import data_url
from aizuchi.brain import Brain, Saying, Turn
from aizuchi.ports import Ending
from aizuchi.words import say

PARAGRAPH = "\n\n"


def brain_of(runnable: Any) -> Brain:
    """The runnable as it is run for a turn."""
    is_graph = hasattr(runnable, "aget_state")

    async def answer(turn: Turn) -> AsyncIterator[Saying]:
        reading, messages = _Reading(turn), _messages(turn)
        if is_graph:
            chunks = runnable.astream({"messages": messages}, stream_mode="messages")
        else:
            chunks = runnable.astream(messages)
        async for chunk in chunks:
            for part in reading.read(chunk[0] if is_graph else chunk):
                yield part

    return answer


def _messages(turn: Turn) -> list[tuple[str, Any]]:
    before: list[tuple[str, Any]] = [
        line
        for exchange in turn.history
        for line in (("human", exchange.question), ("ai", exchange.answer))
    ]
    return [*before, ("human", _question(turn))]


def _question(turn: Turn) -> Any:
    """What is asked: words, and after them what there is to be seen."""
    if not turn.pictures:
        return turn.text
    shown = [{"type": "image_url", "image_url": {"url": data_url(one)}} for one in turn.pictures]
    return [{"type": "text", "text": turn.text}, *shown]


class _Reading:
    """The chunks of one run."""

    def __init__(self, turn: Turn) -> None:
        self._language = turn.language
        self._speaker = ""
        self._titles: dict[str, str] = {}

    def read(self, chunk: Any) -> list[Saying]:
        if isinstance(chunk, str):
            return [chunk]
        match getattr(chunk, "type", ""):
            case "tool":
                return self._returned(chunk)
            case "AIMessageChunk" | "ai":
                return [*self._spoken(chunk), *self._called(chunk), *_used(chunk)]
        return []

    def _spoken(self, chunk: Any) -> list[Saying]:
        text = str(chunk.text)
        if not text:
            return []
        speaker, self._speaker = self._speaker, chunk.id or "one"
        return [PARAGRAPH, text] if speaker not in ("", self._speaker) else [text]

    def _called(self, chunk: Any) -> list[Saying]:
        """Of a call that comes in pieces the first one has the name."""
        begun = [call for call in chunk.tool_calls if call["name"] and call["id"]]
        fresh = [call for call in begun if call["id"] not in self._titles]
        for call in fresh:
            self._titles[call["id"]] = say("using_tool", self._language, tool=call["name"])
        return [Step(call["id"], self._titles[call["id"]]) for call in fresh]

    def _returned(self, chunk: Any) -> list[Saying]:
        title = self._titles.get(chunk.tool_call_id)
        state: StepState = "failed" if chunk.status == "error" else "done"
        return [Step(chunk.tool_call_id, title, state)] if title else []


def _used(chunk: Any) -> list[Saying]:
    usage = chunk.usage_metadata
    return [Ending("stop", usage["input_tokens"], usage["output_tokens"])] if usage else []
