"""A pydantic-ai Agent as a brain: its text as it comes, its tools as steps."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from aizuchi.answers import Step
from aizuchi.brain import Brain, Saying, Turn
from aizuchi.history import Exchange
from aizuchi.ports import Ending
from aizuchi.words import say

PARAGRAPH = "\n\n"


def brain_of(agent: Any) -> Brain:
    """The agent as it is run for a turn."""

    async def answer(turn: Turn) -> AsyncIterator[Saying]:
        reading = _Reading(turn)
        asked, history = _question(turn), _messages(turn.history)
        async with agent.run_stream_events(asked, message_history=history) as events:
            async for event in events:
                for part in reading.read(event):
                    yield part

    return answer


def _question(turn: Turn) -> Any:
    """What is asked: words, and after them what there is to be seen."""
    if not turn.pictures:
        return turn.text
    from pydantic_ai import BinaryContent

    shown = [BinaryContent(one.content, media_type=one.media_type) for one in turn.pictures]
    return [turn.text, *shown]


def _messages(history: Sequence[Exchange]) -> list[Any]:
    """What was said before, in the framework's own words."""
    from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, UserPromptPart

    pairs = (
        (
            ModelRequest(parts=[UserPromptPart(content=exchange.question)]),
            ModelResponse(parts=[TextPart(content=exchange.answer)]),
        )
        for exchange in history
    )
    return [message for pair in pairs for message in pair]


class _Reading:
    """The events of one run."""

    def __init__(self, turn: Turn) -> None:
        self._language = turn.language
        self._has_spoken = False
        self._titles: dict[str, str] = {}

    def read(self, event: Any) -> list[Saying]:
        match getattr(event, "event_kind", ""):
            case "part_start" if getattr(event.part, "part_kind", "") == "text":
                return self._begin(event.part.content)
            case "part_delta" if getattr(event.delta, "part_delta_kind", "") == "text":
                return [str(event.delta.content_delta)]
            case "function_tool_call":
                return [self._step(event.part.tool_call_id, str(event.part.tool_name))]
            case "function_tool_result":
                return [self._step(event.tool_call_id, "", done=True)]
            case "agent_run_result":
                return self._end(event.result)
        return []

    def _begin(self, text: str) -> list[Saying]:
        before = [PARAGRAPH] if self._has_spoken else []
        self._has_spoken = True
        return [*before, text]

    def _step(self, id_: str, tool: str, *, done: bool = False) -> Step:
        if tool:
            self._titles[id_] = say("using_tool", self._language, tool=tool)
        return Step(id_, self._titles.get(id_, ""), "done" if done else "running")

    def _end(self, result: Any) -> list[Saying]:
        """An agent whose answer is no text says it as it is."""
        usage = result.usage
        ending = Ending("stop", usage.input_tokens or 0, usage.output_tokens or 0)
        return [ending] if self._has_spoken else [str(result.output), ending]
