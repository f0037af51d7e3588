"""Who holds which token: the one made at the first start, named ones, or those that are given."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from aizuchi.errors import ServerError, SettingsError

OWNER = "owner"
OWN_FILE = "web-token"
NAMED_FILE = "web-tokens"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")


class Holder(NamedTuple):
    """A person, and the digest of a token of theirs."""

    person: str
    digest: bytes


class Tokens:
    """The tokens that open the web chat now: given ones replace the one made at the first start.

    The files are looked at again when they change, so a new or a withdrawn token counts at once.
    """

    def __init__(self, home: Path, given: str = "") -> None:
        self._files = (home / NAMED_FILE,) if given else (home / OWN_FILE, home / NAMED_FILE)
        self._given = tuple(Holder(person, digest(token)) for person, token in parse(given).items())
        self._seen: tuple[tuple[int, int], ...] = ()
        self._holders: tuple[Holder, ...] = ()

    def person_of(self, token: str) -> str | None:
        """Who holds this token."""
        return self._whose(digest(token), lambda holder: holder.digest)

    def person_of_cookie(self, cookie: str) -> str | None:
        """Whose cookie this is."""
        shown = cookie.encode("utf-8", "surrogatepass")
        return self._whose(shown, lambda holder: cookie_of(holder.digest).encode())

    def _whose(self, shown: bytes, mark: Callable[[Holder], bytes]) -> str | None:
        """Compares with every holder's mark, and takes as long whoever it is."""
        found = None
        for holder in self._current():
            if hmac.compare_digest(mark(holder), shown):
                found = holder.person
        return found

    def _current(self) -> tuple[Holder, ...]:
        seen = tuple(_stamp(path) for path in self._files)
        if seen != self._seen:
            self._seen = seen
            self._holders = (*self._given, *_read(self._files))
        return self._holders


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def cookie_of(token_digest: bytes) -> str:
    """The cookie that a token is exchanged for; it tells nothing of the token."""
    return hmac.digest(token_digest, b"aizuchi web cookie", "sha256").hex()


def parse(given: str) -> Mapping[str, str]:
    """Tokens by person: `token` alone is the owner's, several are `name:token,name:token`."""
    given = given.strip()
    if ":" not in given and "," not in given:
        return {OWNER: given} if given else {}
    tokens: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in given.split(","))):
        name, colon, token = (piece.strip() for piece in pair.partition(":"))
        if not (colon and token and NAME.fullmatch(name)) or name in tokens:
            raise SettingsError(
                f'AIZUCHI_WEB_TOKEN cannot be read at "{name if colon else "…"}".',
                "Write one token, or name:token,name:token with each name once.",
            )
        tokens[name] = token
    return tokens


def own_token(home: Path) -> str:
    """The token of this installation, made once; raises ServerError where it cannot be kept."""
    path = home / OWN_FILE
    try:
        if token := _text(path).strip():
            return token
        home.mkdir(parents=True, exist_ok=True)
        _write(path, secrets.token_urlsafe(24) + "\n", only_new=not path.exists())
        return _text(path).strip()
    except OSError as error:
        raise _unwritable(path, error) from error


def new_token(home: Path, name: str) -> str:
    """A new token for this person, in place of the one they had; it is shown once, not kept."""
    if name == OWNER or not NAME.fullmatch(name):
        raise SettingsError(
            f'"{name}" cannot be the name of a token.',
            "Use letters, digits and _ . @ -, and another name than owner, who has one already.",
        )
    token = secrets.token_urlsafe(24)
    others = [holder for holder in _holders(home) if holder.person != name]
    _keep(home, [*others, Holder(name, digest(token))])
    return token


def named(home: Path) -> list[str]:
    """The people who have a token that was made for them."""
    return [holder.person for holder in _holders(home)]


def remove_token(home: Path, name: str) -> bool:
    """Takes away a token that was made for this person; False where there is none."""
    if name not in named(home):
        return False
    _keep(home, [holder for holder in _holders(home) if holder.person != name])
    return True


def _holders(home: Path) -> list[Holder]:
    return list(_read([home / NAMED_FILE]))


def _keep(home: Path, holders: Sequence[Holder]) -> None:
    path = home / NAMED_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        _write(path, "".join(f"{person}:{hashed.hex()}\n" for person, hashed in holders))
    except OSError as error:
        raise _unwritable(path, error) from error


def _read(files: Iterable[Path]) -> Iterable[Holder]:
    for path in files:
        text = _text(path)
        if path.name == OWN_FILE and text.strip():
            yield Holder(OWNER, digest(text.strip()))
        elif path.name == NAMED_FILE:
            yield from _named(text)


def _named(text: str) -> Iterable[Holder]:
    for line in text.splitlines():
        name, _, hexes = line.strip().partition(":")
        if NAME.fullmatch(name) and re.fullmatch(r"[0-9a-f]{64}", hexes):
            yield Holder(name, bytes.fromhex(hexes))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str, *, only_new: bool = False) -> None:
    """Puts a whole file in its place, readable by its owner alone."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        _place(made, path, only_new)
    finally:
        made.unlink(missing_ok=True)


def _place(made: Path, path: Path, only_new: bool) -> None:
    """A file that must be new never takes the place of one that another process made first."""
    if only_new:
        with suppress(FileExistsError):
            os.link(made, path)
    else:
        made.replace(path)


def _unwritable(path: Path, error: OSError) -> ServerError:
    return ServerError(
        f"The web token cannot be kept in {path}: {error.strerror or 'it failed'}.",
        "Make the directory writable, or set AIZUCHI_HOME to one that is.",
    )
