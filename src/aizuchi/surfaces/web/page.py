"""The plain page: a template in the person's language, two static files, the token's exchange."""

import hashlib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp

from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.surfaces.web.auth import COOKIE, COOKIE_LASTS_S, Gate, language_of
from aizuchi.surfaces.web.calls import Call, head_of, respond
from aizuchi.surfaces.web.tokens import cookie_of, digest
from aizuchi.surfaces.web.wording import page_words
from aizuchi.words import Language

STATIC = Path(__file__).parent / "static"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")
FRESH = ((b"cache-control", b"no-cache"), (b"vary", b"accept-language, cookie"))
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Pages:
    """Serves the page to who may come in, and to others the place to enter a token."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._chat, self._closed = _in_languages("chat.html"), _in_languages("closed.html")
        self._files = {
            path.name: (path.read_bytes(), TYPES[path.suffix])
            for path in STATIC.iterdir()
            if path.suffix in TYPES
        }

    async def home(self, request: Request) -> ASGIApp:
        """The page; a token in its address becomes a cookie, and leaves the address."""
        asked = head_of(request)
        if refused := self._gate.refuse_place(asked):
            return respond(refused)
        if token := self._gate.enter_by_token(asked):
            return respond(_moved_in(asked, token))
        person = self._gate.enter(asked)
        pages, status = (self._chat, 200) if isinstance(person, str) else (self._closed, 401)
        page = pages[language_of(asked)]
        return respond(HttpResponse(status, page, "text/html; charset=utf-8", FRESH))

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


def _in_languages(name: str) -> Mapping[Language, bytes]:
    template = Template((STATIC / name).read_text("utf-8"))
    return {language: _filled(template, language) for language in LANGUAGES}


def _filled(template: Template, language: Language) -> bytes:
    words = {name: escape(word) for name, word in page_words(language).items()}
    return template.substitute(words).encode()


def _moved_in(asked: HttpRequest, token: str) -> HttpResponse:
    secure = "; Secure" if asked.header(b"x-forwarded-proto") == b"https" else ""
    cookie = (
        f"{COOKIE}={cookie_of(digest(token))}; Path=/; Max-Age={COOKIE_LASTS_S}; "
        f"HttpOnly; SameSite=Strict{secure}"
    )
    headers = ((b"location", b"/"), (b"set-cookie", cookie.encode()))
    return HttpResponse(303, headers=headers)
