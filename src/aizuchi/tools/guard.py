"""Which addresses a page may be fetched from: the public Internet, and nothing near this machine.

A name is resolved once, and what it resolved to is what is connected to. Pure.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from aizuchi.errors import NotAllowed

LONGEST = 2_000
PORTS = (80, 443)
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
UNWANTED = re.compile(r"[\x00-\x20\x7f\\]")
PUBLIC_V6 = IPv6Network("2000::/3")
SPECIAL_V6 = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),  # for documents
    IPv6Network("2002::/16"),  # 6to4, with any IPv4 address inside
    IPv6Network("3fff::/20"),  # for documents
)
SPECIAL_V4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
)
ISATAP = (0x0000_5EFE, 0x0200_5EFE)
WRITTEN = re.compile(
    r"(?:https?://)?(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::\d{1,5})?(?:[/?][^\s<>\"'`|\\^]*)?",
    re.IGNORECASE,
)
ASCII = re.compile(r"[\x21-\x7e]+")
KEPT = "/%:@!$&'()*+,;=~-._?[]"
TRAILING = ".,;:!?)]}»」』】）。、，！？"


class Place(NamedTuple):
    """An address that may be looked up: whether it may be fetched shows once it is resolved."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}{'' if is_usual else f':{self.port}'}{self.path}"


def place_of(url: str, base: str = "", ports: Collection[int] = PORTS) -> Place:
    """What an address, or a redirect from another, names; raises NotAllowed."""
    if len(url) > LONGEST or UNWANTED.search(url):
        raise NotAllowed("This is no address of a page.")
    try:
        parts = urlsplit(urljoin(base, url))
        port, host, user = parts.port, parts.hostname or "", parts.username
    except ValueError:
        raise NotAllowed("This is no address of a page.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise NotAllowed("Only addresses that begin with http:// or https:// can be fetched.")
    if user is not None or "@" in parts.netloc:
        raise NotAllowed("An address with a user in it is not fetched.")
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in ports:
        raise NotAllowed("Only the ports 80 and 443 are fetched from.")
    query = f"?{quote(parts.query, KEPT)}" if parts.query else ""
    return Place(parts.scheme, _host(host), port, f"{quote(parts.path or '/', KEPT)}{query}")


def _host(host: str) -> str:
    """A host in its one form: an address, or a name in ASCII. Odd ways to write a number, which
    some resolvers read as an address, are none."""
    if ":" in host:
        return str(_literal(host))
    try:
        name = unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".").lower()
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        raise NotAllowed("This is no name of a host.") from None
    labels = name.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return str(_literal(name))
    if len(name) > 253 or not all(map(LABEL.fullmatch, labels)) or len(labels) < 2:
        raise NotAllowed("This is no name of a host on the Internet.")
    return name


def _literal(host: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(host)
    except ValueError:
        raise NotAllowed("This is an odd way to write an address.") from None


def public(addresses: Iterable[str]) -> str:
    """The address to connect to, of those that a name has: the first, if all are public.

    Raises:
        NotAllowed: one of them is not, or there is none.
    """
    found = [ip_address(address) for address in addresses]
    if not found or not all(map(is_public, found)):
        raise NotAllowed("This address is not on the public Internet, so it is not fetched.")
    return str(found[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the public Internet, and hides no other one."""
    if isinstance(address, IPv4Address):
        special = address.is_multicast or address.is_reserved
        return address.is_global and not special and not _is_in(address, SPECIAL_V4)
    is_isatap = (int(address) >> 32) & 0xFFFF_FFFF in ISATAP
    plain = address.scope_id is None and address in PUBLIC_V6 and address.is_global
    return plain and not is_isatap and not _is_in(address, SPECIAL_V6)


def _is_in(
    address: IPv4Address | IPv6Address, networks: Iterable[IPv4Network | IPv6Network]
) -> bool:
    return any(address in network for network in networks)


# ── which addresses somebody named ────────────────────────────────────────────


def is_named(place: Place, text: str, urls: Iterable[str]) -> bool:
    """Whether a text, or one of these addresses, names this one: an address that the model made up
    could carry out what it has read."""
    named = (*_written(text), *urls)
    return any(_same(place, url) for url in named)


def _written(text: str) -> Iterator[str]:
    """Japanese goes on without a space, so an address may end where its ASCII does."""
    for found in WRITTEN.findall(text):
        beginning = ASCII.match(found)
        ascii_only = beginning[0] if beginning else found
        for each in {found, found.rstrip(TRAILING), ascii_only.rstrip(TRAILING)}:
            yield each if re.match(r"https?://", each, re.IGNORECASE) else f"http://{each}"


def _same(place: Place, url: str) -> bool:
    """Nobody writes whether it is http or https."""
    try:
        other = place_of(url, ports=range(65_536))
    except NotAllowed:
        return False
    ports = {place.port, other.port}
    return (place.host, place.path) == (other.host, other.path) and (
        len(ports) == 1 or ports == {80, 443}
    )
