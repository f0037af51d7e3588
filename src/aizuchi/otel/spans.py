"""What happens to a message, as spans of one trace, with the names of the GenAI conventions.

The trace of a message and its root have ids that follow from the message's own: what several
attempts and processes have done for it is in one trace. The root is written once, at its end.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, assert_never
from urllib.parse import urlsplit

from aizuchi.events import Message
from aizuchi.happenings import (
    Accepted,
    Claimed,
    EndWritten,
    Happening,
    ModelCalled,
    PlatformCalled,
    Settled,
    SignGiven,
    TextBegun,
    ToolCalled,
)
from aizuchi.otel.messages import asked_of, prompt_of, said_of
from aizuchi.recall import person_of

Value = str | int | float | bool | tuple[str, ...]
PORTS = {"http": 80, "https": 443}
REASONS = {"tools": "tool_call"}
"""Where the conventions have another word for why a model ended."""

WELL = ("answered", "asks", "cancelled", "refused")
"""Outcomes that are no error of ours."""


class Span(NamedTuple):
    """A span before it is one of the SDK's: times in seconds, `error` the type of what failed.
    `calls_out`: it is a call of somebody else's server."""

    name: str
    began: float
    ended: float
    attributes: Mapping[str, Value]
    error: str = ""
    calls_out: bool = False
    is_root: bool = False


class Pen(NamedTuple):
    """How spans are written: with `text` only if that is wanted, and who they are about under a
    name that only the `key` of this installation makes. `agent_on` says what the assistant is
    called on a surface."""

    key: bytes
    agent_on: Callable[[str], str]
    text: bool = False

    def trace_of(self, message: Message) -> tuple[int, int]:
        """The ids of a message's trace and of its root; neither is ever 0."""
        digest = self._digest(f"trace:{message.turn_id}")
        return int.from_bytes(digest[:16]) | 1, int.from_bytes(digest[16:24]) | 1

    def span_of(self, message: Message, happening: Happening) -> Span | None:
        """None where it is nothing that takes time of its own."""
        match happening:
            case ModelCalled():
                span = self._model(happening)
            case ToolCalled():
                span = self._tool(happening)
            case PlatformCalled():
                span = _platform(happening)
            case Settled():
                span = self._root(message, happening)
            case Accepted() | Claimed() | SignGiven() | TextBegun() | EndWritten():
                return None
            case never:
                assert_never(never)
        return span._replace(attributes={**self._about(message), **span.attributes})

    def _about(self, message: Message) -> dict[str, Value]:
        """Whose message it is, for those who may ask `aizuchi why`."""
        conversation = self._hidden(message.conversation)
        return {
            "aizuchi.turn.id": message.turn_id,
            "aizuchi.surface": message.surface,
            "gen_ai.conversation.id": conversation,
            "session.id": conversation,
            "user.id": self._hidden(person_of(message)),
        }

    def _root(self, message: Message, settled: Settled) -> Span:
        finished, how = settled.finished, settled.settlement.settled_as
        reason, agent = settled.settlement.reason or finished.code, self.agent_on(message.surface)
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": agent,
            "aizuchi.outcome": how,
            "aizuchi.attempts": settled.attempts,
            **({"aizuchi.reason": reason} if reason else {}),
            **({"aizuchi.incident": finished.incident} if finished.incident else {}),
        }
        if self.text:
            attributes["gen_ai.input.messages"] = asked_of(message.text)
            attributes["gen_ai.output.messages"] = said_of(finished.text, (), "stop")
        error = "" if how in WELL else reason or how
        name = f"invoke_agent {agent}"
        return Span(name, settled.accepted_at, settled.at, attributes, error, is_root=True)

    def _model(self, call: ModelCalled) -> Span:
        asked, ending = call.asked, call.ending
        reason = REASONS.get(ending.reason, ending.reason) if ending else "error"
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": asked.provider,
            "gen_ai.request.model": asked.model,
            "gen_ai.request.stream": True,
            "aizuchi.endpoint": call.endpoint,
            **_server(asked.address),
        }
        if ending:
            attributes["gen_ai.response.finish_reasons"] = (reason,)
            attributes["gen_ai.usage.input_tokens"] = ending.tokens_in
            attributes["gen_ai.usage.output_tokens"] = ending.tokens_out
        if self.text:
            attributes["gen_ai.input.messages"] = prompt_of(call.prompt)
            attributes["gen_ai.output.messages"] = said_of(call.text, call.calls, reason)
        name = f"chat {asked.model}".strip()
        return Span(name, call.began, call.ended, attributes, call.error, calls_out=True)

    def _tool(self, called: ToolCalled) -> Span:
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": called.name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": called.call.id,
        }
        if self.text:
            attributes["gen_ai.tool.call.arguments"] = called.call.arguments
            attributes["gen_ai.tool.call.result"] = called.text
        error = "tool_failed" if called.failed else ""
        return Span(f"execute_tool {called.name}", called.began, called.ended, attributes, error)

    def _hidden(self, name: str) -> str:
        return self._digest(f"who:{name}").hex()[:16]

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def _platform(call: PlatformCalled) -> Span:
    operation = re.sub(r"(?<!^)(?=[A-Z])", "_", call.operation).lower()
    attributes: dict[str, Value] = {
        "aizuchi.delivery.operation": operation,
        "aizuchi.delivery.result": call.result,
    }
    error = "" if call.result in ("sent", "absent") else call.code or call.result
    return Span(f"deliver {operation}", call.began, call.ended, attributes, error, calls_out=True)


def _server(address: str) -> dict[str, Value]:
    parts = urlsplit(address)
    if not parts.hostname:
        return {}
    port = parts.port or PORTS.get(parts.scheme, 0)
    return {"server.address": parts.hostname, "server.port": port}
