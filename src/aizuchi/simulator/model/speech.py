"""What the fake model says: its words, and the chunks that carry them. Pure."""

import json
import re
import zlib
from typing import Any

from aizuchi.simulator.model.behaviour import Behaviour
from aizuchi.simulator.model.checking import Asked
from aizuchi.simulator.model.refusals import CANARY, error_body
from aizuchi.simulator.model.tools import Order, deltas, orders_in, whole_calls

CREATED = 1_700_000_000
DONE = b"data: [DONE]\n\n"
PING = b": keep-alive\n\n"
HALF_A_CHUNK = f'data: {{"id":"{CANARY}","choices":[{{"delta":{{"content":"{CANARY}\n\n'.encode()
NO_EVENT = f"upstream connect error or disconnect, reset reason: {CANARY}\n\n".encode()
PAGE = (
    f"<!DOCTYPE html>\n<html><head><title>Sign in {CANARY}</title></head>"
    f"<body><h1>502 Bad Gateway</h1>{CANARY}</body></html>\n"
).encode()
PLAIN = f"It works! {CANARY}\n".encode()


def words_of(behaviour: Behaviour, call: int, question: str) -> list[str]:
    """What the answer of this call says, word by word."""
    if behaviour.text:
        return re.findall(r"\s*\S+\s*", behaviour.text)
    mark = zlib.crc32(question.encode()) % 1000
    sign = "語" if behaviour.split else ""
    first = ["x" * behaviour.huge] if behaviour.huge else []
    return first + [f"{call}.{word}.{mark}{sign} " for word in range(behaviour.tokens)]


def orders_for(behaviour: Behaviour, asked: Asked) -> list[Order]:
    """The tools that are called in this call."""
    if behaviour.use:
        return orders_in(behaviour.use)
    if not behaviour.obeys or asked.is_answered:
        return []
    return [order for order in orders_in(asked.question) if order.name in asked.tools]


class Speech:
    """The chunks of one answer."""

    def __init__(self, behaviour: Behaviour, call: int, asked: Asked) -> None:
        self._behaviour, self._call, self._asked = behaviour, call, asked
        self.orders = orders_for(behaviour, asked)
        silent = self.orders and not behaviour.text
        self.words = [] if silent else words_of(behaviour, call, asked.question)

    def role(self) -> bytes:
        """The first chunk."""
        content = None if self._behaviour.null else ""
        return self._chunk({"role": "assistant", "content": content})

    def thought(self, number: int) -> bytes:
        return self._chunk({"reasoning_content": f"thought {number} {CANARY} "})

    def word(self, word: str) -> bytes:
        return self._chunk({"content": word})

    def calls(self) -> list[bytes]:
        """The chunks of the tools that it calls."""
        form = self._behaviour.call_form
        return [self._chunk(delta) for delta in deltas(self.orders, self._call, form)]

    def finish(self, reason: str) -> bytes:
        """The reason, the usage if it is told, and [DONE]."""
        if self.orders and self._behaviour.call_form != "bare":
            reason = "tool_calls"
        parts = [self._chunk({}, reason)]
        if self._tells_usage():
            parts.append(_event(self._head() | {"choices": [], "usage": self.usage()}))
        return b"".join([*parts, DONE])

    def error(self) -> bytes:
        """An error in the place of a chunk."""
        return _event(error_body("The server had an error.", "server_error", "internal_error"))

    def whole(self) -> bytes:
        """The answer as one completion."""
        message: dict[str, Any] = {
            "role": "assistant",
            "content": "".join(self.words),
            "refusal": None,
        }
        if self.orders:
            message["tool_calls"] = whole_calls(self.orders, self._call)
        choice = {"index": 0, "message": message, "finish_reason": self._reason()}
        head = self._head("chat.completion")
        return json.dumps(head | {"choices": [choice], "usage": self.usage()}).encode()

    def usage(self) -> dict[str, int]:
        read, written = self._asked.words, len(self.words)
        counts = {"prompt_tokens": read, "completion_tokens": written}
        return counts | {"total_tokens": read + written}

    def _reason(self) -> str:
        end = self._behaviour.end
        if self.orders:
            return "tool_calls"
        return end if end in ("length", "content_filter") else "stop"

    def _tells_usage(self) -> bool:
        asked = self._behaviour.usage == "asked" and self._asked.wants_usage
        return asked or self._behaviour.usage == "always"

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return _event(self._head() | {"choices": [choice]})

    def _head(self, kind: str = "chat.completion.chunk") -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{self._call}-{CANARY}",
            "object": kind,
            "created": CREATED,
            "model": self._asked.model,
            "system_fingerprint": CANARY,
        }


def _event(value: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
