"""An answer log as the AI SDK's UI message stream: entries to chunks, chunks to SSE frames. Pure.

A piece of text is encoded once, whoever listens. A frame's `id:` is where its entry stands, so a
client that shows its last one gets the rest; an entry of several chunks has the id on its last.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from json import dumps
from json.encoder import encode_basestring
from typing import Any

from aizuchi.answers import (
    BEGINNING,
    HEARD,
    Finished,
    Logged,
    Position,
    Restarted,
    Source,
    Step,
    TextDelta,
    ToolReturned,
)
from aizuchi.surfaces.web.wording import line as word
from aizuchi.words import Language, say

HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-vercel-ai-ui-message-stream", b"v1"),
)
DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"

MERGED_FROM = 8
MERGED_CHARS = 1_000
THINKING = "thinking"
LINE_BREAKS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
EVENT_ID = re.compile(r"(.{1,128}):(\d{1,9}):(-?\d{1,9})")


class AnswerFrames:
    """One listener's way through one answer. Fed with entries, it gives what to send.

    The text of an answer is one part; `start-step` stands open before it, so that `reset-step`
    takes away whatever a broken attempt has shown.
    """

    def __init__(
        self,
        turn_id: str,
        language: Language,
        after: Position = BEGINNING,
        seen: Sequence[Logged] = (),
    ) -> None:
        """A listener who has read up to a position says what of the log stands by then."""
        self._turn_id, self._language = turn_id, language
        self._begun = after > BEGINNING
        self._saw_all = after <= HEARD
        self._writing = after.attempt if was_writing(seen, after) else 0
        self._chars = 0
        self._sources: list[Source] = []
        self.ended = False

    def begin(self) -> bytes:
        """What a listener gets at once."""
        if self._begun:
            return b""
        self._begun = True
        start = _chunk("start", messageId=self._turn_id)
        return start + self._heard("heard") + self._numbered(HEARD, _chunk("start-step"))

    def feed(self, lines: Sequence[Logged]) -> bytes:
        """The frames of the entries that came."""
        frames = [] if self._begun else [self.begin()]
        for line in merged(lines) if len(lines) >= MERGED_FROM else lines:
            entry = line.entry
            if type(entry) is TextDelta and line.position.attempt == self._writing:
                frames.append(line.frame or self._delta(line))
                self._chars += len(entry.text)
            else:
                frames += self._other(line)
        return b"".join(frames)

    def end(self, last: Logged | None) -> bytes:
        """The close for who has read to the end, or whose chat was deleted meanwhile."""
        if last is not None and isinstance(last.entry, Finished):
            return self._closing(last.position, last.entry)
        return self.begin() + self._closing(HEARD, Finished("cancelled", ""))

    def _other(self, line: Logged) -> Iterator[bytes]:
        match line.entry:
            case TextDelta(text):
                yield self._text_start(line.position.attempt)
                yield line.frame or self._delta(line)
                self._chars += len(text)
            case Step() as step:
                yield self._step(line.position, step)
            case ToolReturned(sources=sources) if sources:
                self._sources += sources
                yield self._numbered(line.position, _told(sources))
            case Restarted():
                self._writing = self._chars = 0
                self._saw_all = True
                yield self._heard(THINKING) + _chunk("reset-step") + _told(self._sources)
            case Finished() as finished:
                yield self._missing(line.position, finished.text)
                yield self._closing(line.position, finished)
            case _:
                pass

    def _delta(self, line: Logged) -> bytes:
        """Made once: the same for all who listen, so nothing of the listener is in it."""
        assert isinstance(line.entry, TextDelta)
        line.frame = self._text(line.position, line.entry.text)
        return line.frame

    def _text(self, position: Position, text: str) -> bytes:
        attempt, n = position
        return (
            f'id: {self._turn_id}:{attempt}:{n}\ndata: {{"type":"text-delta",'
            f'"id":"t{attempt}","delta":{_quoted(text)}}}\n\n'
        ).encode("utf-8", "replace")

    def _text_start(self, attempt: int) -> bytes:
        reset = _chunk("reset-step") if self._writing else b""
        self._writing, self._chars = attempt, 0
        return reset + self._heard("writing") + _chunk("text-start", id=f"t{attempt}")

    def _step(self, position: Position, step: Step) -> bytes:
        if step.id == THINKING:
            return self._numbered(position, self._heard(THINKING, step.title))
        chunk = _frame(step_part(step))
        stage = self._heard("working", step.title) if step.state == "running" else b""
        return stage + self._numbered(position, chunk)

    def _heard(self, stage: str, text: str = "") -> bytes:
        text = text or self._sign(stage)
        return _chunk("data-heard", id="heard", data={"stage": stage, "text": text})

    def _sign(self, stage: str) -> str:
        match stage:
            case "heard" | "thinking":
                return say(stage, self._language)
            case "writing":
                return word("writing", self._language)
        return ""

    def _missing(self, position: Position, text: str) -> bytes:
        """The stored text is the answer: what was streamed otherwise gives way to it."""
        if not self._saw_all or self._chars == len(text):
            return b""
        reset = _chunk("reset-step") if self._writing else b""
        self._writing = position.attempt if text else 0
        start = _chunk("text-start", id=f"t{position.attempt}")
        return reset + (start + self._text(position, text) if text else b"")

    def _closing(self, position: Position, finished: Finished) -> bytes:
        self.ended = True
        chunks = [_chunk("text-end", id=f"t{self._writing}")] if self._writing else []
        chunks += [_chunk("finish-step"), self._heard("done")]
        outcome, _, said, code, incident = finished
        if data := outcome_of(outcome, said, code, incident):
            chunks.append(_chunk("data-outcome", id="outcome", data=data))
        chunks.append(self._numbered(position, _last(finished)))
        return b"".join(chunks)

    def _numbered(self, position: Position, chunk: bytes) -> bytes:
        return f"id: {self._turn_id}:{position.attempt}:{position.n}\n".encode() + chunk


def outcome_of(outcome: str, said: str, code: str, incident: str) -> dict[str, str]:
    """What a page is told of an end that is not simply an answer; else nothing."""
    if outcome == "answered" and not said:
        return {}
    return {"outcome": outcome, "text": said, "code": code, "incident": incident}


def step_part(step: Step) -> dict[str, Any]:
    """A step as a part of a message, which is also its chunk."""
    data = {"title": step.title, "state": step.state}
    return {"type": "data-step", "id": step.id, "data": data}


def source_part(source: Source) -> dict[str, Any]:
    """A source as a part of a message, which is also its chunk."""
    named = {"title": source.title} if source.title else {}
    return {"type": "source-url", "sourceId": source.url, "url": source.url, **named}


def _told(sources: Sequence[Source]) -> bytes:
    return b"".join(_frame(source_part(source)) for source in sources)


def last_seen(event_id: str) -> tuple[str, Position] | None:
    """The answer and the position that an event id names."""
    found = EVENT_ID.fullmatch(event_id)
    return (found[1], Position(int(found[2]), int(found[3]))) if found else None


def was_writing(seen: Sequence[Logged], after: Position) -> bool:
    """Whether the text part is open for a listener at a position.

    What is not stored yet is text: everything else is stored at once.
    """
    if seen and after > seen[-1].position:
        return after.attempt > 0
    writing = False
    for line in seen:
        if line.position > after:
            break
        ours = isinstance(line.entry, TextDelta) and line.position.attempt == after.attempt
        writing = (writing or ours) and not isinstance(line.entry, Restarted)
    return writing


def merged(lines: Iterable[Logged]) -> Iterator[Logged]:
    """Adjacent pieces of text as one, up to some kB: a replay is a handful of frames."""
    run: list[Logged] = []
    chars = 0
    for line in lines:
        if run and not (_continues(run[-1], line) and chars < MERGED_CHARS):
            yield _joined(run)
            run, chars = [], 0
        run.append(line)
        chars += len(line.entry.text) if isinstance(line.entry, TextDelta) else 0
    if run:
        yield _joined(run)


def _continues(line: Logged, following: Logged) -> bool:
    both = isinstance(line.entry, TextDelta) and isinstance(following.entry, TextDelta)
    return both and line.position.attempt == following.position.attempt


def _joined(run: Sequence[Logged]) -> Logged:
    if len(run) == 1:
        return run[0]
    text = "".join(line.entry.text for line in run if isinstance(line.entry, TextDelta))
    return Logged(run[-1].position, TextDelta(text))


def _last(finished: Finished) -> bytes:
    match finished.outcome:
        case "answered" | "asks":
            reason = "length" if finished.code == "token_limit" else "stop"
            return _chunk("finish", finishReason=reason)
        case "cancelled":
            return _chunk("abort", reason=finished.said) if finished.said else _chunk("abort")
        case "failed" | "timed_out" | "refused":
            return _chunk("error", errorText=finished.said)


def _chunk(kind: str, **fields: Any) -> bytes:
    """A chunk as a frame without an id."""
    return _frame({"type": kind, **fields})


def _frame(chunk: dict[str, Any]) -> bytes:
    return f"data: {dumps(chunk, separators=(',', ':'))}\n\n".encode()


def _quoted(text: str) -> str:
    """A JSON string in which no reader of lines finds a line break."""
    quoted = encode_basestring(text)
    return quoted if text.isascii() else quoted.translate(LINE_BREAKS)
