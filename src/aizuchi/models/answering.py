"""One answer of an endpoint as it arrives: bytes of any kind in, text out, and how it ended."""

from typing import Literal

from aizuchi.answers import ToolCall
from aizuchi.errors import (
    ContentFiltered,
    ModelCut,
    ModelEmpty,
    ModelError,
    ModelMalformed,
)
from aizuchi.models import failures
from aizuchi.models.completions import Completion
from aizuchi.models.failures import Endpoint
from aizuchi.models.sse import EventReader, Unreadable, parse
from aizuchi.ports import Ending

WHOLE_BYTES = 8 * 1024 * 1024
LENGTHS = ("length", "max_tokens")


class Answer:
    """Reads an answer that is a stream, or a whole completion from a gateway that cannot stream."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._completion = Completion()
        self._events = EventReader()
        self._known = False
        self._whole: bytes | None = None
        self._unknown = b""

    @property
    def begun(self) -> bool:
        """The model works: it has said or thought something."""
        return self._completion.begun or self._whole is not None

    @property
    def signs(self) -> int:
        """How many words, thoughts and reasons to end have come."""
        return self._completion.signs

    @property
    def finished(self) -> bool:
        """The answer is whole; at most its usage is still to come."""
        return bool(self._completion.finish)

    @property
    def over(self) -> bool:
        """Nothing that still comes matters."""
        completion = self._completion
        return self._events.done or completion.error is not None or bool(self._unreadable)

    @property
    def _unreadable(self) -> str:
        return self._events.unreadable or self._completion.unreadable

    def take(self, data: bytes) -> str:
        """The text in these bytes.

        Raises:
            ModelMalformed: they are not part of an answer.
        """
        try:
            if self._known:
                return self._completion.take(self._events.feed(data))
            return self._take_first(data)
        except Unreadable as error:
            raise self._malformed(str(error)) from None

    def rest(self) -> str:
        """The text that only the end of the connection completes."""
        try:
            if self._whole is not None:
                return self._completion.take(self._whole_completion())
            return self._completion.take(self._events.end()) + self._completion.end()
        except Unreadable as error:
            raise self._malformed(str(error)) from None

    def ending(self) -> Ending:
        """How the answer ended.

        Raises:
            ModelError: it is none, or no whole one.
        """
        completion = self._completion
        if self._unreadable:
            raise self._malformed(self._unreadable)
        if completion.error is not None:
            raise failures.of_event(self._endpoint, completion.error)
        if completion.finish == "content_filter":
            raise self._failure(ContentFiltered, "The filter of {address} stopped “{model}”.")
        if not (completion.finish or self._events.done):
            raise self._broken_off()
        calls = self.calls
        if not (completion.spoke or calls):
            raise self._failure(ModelEmpty, "“{model}” at {address} gave an empty answer.")
        reason: Literal["length", "stop"] = "length" if completion.finish in LENGTHS else "stop"
        used = completion.tokens_in, completion.tokens_out
        return Ending("tools", *used) if calls else Ending(reason, *used)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls of tools that the answer asks for, whatever it says that it ended for."""
        return self._completion.calls.whole()

    def _take_first(self, data: bytes) -> str:
        """Tells by the first character what comes: `{` is a whole completion, `<` a web page."""
        self._unknown += data
        beginning = self._unknown.lstrip()[:1]
        if self._whole is not None or beginning == b"{":
            self._whole = self._unknown
            if len(self._whole) > WHOLE_BYTES:
                raise Unreadable(f"a completion of more than {WHOLE_BYTES} bytes")
        elif beginning == b"<":
            raise Unreadable(f"a web page: {self._unknown[:300]!r}")
        elif beginning:
            self._known = True
            return self._completion.take(self._events.feed(self._unknown))
        return ""

    def _whole_completion(self) -> list[object]:
        event = parse(self._whole or b"")
        if event is None:
            raise Unreadable(f"not JSON: {(self._whole or b'')[:300]!r}")
        return [event]

    def _broken_off(self) -> ModelError:
        if (self._known or self._whole) and not self._completion.recognised:
            return self._malformed(f"no chunk in it: {self._unknown[:300]!r}")
        return self._failure(
            ModelCut, "The connection to “{model}” at {address} broke off before the answer's end."
        )

    def _malformed(self, detail: str) -> ModelError:
        what = (
            "What {address} sent for “{model}” is not a stream of chat completions. "
            "Check that {url} is an OpenAI-compatible endpoint."
        )
        return self._failure(ModelMalformed, what, detail)

    def _failure(self, kind: type[ModelError], what: str, detail: str = "") -> ModelError:
        return failures.told(kind, self._endpoint, what, detail)
