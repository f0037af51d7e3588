"""What is brought to a socket that somebody else holds: few frames, and none too large. Pure.

Each frame is a call that is paid for, so pieces of text that come together are one chunk; and a
gateway takes 32 kB at once, so a long one is several.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from aizuchi.answers import Position
from aizuchi.surfaces.web.tail import last_seen

MOST_BYTES = 32_000
"""Of a chunk; the frame around it has room in the rest of 32 kB."""

DELTA = '{"type":"text-delta",'
ID, DATA = "id: ", "data: "
compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Batch(NamedTuple):
    """The chunks of a piece of a stream, and where the answer's log stands behind them, where the
    stream says so."""

    chunks: tuple[str, ...]
    position: Position | None


def batch_of(stream: bytes) -> Batch:
    """A piece of an event stream, whole events of it."""
    lines = [line for event in stream.decode().split("\n\n") for line in event.split("\n")]
    data = [line.removeprefix(DATA) for line in lines if line.startswith(DATA)]
    ids = [line.removeprefix(ID) for line in lines if line.startswith(ID)]
    seen = last_seen(ids[-1]) if ids else None
    chunks = [fit for text in _merged(data) for fit in cut(text) if len(fit.encode()) <= MOST_BYTES]
    return Batch(tuple(chunks), seen[1] if seen else None)


def cut(chunk: str, most: int = MOST_BYTES) -> Sequence[str]:
    """A chunk in pieces that are small enough; one that is no text, as it is."""
    if len(chunk.encode()) <= most or not chunk.startswith(DELTA):
        return [chunk]
    return [piece for half in halves(chunk) for piece in cut(half, most)]


def halves(chunk: str) -> Sequence[str]:
    """A chunk of text as two; none of what cannot be shared out."""
    if not chunk.startswith(DELTA) or len(delta := json.loads(chunk)["delta"]) < 2:
        return []
    middle = len(delta) // 2
    return [_with_text(chunk, part) for part in (delta[:middle], delta[middle:])]


def _merged(chunks: Sequence[str]) -> Iterator[str]:
    for name, group in groupby(chunks, key=_text_id):
        run = list(group)
        if name and len(run) > 1:
            yield _with_text(run[0], "".join(json.loads(each)["delta"] for each in run))
        else:
            yield from run


def _text_id(chunk: str) -> str:
    """The text that a chunk goes on with; empty where it is none."""
    return str(json.loads(chunk)["id"]) if chunk.startswith(DELTA) else ""


def _with_text(chunk: str, text: str) -> str:
    return compact({**json.loads(chunk), "delta": text})
