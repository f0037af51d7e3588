"""Secrets of a function: values of its environment, or parameters of SSM that it names there."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from time import monotonic

from aizuchi.errors import SettingsError, StoreUnavailable
from aizuchi.hosts.aws_lambda.service import Service

PREFIX = "ssm:"
FRESH_S = 300.0
"""How long what was read is used without a question."""

AGAIN_AFTER_S = 60.0
"""Who sends bad signatures has us read at most so often."""

READ_WITHIN_S = 1.2
MOST_NAMES = 10
"""SSM gives no more at once."""

Read = Callable[[Sequence[str]], Mapping[str, str]]
"""The parameters of these names that there are, with their values; may raise StoreUnavailable."""


class Secrets:
    """The secrets of several variables, each one or more with commas between. `ssm:NAME` stands for
    the value of that parameter; all are read with one call, when one of them is first wanted.

    Raises:
        SettingsError: more parameters are named than one call reads.
    """

    def __init__(
        self,
        given: Mapping[str, str],
        read: Read,
        complain: Callable[[str], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._given = {name: _parts(value) for name, value in given.items()}
        parts = {part for parts in self._given.values() for part in parts}
        self._names = sorted(_name(part) for part in parts if part.startswith(PREFIX))
        if len(self._names) > MOST_NAMES:
            raise SettingsError(
                f"The environment names {len(self._names)} parameters of SSM.",
                f"Name at most {MOST_NAMES}: they are read with one call.",
            )
        self._read, self._complain, self._clock = read, complain, clock
        self._values: Mapping[str, str] | None = None
        self._read_at = self._tried_at = 0.0

    def of(self, variable: str) -> Sequence[str]:
        """The secrets of a variable; those that are not there are not among them.

        Raises:
            StoreUnavailable: they have never been read, and cannot be now.
        """
        parts = self._given.get(variable, ())
        if any(part.startswith(PREFIX) for part in parts):
            self._refresh()
        known = self._values or {}
        values = (known.get(_name(part), "") if part.startswith(PREFIX) else part for part in parts)
        return [value for value in values if value]

    def renew(self) -> bool:
        """Reads them again, unless that was done within the last minute; whether they are others
        now."""
        if not self._names or self._clock() - self._tried_at < AGAIN_AFTER_S:
            return False
        before = self._values
        return self._try() and self._values != before

    @property
    def shown_to_nobody(self) -> Sequence[str]:
        """All that are known, for what must not show them."""
        given = (part for parts in self._given.values() for part in parts)
        plain = [part for part in given if not part.startswith(PREFIX)]
        return [*plain, *(self._values or {}).values()]

    def _refresh(self) -> None:
        now = self._clock()
        if self._values is None:
            self._fetch()
        elif now - self._read_at > FRESH_S and now - self._tried_at >= AGAIN_AFTER_S:
            self._try()

    def _try(self) -> bool:
        """Reads them; where that fails, those of before are still used."""
        try:
            self._fetch()
        except StoreUnavailable as error:
            self._complain(f"the secrets could not be read again: {error}")
            return False
        return True

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        self._values = self._read(self._names)
        self._read_at = self._tried_at
        for name in self._names:
            if name not in self._values:
                self._complain(f"there is no parameter {name} in SSM, or no right to read it")


def reader_of(open_ssm: Callable[[], Service]) -> Read:
    """Reads from SSM, which is opened with the first that are wanted."""
    ssm = cache(open_ssm)

    def read(names: Sequence[str]) -> Mapping[str, str]:
        asked = {"Names": names, "WithDecryption": True}
        said = ssm().call("GetParameters", asked, monotonic() + READ_WITHIN_S)
        return {each["Name"]: each["Value"] for each in said.get("Parameters", ())}

    return read


def _parts(value: str) -> Sequence[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _name(part: str) -> str:
    return part.removeprefix(PREFIX)
