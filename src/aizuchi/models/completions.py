"""What a stream of chat completion chunks says: its text, how it ended, what it used."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aizuchi.models.toolcalls import Calls

NOT_TEXT = re.compile("[\0\ud800-\udfff]")
HIGH_HALVES = ("\ud800", "\udbff")
THOUGHTS = ("reasoning_content", "reasoning", "tool_calls", "function_call")


class Completion:
    """An answer as its chunks tell it so far; `unreadable` says why it cannot be told further."""

    def __init__(self) -> None:
        self.unreadable = ""
        self.finish = ""
        self.error: object = None
        self.recognised = False
        self.begun = False
        self.signs = 0
        self.spoke = False
        self.tokens_in = 0
        self.tokens_out = 0
        self.calls = Calls()
        self._half = ""

    def take(self, events: Iterable[Any]) -> str:
        """The text in these events, up to the first that is no chunk of a chat completion; `begun`
        is set once the model works, if only in thought."""
        texts: list[str] = []
        for event in events:
            if not isinstance(event, dict):
                self.unreadable = f"not a chunk: {str(event)[:300]}"
                break
            if "choices" in event:
                self.recognised = True
                if event["choices"]:
                    self._take_choice(event["choices"], texts)
            if event.get("usage"):
                self._take_usage(event["usage"])
            if error := _error_in(event):
                self.error = error
            if self.unreadable or error:
                break
        return self._clean("".join(texts)) if texts else ""

    def end(self) -> str:
        """What is left of a character that never became whole."""
        return "\ufffd" if self._half else ""

    def _take_choice(self, choices: Any, texts: list[str]) -> None:
        try:
            choice = choices[0]
            said = choice.get("delta") or choice.get("message") or {}
            text = said.get("content")
            reason = choice.get("finish_reason")
            self.finish = reason or self.finish
            self.signs += bool(text or reason or any(said.get(sign) for sign in THOUGHTS))
        except (LookupError, TypeError, AttributeError):
            self.unreadable = f"not the choices of a chunk: {str(choices)[:300]}"
            return
        if text and isinstance(text, str):
            texts.append(text)
        else:
            self._take_rarer(said, text, texts)
        if said.get("tool_calls") or said.get("function_call"):
            self._take_calls(said)

    def _take_rarer(self, said: Mapping[str, Any], content: Any, texts: list[str]) -> None:
        """Refusals, content in parts, and signs that the model works but does not speak yet."""
        if isinstance(content, list):
            texts.extend(_text_of(part) for part in content)
            self.begun = True
        if isinstance(refusal := said.get("refusal"), str):
            texts.append(refusal)
        self.begun = self.begun or any(said.get(sign) for sign in THOUGHTS)

    def _take_calls(self, said: Mapping[str, Any]) -> None:
        """Calls of tools; `function_call` is how there was only one."""
        self.calls.take(said.get("tool_calls") or [{"function": said["function_call"]}])
        self.unreadable = self.unreadable or self.calls.unreadable

    def _take_usage(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self.tokens_in = _count(usage.get("prompt_tokens"))
            self.tokens_out = _count(usage.get("completion_tokens"))

    def _clean(self, text: str) -> str:
        """The text without NUL and without half characters: two halves may come apart."""
        text = self._half + text
        self._half = ""
        if NOT_TEXT.search(text):
            if HIGH_HALVES[0] <= text[-1] <= HIGH_HALVES[1]:
                text, self._half = text[:-1], text[-1]
            text = _whole(text.replace("\0", ""))
        self.begun = self.begun or bool(text)
        self.spoke = self.spoke or not (text.isspace() or not text)
        return text


def _whole(text: str) -> str:
    """Two halves of a character joined; a half alone becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _error_in(event: Mapping[str, Any]) -> object:
    """The error that an endpoint sends in the place of a chunk, in any of its usual forms."""
    if event.get("error"):
        return event["error"]
    return event if event.get("object") == "error" else None


def _text_of(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
    return text if isinstance(text, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0
