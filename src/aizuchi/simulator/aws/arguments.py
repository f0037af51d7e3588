"""What a call was given, with its types checked; a parameter that the fake has not is refused."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aizuchi.simulator.aws.refusals import Refused, not_simulated


class Arguments:
    def __init__(self, given: Any, known: Collection[str], where: str = "parameter") -> None:
        if not isinstance(given, dict):
            raise Refused("SerializationException", "Start of structure or map found where not")
        for name in given:
            if name not in known:
                raise not_simulated(f"{where} {name}")
        self._given: Mapping[str, Any] = given

    def __contains__(self, name: str) -> bool:
        return self._given.get(name) is not None

    def text(self, name: str, usual: str | None = None) -> str:
        value = self._value(name, str, usual)
        return str(value)

    def number(self, name: str, usual: int | None = None) -> int:
        value = self._value(name, int, usual)
        return int(value)

    def flag(self, name: str, usual: bool = False) -> bool:
        return bool(self._value(name, bool, usual))

    def mapping(self, name: str, usual: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self._value(name, dict, usual)
        return value

    def sequence(self, name: str, usual: Sequence[Any] | None = None) -> Sequence[Any]:
        value: Sequence[Any] = self._value(name, list, usual)
        return value

    def _value(self, name: str, kind: type, usual: Any) -> Any:
        value = self._given.get(name)
        if value is None:
            if usual is None:
                raise Refused("ValidationException", _missing(name))
            return usual
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Refused("SerializationException", f"{name} is not a {kind.__name__}")
        return value


def _missing(name: str) -> str:
    member = name[:1].lower() + name[1:]
    return (
        f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: "
        "Member must not be null"
    )
