"""Who may come in: host and origin of a request, then the person behind it. Pure."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs

from aizuchi.errors import SettingsError
from aizuchi.events import Headers, HttpRequest, HttpResponse
from aizuchi.surfaces.web.wording import language_asked, line
from aizuchi.words import Language

COOKIE = "aizuchi"
COOKIE_LASTS_S = 400 * 24 * 3600
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SAFE_METHODS = ("GET", "HEAD")
NETLOC = re.compile(r"(?P<name>[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?")
ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<netloc>[^/?#@]+)")
LONGEST_NAME = 200
DEFAULT_PORTS = {"http": "80", "https": "443"}

POLICY = b"content-security-policy"


def policy(connects_to: str = "") -> bytes:
    """What a page of ours may do; `connects_to` is an origin that it speaks to besides its own."""
    connects = " ".join(filter(None, ["'self'", connects_to]))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src {connects}; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types dompurify"
    ).encode()


SECURITY_HEADERS = (
    (POLICY, policy()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class TokenHolders(Protocol):
    """Who holds a token, or the cookie that it was exchanged for."""

    def person_of(self, token: str) -> str | None: ...

    def person_of_cookie(self, cookie: str) -> str | None: ...


class Proxied(NamedTuple):
    """Header mode: the header that names the person, and the proxies it is believed from."""

    header: str
    proxies: tuple[IPv4Network | IPv6Network, ...]


def proxied(header: str, proxies: Sequence[str]) -> Proxied:
    """Header mode from its settings; raises SettingsError."""
    if not header or not proxies:
        raise SettingsError(
            'With auth = "header" it has to be said which header, and who may set it.',
            "Set identity_header and proxies under [web] in aizuchi.toml.",
        )
    return Proxied(header.lower(), tuple(_network(each) for each in proxies))


def _network(proxy: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(proxy, strict=False)
    except ValueError:
        raise SettingsError(
            f'"{proxy}" in [web] proxies is no address.',
            "Write an address or a network, like 10.0.0.7 or 10.0.0.0/24.",
        ) from None


class Gate:
    """Lets a request in as a person, or answers it.

    `hosts` are names under which the chat may be opened, besides those of this machine; `header`
    is given in header mode. A token counts in both modes.
    """

    def __init__(
        self, tokens: TokenHolders, *, hosts: Sequence[str] = (), header: Proxied | None = None
    ) -> None:
        self._tokens = tokens
        self._named = bool(hosts)
        self._hosts = frozenset(host.lower() for host in (*hosts, *LOOPBACK_HOSTS))
        self._header = header

    def enter(self, request: HttpRequest) -> str | HttpResponse:
        """The person, or the answer to somebody who is none, or who comes from elsewhere."""
        refused = self.refuse_place(request)
        if refused is not None:
            return refused
        person = self._person(request)
        if person is not None:
            return person
        code = "no_person" if self._header else "no_token"
        challenge = ((b"www-authenticate", b"Bearer"),)
        return plain(401, line(code, language_of(request)), challenge)

    def refuse_place(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a request for a host that is not ours, or from another site's page."""
        language, host = language_of(request), _text(request, b"host").lower()
        if not self._is_ours(host, request.own_host):
            return plain(403, line("host", language, host=host[:80] or "?"))
        if not self._origin_is_fine(request, host):
            return plain(403, line("origin", language))
        return None

    def refuse_origin(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a page of another site, where the host is somebody else's and the names of
        ours are known."""
        origins = [ORIGIN.fullmatch(each.lower()) for each in _values(request, b"origin")]
        places = [origin["netloc"] if origin else "" for origin in origins]
        known = not self._named or all(self._is_ours(place, "") for place in places)
        if len(places) <= 1 and "" not in places and known:
            return None
        return plain(403, line("origin", language_of(request)))

    def knows(self, token: str) -> bool:
        """Whether somebody holds this token."""
        return self._tokens.person_of(token) is not None

    def enter_by_token(self, request: HttpRequest) -> str | None:
        """The token that stands in the address, where it opens the door."""
        tokens = parse_qs(request.query).get("token", [])
        known = len(tokens) == 1 and self._tokens.person_of(tokens[0]) is not None
        return tokens[0] if known else None

    def _is_ours(self, netloc: str, own_host: str) -> bool:
        place = NETLOC.fullmatch(netloc)
        if place is None:
            return False
        return netloc == own_host or netloc in self._hosts or place["name"] in self._hosts

    def _origin_is_fine(self, request: HttpRequest, host: str) -> bool:
        """Same origin, or the public name in front of a proxy; by cookie it must be named."""
        origins = _values(request, b"origin")
        if not origins:
            by_cookie = self._header is None and not _values(request, b"authorization")
            return request.method in SAFE_METHODS or not (by_cookie and _cookies(request))
        origin = ORIGIN.fullmatch(origins[0].lower())
        if len(origins) > 1 or origin is None:
            return False
        port = DEFAULT_PORTS[origin["scheme"]]
        netloc = origin["netloc"].removesuffix(f":{port}")
        return netloc == host.removesuffix(f":{port}") or self._is_public(netloc)

    def _is_public(self, netloc: str) -> bool:
        """A name that the settings list: of another port on this machine nothing is believed."""
        return netloc in self._hosts and netloc not in LOOPBACK_HOSTS

    def _person(self, request: HttpRequest) -> str | None:
        bearers = _values(request, b"authorization")
        person = self._by_bearer(bearers)
        if person is not None or (bearers and self._header is None):
            return person
        return self._by_header(request, self._header) if self._header else self._by_cookie(request)

    def _by_bearer(self, bearers: Sequence[str]) -> str | None:
        if len(bearers) != 1:
            return None
        scheme, _, token = bearers[0].partition(" ")
        return self._tokens.person_of(token.strip()) if scheme.lower() == "bearer" else None

    def _by_cookie(self, request: HttpRequest) -> str | None:
        cookies = _cookies(request)
        return self._tokens.person_of_cookie(cookies[0]) if len(cookies) == 1 else None

    def _by_header(self, request: HttpRequest, mode: Proxied) -> str | None:
        names = _values(request, mode.header.encode())
        if len(names) != 1 or not _is_among(request.peer, mode):
            return None
        name = names[0].encode("latin-1").decode("utf-8", "replace").strip()
        is_name = 0 < len(name) <= LONGEST_NAME and name.isprintable() and "\ufffd" not in name
        return name if is_name else None


def plain(status: int, text: str, headers: Headers = ()) -> HttpResponse:
    """A plain answer of the API: a sentence, as stock clients show it."""
    return HttpResponse(status, text.encode(), headers=headers)


def language_of(request: HttpRequest) -> Language:
    """The language that the browser asks for."""
    return language_asked(_text(request, b"accept-language"))


def origin_of(request: HttpRequest) -> str:
    """The origin of the page that makes the request; empty where no page does."""
    return _text(request, b"origin").lower()


def origin_in(address: str) -> str:
    """The scheme and host of an address; empty where there is none."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if rest else ""


def _is_among(peer: str, mode: Proxied) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in mode.proxies)


def _values(request: HttpRequest, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in request.headers if key == name]


def _text(request: HttpRequest, name: bytes) -> str:
    """The value of a header that stands there once; else nothing."""
    values = _values(request, name)
    return values[0] if len(values) == 1 else ""


def _cookies(request: HttpRequest) -> list[str]:
    """The values of our cookie, of which there should be one."""
    pairs = [pair.strip() for each in _values(request, b"cookie") for pair in each.split(";")]
    return [pair.partition("=")[2] for pair in pairs if pair.partition("=")[0] == COOKIE]
