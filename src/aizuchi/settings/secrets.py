"""Secrets: read through a reference, shown to nobody."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from aizuchi.errors import SettingsError
from aizuchi.settings.parameters import Parameters, parameter_in

SHOWN = "•••"


class Secret:
    """A value that is only told to who asks for it by name; an empty one is false."""

    __slots__ = ("_again", "_value", "source")

    def __init__(
        self, value: str = "", source: str = "", again: "Callable[[], Secret] | None" = None
    ) -> None:
        self._value, self._again = value, again
        self.source = source

    def reveal(self) -> str:
        return self._value

    @property
    def may_change(self) -> bool:
        """Whether it was read through a reference, so that another may stand there some day."""
        return self._again is not None

    def again(self) -> "Secret":
        """The secret that stands there now; raises SettingsError where none does."""
        return self._again() if self._again else self

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"Secret({self.source or 'unset'}: {SHOWN})" if self else "Secret(unset)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


NO_PARAMETERS = Parameters(lambda names: {})


class Whence(NamedTuple):
    """Where what a reference names is looked for; a path is relative to the folder."""

    environment: Mapping[str, str]
    folder: Path
    parameters: Parameters = NO_PARAMETERS


class Secrets(dict[str, Secret]):
    """Several secrets, by name; not to be changed."""

    __slots__ = ()


class Texts(dict[str, Secret]):
    """Texts by name, of which each may be a secret, or end in one; not to be changed."""

    __slots__ = ()


def read_text(text: str, whence: Whence) -> Secret:
    """A text as it is, or with the secret in the place of a reference that is its last word.

    Raises:
        SettingsError: nothing is there.
    """
    before, space, last = text.rpartition(" ")
    try:
        return _after(before + space, read_secret(last, whence))
    except ValueError:
        return Secret(text)


def _after(before: str, secret: Secret) -> Secret:
    again = partial(_after_again, before, secret)
    return Secret(before + secret.reveal(), secret.source, again)


def _after_again(before: str, secret: Secret) -> Secret:
    return _after(before, secret.again())


def read_secret(reference: str, whence: Whence) -> Secret:
    """What `env:NAME`, `file:PATH` or `ssm:/NAME` refers to.

    Raises:
        ValueError: this is no reference (perhaps the secret itself: do not quote it).
        SettingsError: nothing is there.
    """
    kind, _, name = reference.partition(":")
    if kind == "env" and name:
        return _read(partial(_environment, reference, name, whence.environment), reference)
    if kind == "file" and name:
        path = whence.folder / Path(name).expanduser()
        return _read(partial(_file, reference, path), reference)
    if parameter := parameter_in(reference):
        again = partial(_read_anew, whence.parameters, parameter, reference)
        return Secret(whence.parameters.value(parameter), reference, again)
    raise ValueError("no reference")


def _read(read: Callable[[], str], reference: str) -> Secret:
    return Secret(read(), reference, partial(_read, read, reference))


def _read_anew(parameters: Parameters, name: str, reference: str) -> Secret:
    value = parameters.again(name)
    return Secret(value, reference, partial(_read_anew, parameters, name, reference))


def _environment(reference: str, name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(
            f'"{reference}" points to {name}, which is not set.',
            f"Set it before starting: export {name}=…",
        )
    return value


def _file(reference: str, path: Path) -> str:
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text file"
        raise SettingsError(
            f'"{reference}" cannot be read: {why}.', f"Put the secret alone into {path}."
        ) from None
    if not value:
        raise SettingsError(f'"{reference}" is empty.', f"Put the secret alone into {path}.")
    return value
