"""Files on the web: as clients bring them along, and as their person is shown them again. Pure."""

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from aizuchi.attachments import picture_type
from aizuchi.events import Attachment, HttpResponse, attachment

DATA = re.compile(r"data:([\w.+/-]*)(?:;(?!base64,)[^;,]*)*(;base64)?,(.*)", re.ASCII | re.DOTALL)
OWN = re.compile(r"/api/chat/[^/]+/file/(w[0-9a-f]{32}/\d{1,3})", re.ASCII)
UNKNOWN = "application/octet-stream"
TO_KEEP = ((b"content-disposition", b"attachment"),)


class Data(NamedTuple):
    """What an address holds that is a file itself."""

    media_type: str
    content: bytes


def data_in(url: str) -> Data | None:
    """The file that a `data:` address holds; None where it is no such address, or a broken one."""
    found = DATA.fullmatch(url)
    if found is None:
        return None
    try:
        content = b64decode(found[3], validate=True) if found[2] else unquote_to_bytes(found[3])
    except ValueError:
        return None
    return Data(found[1] or "text/plain", content)


def file_of(part: Mapping[str, Any]) -> Attachment | None:
    """A file part of the AI SDK: a file itself, or one of an earlier message of the person; None
    where it is neither."""
    name, kind, url = (_text(part, field) for field in ("filename", "mediaType", "url"))
    if data := data_in(url):
        return attachment(name, kind or data.media_type, content=data.content)
    key = key_in(url)
    return attachment(name, kind)._replace(key=key) if key else None


def key_in(path: str) -> str:
    """The key of the file that is shown at this path; empty where none is."""
    found = OWN.fullmatch(path)
    return found[1] if found else ""


def digest_of(files: Sequence[Attachment]) -> str:
    """What tells these files from others; empty where there are none."""
    told = "".join(hashlib.sha256(file.content or b"").hexdigest() + file.key for file in files)
    return hashlib.sha256(told.encode()).hexdigest() if files else ""


def keyed(files: Sequence[Attachment], turn_id: str) -> tuple[Attachment, ...]:
    """The files of a message, under their keys in the store."""
    return tuple(
        file if file.content is None else file._replace(key=f"{turn_id}/{place}")
        for place, file in enumerate(files)
    )


def are_same(kept: Sequence[Attachment], given: Sequence[Attachment]) -> bool:
    """Whether files of the same names are those that are kept already, as far as can be told."""
    pairs = zip(kept, given, strict=False)
    return all(old.key == new.key or old.size == new.size for old, new in pairs)


def part_of(file: Attachment, chat: str) -> dict[str, Any]:
    """A file as its message shows it in the history."""
    url = f"/api/chat/{chat}/file/{file.key}"
    kind = file.media_type or UNKNOWN
    return {"type": "file", "mediaType": kind, "filename": file.name, "url": url}


def shown(content: bytes) -> HttpResponse:
    """A file for its person: pictures to look at, everything else only to be kept."""
    if kind := picture_type(content):
        return HttpResponse(200, content, kind)
    return HttpResponse(200, content, UNKNOWN, TO_KEEP)


def _text(part: Mapping[str, Any], field: str) -> str:
    value = part.get(field)
    return value if isinstance(value, str) else ""
