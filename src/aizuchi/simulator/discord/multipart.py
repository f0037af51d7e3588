"""A body of `multipart/form-data`: the JSON of a message and the files that go with it."""

import re
from typing import NamedTuple

from aizuchi.simulator.discord.refusals import Refused

BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
NAME = re.compile(rb'\bname="([^"]*)"')
FILENAME = re.compile(rb'\bfilename="([^"]*)"')
TYPE = re.compile(rb"^content-type:\s*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


class Part(NamedTuple):
    """One field of the form; a file has a name of its own."""

    name: str
    filename: str
    content_type: str
    data: bytes


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """Raises Refused where the body is none of that type."""
    found = BOUNDARY.search(content_type)
    if not found:
        raise Refused(50035)
    mark = b"--" + found[1].encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Refused(50035)
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, _, data = piece.partition(b"\r\n\r\n")
    name = NAME.search(head)
    if not name:
        raise Refused(50035)
    filename, kind = FILENAME.search(head), TYPE.search(head)
    return Part(
        name[1].decode(errors="replace"),
        filename[1].decode(errors="replace") if filename else "",
        kind[1].decode(errors="replace").strip() if kind else "text/plain",
        data,
    )
