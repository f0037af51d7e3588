"""The pages: the built app where there is one, else the plain page; their files; the way in.

Whether the app is there is looked up at each request, so that a build that ends is seen at once.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from gzip import compress
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp

from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.surfaces.web.auth import (
    COOKIE,
    COOKIE_LASTS_S,
    POLICY,
    Gate,
    language_of,
    policy,
)
from aizuchi.surfaces.web.calls import Call, head_of, respond
from aizuchi.surfaces.web.tokens import cookie_of, digest
from aizuchi.surfaces.web.wording import page_words

STATIC = Path(__file__).parent / "static"
APP: Final = STATIC / "app"
KILLABLE: Final = "aizuchi.killable"
"""In a request's scope: whether its page may offer to kill the server."""

HTML = "text/html; charset=utf-8"
FRESH = ((b"cache-control", b"no-cache"), (b"vary", b"accept-language, cookie"))
FOR_EVER = (
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"vary", b"accept-encoding"),
)
ASSET = re.compile(r"\w[\w.-]{0,120}")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Pages:
    """Serves the pages to who may come in, and to others the place to enter a token."""

    def __init__(
        self, gate: Gate, name: str = "aizuchi", app: Path = APP, connects_to: str = ""
    ) -> None:
        self._gate, self._name, self._app = gate, name, app
        self._headers = (*FRESH, (POLICY, policy(connects_to)))
        self._files = {
            path.name: (path.read_bytes(), TYPES[path.suffix])
            for path in STATIC.iterdir()
            if path.suffix in TYPES
        }

    async def home(self, request: Request) -> ASGIApp:
        """The chat; a token in its address becomes a cookie, and leaves the address."""
        asked = head_of(request)
        if refused := self._gate.refuse_place(asked):
            return respond(refused)
        if token := self._gate.enter_by_token(asked):
            return respond(_moved_in(asked, token))
        return respond(self._page(request, "index.html", instead="chat.html"))

    async def compare(self, request: Request) -> ASGIApp:
        """The page that shows one answer over both ways of the stream."""
        if refused := self._gate.refuse_place(head_of(request)):
            return respond(refused)
        return respond(self._page(request, "compare.html", instead="chat.html"))

    async def file(self, request: Request) -> ASGIApp:
        """A static file; nobody needs a token for it, nothing of a person is in it."""
        asked = head_of(request)
        if refused := self._gate.refuse_place(asked):
            return respond(refused)
        body, kind = self._files.get(request.path_params["name"], (b"", ""))
        if not kind:
            return respond(Call(asked, "", "").say(404, "no_page"))
        etag = b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()
        headers = ((b"etag", etag), (b"cache-control", b"no-cache"))
        if asked.header(b"if-none-match") == etag:
            return respond(HttpResponse(304, headers=headers))
        return respond(HttpResponse(200, body, kind, headers))

    async def asset(self, request: Request) -> ASGIApp:
        """A file of the built app. Its name holds a hash of it, so it is kept for ever."""
        asked, name = head_of(request), request.path_params["name"]
        if refused := self._gate.refuse_place(asked):
            return respond(refused)
        path = self._app / "assets" / name
        if not ASSET.fullmatch(name) or path.suffix not in TYPES or not path.is_file():
            return respond(Call(asked, "", "").say(404, "no_page"))
        body = path.read_bytes()
        if b"gzip" not in (asked.header(b"accept-encoding") or b""):
            return respond(HttpResponse(200, body, TYPES[path.suffix], FOR_EVER))
        headers = (*FOR_EVER, (b"content-encoding", b"gzip"))
        return respond(HttpResponse(200, _compressed(body), TYPES[path.suffix], headers))

    def _page(self, request: Request, name: str, *, instead: str) -> HttpResponse:
        asked = head_of(request)
        facts = {"name": self._name, "killable": "yes" if request.scope.get(KILLABLE) else "no"}
        words = {**page_words(language_of(asked)), **facts}
        if not isinstance(self._gate.enter(asked), str):
            return HttpResponse(401, _filled(STATIC / "closed.html", words), HTML, self._headers)
        built = self._app / name
        page = built if built.is_file() else STATIC / instead
        return HttpResponse(200, _filled(page, words), HTML, self._headers)


def _filled(page: Path, words: Mapping[str, str]) -> bytes:
    template = Template(page.read_text("utf-8"))
    return template.substitute({name: escape(word) for name, word in words.items()}).encode()


@lru_cache(maxsize=32)
def _compressed(body: bytes) -> bytes:
    return compress(body, 6)


def _moved_in(asked: HttpRequest, token: str) -> HttpResponse:
    secure = "; Secure" if asked.header(b"x-forwarded-proto") == b"https" else ""
    cookie = (
        f"{COOKIE}={cookie_of(digest(token))}; Path=/; Max-Age={COOKIE_LASTS_S}; "
        f"HttpOnly; SameSite=Strict{secure}"
    )
    headers = ((b"location", b"/"), (b"set-cookie", cookie.encode()))
    return HttpResponse(303, headers=headers)
