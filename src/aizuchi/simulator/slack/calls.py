"""A call of the Web API as values: what was asked, by which token."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from aizuchi.simulator.slack.refusals import Refused, invalid
from aizuchi.simulator.slack.things import Team, Token

FALSE = ("", "0", "false", "False", None, False, 0)


class Call(NamedTuple):
    """A call that may be made; lists and objects may have come as JSON in a form's field."""

    at: float
    method: str
    arguments: Mapping[str, Any]
    token: Token
    team: Team

    def text(self, name: str) -> str:
        """An argument as text; empty where it is not given."""
        value = self.arguments.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | dict | list):
            raise invalid(f"{name} must be a string")
        return str(value)

    def flag(self, name: str) -> bool | None:
        """None where it is not given: the method's own default then counts."""
        return self.arguments[name] not in FALSE if name in self.arguments else None

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise invalid(f"{name} must be a number") from None

    def objects(self, name: str) -> list[dict[str, Any]] | None:
        """A list of objects; None where it is not given."""
        value = self._decoded(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise Refused(f"invalid_{name}", messages=[f"[ERROR] {name} is no list of objects"])
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where it is not given."""
        value = self._decoded(name) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise invalid(f"{name} must be a list of strings")
        return value

    def record(self, name: str) -> dict[str, Any]:
        """An object; empty where it is not given."""
        value = self._decoded(name)
        if value is not None and not isinstance(value, dict):
            raise invalid(f"{name} must be an object")
        return value or {}

    def _decoded(self, name: str) -> Any:
        value = self.arguments.get(name)
        if not isinstance(value, str) or not value:
            return value or None
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(f"invalid_{name}_format") from None


class Made(NamedTuple):
    """A call that was made and what came of it: an error's name, or nothing; `lost` where its
    reply never reached the app."""

    at: float
    method: str
    arguments: Mapping[str, Any]
    error: str
    lost: bool = False
