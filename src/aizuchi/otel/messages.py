"""What was said, as the GenAI conventions write it in an attribute: a list of messages, in JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aizuchi.answers import ToolCall
from aizuchi.ports import PromptMessage

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def asked_of(text: str) -> str:
    """A message of a person."""
    return _compact([{"role": "user", "parts": [_text(text)]}])


def prompt_of(prompt: Iterable[PromptMessage]) -> str:
    """All that a model was told."""
    return _compact([{"role": line.role, "parts": _parts(line)} for line in prompt])


def said_of(text: str, calls: Sequence[ToolCall], reason: str) -> str:
    """What came back."""
    parts = [*([_text(text)] if text else []), *map(_call, calls)]
    return _compact([{"role": "assistant", "parts": parts, "finish_reason": reason}])


def _parts(line: PromptMessage) -> list[Mapping[str, Any]]:
    if line.role == "tool":
        return [{"type": "tool_call_response", "id": line.call_id, "response": line.text}]
    return [*([_text(line.text)] if line.text else []), *map(_call, line.calls)]


def _text(text: str) -> Mapping[str, Any]:
    return {"type": "text", "content": text}


def _call(call: ToolCall) -> Mapping[str, Any]:
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        arguments = call.arguments
    return {"type": "tool_call", "id": call.id, "name": call.name, "arguments": arguments}
