"""SSM's parameters: secrets by their names."""

import base64
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.operations import Operation
from aizuchi.simulator.aws.refusals import Refused, invalid

TARGET = "AmazonSSM"
MOST_NAMES = 10
KINDS = ("String", "StringList", "SecureString")
MOST_BYTES = 4096


class Parameter(NamedTuple):
    kind: str
    value: str
    version: int
    changed_at: float


class SSM:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._parameters: dict[str, Parameter] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "GetParameters": Operation(self._get, {"Names", "WithDecryption"}),
            "PutParameter": Operation(self._put, {"Name", "Value", "Type", "Overwrite"}),
        }

    def put(self, name: str, value: str, kind: str = "SecureString") -> int:
        """The version that the parameter now has."""
        known = self._parameters.get(name)
        version = known.version + 1 if known else 1
        self._parameters[name] = Parameter(kind, value, version, self._clock())
        return version

    def drop(self, name: str) -> None:
        del self._parameters[name]

    def _put(self, asked: Arguments) -> dict[str, Any]:
        name, value = asked.text("Name"), asked.text("Value")
        known = self._parameters.get(name)
        if known and not asked.flag("Overwrite"):
            raise Refused(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option "
                "in the request to true.",
            )
        if len(value.encode()) > MOST_BYTES:
            raise invalid("Standard tier parameters support a maximum parameter value of 4096 "
                          "characters.")  # fmt: skip
        kind = asked.text("Type", known.kind if known else "")
        if kind not in KINDS:
            raise invalid(f"Value {kind!r} at 'type' must be one of {', '.join(KINDS)}")
        return {"Version": self.put(name, value, kind), "Tier": "Standard"}

    def _get(self, asked: Arguments) -> dict[str, Any]:
        names = [str(name) for name in asked.sequence("Names")]
        if not 1 <= len(names) <= MOST_NAMES:
            raise invalid(
                f"1 validation error detected: Value '{names}' at 'names' failed to satisfy "
                "constraint: Member must have length less than or equal to 10"
            )
        plainly = asked.flag("WithDecryption")
        known = [name for name in dict.fromkeys(names) if name in self._parameters]
        return {
            "Parameters": [self._told(name, plainly) for name in known],
            "InvalidParameters": [name for name in names if name not in self._parameters],
        }

    def _told(self, name: str, plainly: bool) -> dict[str, Any]:
        kind, value, version, changed_at = self._parameters[name]
        if kind == "SecureString" and not plainly:
            value = base64.b64encode(f"sealed {value[::-1]}".encode()).decode()
        return {
            "Name": name,
            "Type": kind,
            "Value": value,
            "Version": version,
            "LastModifiedDate": changed_at,
            "ARN": f"arn:aws:ssm:us-east-1:000000000000:parameter/{name.lstrip('/')}",
            "DataType": "text",
        }
