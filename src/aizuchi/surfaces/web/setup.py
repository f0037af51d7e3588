"""What `check` looks at on the web: who can come in, and from where."""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.surfaces import Finding
from aizuchi.surfaces.web.auth import LOOPBACK_HOSTS, proxied
from aizuchi.surfaces.web.page import STATIC
from aizuchi.surfaces.web.tokens import NAMED_FILE, OWN_FILE, parse

SHORT_TOKEN = 16


class WebSetup(NamedTuple):
    """The settings that decide who comes in; `bound_to` is the address the server listens on."""

    home: Path
    bound_to: str = "127.0.0.1"
    auth: Literal["token", "header"] = "token"
    token: str = ""
    hosts: tuple[str, ...] = ()
    header: str = ""
    proxies: tuple[str, ...] = ()


def check(setup: WebSetup) -> Sequence[Finding]:
    """Everything about the web that can be told without a server."""
    return [
        *_page(),
        *(_header_mode(setup) if setup.auth == "header" else _tokens(setup)),
        *_reach(setup),
    ]


def _page() -> Iterator[Finding]:
    there = (STATIC / "chat.html").is_file()
    yield Finding(there, "the page is installed", "" if there else "Install aizuchi again.")


def _header_mode(setup: WebSetup) -> Iterator[Finding]:
    try:
        proxied(setup.header, setup.proxies)
    except SettingsError as error:
        yield Finding(False, error.what, error.mend)
    else:
        yield Finding(True, f"people are named by {setup.header} from {', '.join(setup.proxies)}")


def _tokens(setup: WebSetup) -> Iterator[Finding]:
    try:
        given = parse(setup.token)
    except SettingsError as error:
        yield Finding(False, error.what, error.mend)
        return
    for person, token in given.items():
        long = len(token) >= SHORT_TOKEN
        mend = "" if long else f"Take one that nobody guesses, of {SHORT_TOKEN} characters or more."
        yield Finding(long, f"the token of {person} is given by AIZUCHI_WEB_TOKEN", mend)
    for name in (OWN_FILE, NAMED_FILE):
        if (path := setup.home / name).exists():
            yield _private(path)


def _private(path: Path) -> Finding:
    private = not stat.S_IMODE(path.stat().st_mode) & 0o077
    return Finding(
        private, f"{path} is readable by you alone", "" if private else f"chmod 600 {path}"
    )


def _reach(setup: WebSetup) -> Iterator[Finding]:
    """A server that others reach needs the name by which they do."""
    if setup.bound_to in (*LOOPBACK_HOSTS, "::1"):
        return
    mend = "Add the name people open to hosts under [web] in aizuchi.toml."
    named = bool(setup.hosts)
    yield Finding(named, "the chat has a name to be opened by", "" if named else mend)
