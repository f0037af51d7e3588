"""Server-sent events as model endpoints send them: bytes in, however they are cut, JSON out."""

import json
from typing import Any

LINE_BYTES = 8 * 1024 * 1024
DONE = b"[DONE]"
BOM = b"\xef\xbb\xbf"


class Unreadable(Exception):
    """What came is not a stream of chat completions; the message quotes it, for the log."""


class EventReader:
    """Reads the `data` of events. All that one read of the socket held is parsed in one go.

    Once `unreadable` says why, nothing more can be read; what came before it is good.
    """

    def __init__(self) -> None:
        self.done = False
        self.unreadable = ""
        self.seen = False
        self._rest = b""
        self._after_cr = False
        self._open = b""

    def feed(self, data: bytes) -> list[Any]:
        """The events that this read completes, in order.

        Raises:
            Unreadable: a line does not end.
        """
        lines = self._lines(data)
        payloads = [line[5:] for line in lines if line.startswith(b"data:")]
        if payloads and payloads[-1].strip() == DONE:
            self.done = True
            payloads.pop()
        events: list[Any] | None = None
        if not self._open:
            events = parse(b"[%b]" % b",".join(payloads))
        if events is None:
            return self._one_by_one(lines)
        self.seen = self.seen or bool(payloads)
        return events

    def end(self) -> list[Any]:
        """The event that the end of the stream completes, if there is one."""
        return self.feed(b"\n\n") if self._rest or self._open else []

    def _lines(self, data: bytes) -> list[bytes]:
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
        self._after_cr = data.endswith(b"\r")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LINE_BYTES:
            raise Unreadable(f"a line is longer than {LINE_BYTES} bytes")
        if lines and not self.seen:
            lines[0] = lines[0].removeprefix(BOM)
        return lines

    def _one_by_one(self, lines: list[bytes]) -> list[Any]:
        """The same, line by line: an event may have several, and its end is an empty one."""
        events: list[Any] = []
        for line in lines:
            if line.startswith(b"data:"):
                self._take(line[5:].strip(), events)
            elif not line and self._open:
                self.unreadable = f"not JSON: {self._open[:300]!r}"
                break
        return events

    def _take(self, payload: bytes, events: list[Any]) -> None:
        if payload == DONE and not self._open:
            self.done = True
        elif payload:
            self.seen = True
            self._open = b"%b\n%b" % (self._open, payload) if self._open else payload
            if (event := parse(self._open)) is not None:
                self._open = b""
                events.append(event)


def parse(payload: bytes) -> Any:
    """JSON, or None where it is none: half an event, or junk."""
    try:
        return json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
