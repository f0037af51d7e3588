"""The calls of tools in a stream of chunks: pieces by index, whole ones, with ids or without."""

import json
from collections.abc import Sequence
from typing import Any

from aizuchi.answers import ToolCall
from aizuchi.ports import Declared, PromptMessage

MOST_CALLS = 64
MOST_CHARS = 1_000_000


class _Call:
    """One call as far as its pieces have come."""

    def __init__(self) -> None:
        self.id = self.name = ""
        self.arguments: list[str] = []

    def is_whole(self) -> bool:
        return bool(self.name) and _object("".join(self.arguments)) is not None


class Calls:
    """Collects calls; `unreadable` says why nothing more can be collected."""

    def __init__(self) -> None:
        self.unreadable = ""
        self._calls: list[_Call] = []
        self._open: dict[int, _Call] = {}
        self._chars = 0

    def take(self, pieces: Any) -> None:
        """The `tool_calls` of a delta, or of a whole message."""
        if not isinstance(pieces, list):
            self.unreadable = f"not tool calls: {str(pieces)[:300]}"
            return
        for place, piece in enumerate(pieces):
            self._take(piece, place)

    def whole(self) -> tuple[ToolCall, ...]:
        """The calls, in the order in which they began; one without a name is none."""
        return tuple(
            ToolCall(call.id, call.name, "".join(call.arguments))
            for call in self._calls
            if call.name
        )

    def _take(self, piece: Any, place: int) -> None:
        function = piece.get("function") if isinstance(piece, dict) else None
        if not isinstance(function, dict):
            self.unreadable = f"not a tool call: {str(piece)[:300]}"
            return
        index = piece.get("index")
        index = index if isinstance(index, int) else place
        given, name = _text(piece.get("id")), _text(function.get("name"))
        arguments = _arguments(function.get("arguments"))
        call = self._call(index, given, name, arguments)
        call.id, call.name = call.id or given, call.name or name
        call.arguments.append(arguments)
        self._chars += len(arguments)
        if len(self._calls) > MOST_CALLS or self._chars > MOST_CHARS:
            self.unreadable = "more tool calls than anybody could mean"

    def _call(self, index: int, given: str, name: str, arguments: str) -> _Call:
        """The call that a piece belongs to. Some endpoints give every call the index 0, or none:
        then another id, or another whole call where there are no ids, is the next one."""
        call = self._open.get(index)
        if call is not None:
            is_another = given != call.id if given and call.id else bool(name and arguments)
            if not (is_another and (given or call.is_whole())):
                return call
        call = self._open[index] = _Call()
        self._calls.append(call)
        return call


def calls_asked(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Calls as an assistant's line of the prompt has them. Not every endpoint takes arguments
    that are no JSON, though models write such."""
    return [
        {
            "id": call.id,
            "type": "function",
            "function": {
                "name": call.name,
                "arguments": call.arguments if _object(call.arguments) is not None else "{}",
            },
        }
        for call in calls
    ]


def tools_of(prompt: Sequence[PromptMessage], tools: Sequence[Declared]) -> dict[str, Any]:
    """What a request says of tools. Where none may be called any more, those that were are named
    all the same: not every endpoint reads of calls without knowing the tool."""
    if tools:
        return {"tools": [_declared(*tool) for tool in tools]}
    names = dict.fromkeys(call.name for message in prompt for call in message.calls)
    if not names:
        return {}
    said = [_declared(name, "", {"type": "object", "properties": {}}) for name in names]
    return {"tools": said, "tool_choice": "none"}


def _declared(name: str, description: str, parameters: Any) -> dict[str, Any]:
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _arguments(given: Any) -> str:
    """As text, though some endpoints send the object itself."""
    return given if isinstance(given, str) else json.dumps(given) if given is not None else ""


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
