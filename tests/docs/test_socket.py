"""The reference of the socket tells every code that it closes with, and every frame."""

import json
import re
from pathlib import Path

import pytest

from aizuchi.surfaces.web import connection, frames, socket

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/reference/socket.md").read_text("utf-8")
ENVELOPE = frames.Envelope("r1")
FRAMES = (
    *(ENVELOPE.start(), ENVELOPE.end(), ENVELOPE.no_active(), ENVELOPE.error("no")),
    *ENVELOPE.chunks(b"data: {}\n\n"),
    frames.sign_of_life(),
)
FROM_ELSEWHERE = {1007, 1011}  # the server's own, and the last border's


def test_every_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|", TEXT, re.MULTILINE)}
    source = "".join(Path(module.__file__ or "").read_text() for module in (connection, socket))
    used = {int(code) for code in re.findall(r"Close\((\d{4})", source)}
    assert told == used | FROM_ELSEWHERE


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_is_told(frame: str) -> None:
    kind = json.loads(frame)["type"]
    assert f"| `{kind}` |" in TEXT
