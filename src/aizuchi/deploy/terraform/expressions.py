"""Values of the stack as Terraform's expressions."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aizuchi.deploy.stack.values import (
    AnyOf,
    AsText,
    Condition,
    Given,
    Here,
    Is,
    IsSet,
    Joined,
    More,
    Of,
    When,
)
from aizuchi.deploy.terraform.hcl import Call, Raw, expression
from aizuchi.deploy.terraform.words import snake

LOCALS = {
    "name": Raw('"${var.name}-${var.stage}"'),
    "account": Raw("data.aws_caller_identity.here.account_id"),
    "region": Raw("data.aws_region.here.name"),
    "partition": Raw("data.aws_partition.here.partition"),
}
HERE = {
    "AccountId": "local.account",
    "Region": "local.region",
    "Partition": "local.partition",
    "URLSuffix": "data.aws_partition.here.dns_suffix",
}
SHORTER = ("${var.name}-${var.stage}", "${local.name}")

Reference = Callable[[str, str], str]
"""The code of an attribute of a resource."""


class Expressions:
    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def of(self, value: Any) -> Any:
        """The value with expressions in the place of what only an account knows."""
        match value:
            case Joined() | Given() | Here() | Of() | More():
                return Raw(self._code(value))
            case AsText(content):
                return Call("jsonencode", self.of(content))
            case When():
                return self._when(value)
            case Mapping():
                return self._mapping({key: self.of(each) for key, each in value.items()}, value)
            case list() | tuple():
                return self._list(value)
            case _:
                return value

    def _code(self, value: Joined | Given | Here | Of | More) -> str:
        match value:
            case Joined(parts):
                return self._text(parts)
            case Given(parameter):
                return f"var.{snake(parameter)}"
            case Here(name):
                return HERE[name]
            case Of(resource, attribute):
                return self._reference(resource, attribute)
            case More(parameter, by):
                return f"var.{snake(parameter)} + {by}"

    def _text(self, parts: Sequence[str | Given | Here | Of]) -> str:
        written = "".join(map(self._part, parts)).replace(*SHORTER)
        return "local.name" if written == SHORTER[1] else f'"{written}"'

    def _part(self, part: str | Given | Here | Of) -> str:
        if isinstance(part, str):
            return json.dumps(part, ensure_ascii=False)[1:-1]
        return f"${{{self._code(part)}}}"

    def _when(self, value: When) -> Any:
        """A value where its condition holds, else the other, or null."""
        then = expression(self.of(value.value))
        other = "null" if value.otherwise is None else expression(self.of(value.otherwise))
        return Raw(f"{condition(value.condition)} ? {then} : {other}")

    def _mapping(self, made: Mapping[str, Any], value: Mapping[str, Any]) -> Any:
        if any(_may_be_absent(each) for each in value.values()):
            return Raw(
                f"{{ for key, value in {expression(made)} : key => value if value != null }}"
            )
        return made

    def _list(self, value: Any) -> Any:
        made = [self.of(each) for each in value]
        if any(_may_be_absent(each) for each in value):
            return Raw(f"[for each in {expression(made)} : each if each != null]")
        return made


def _may_be_absent(value: Any) -> bool:
    return isinstance(value, When) and value.otherwise is None


def condition(of: Condition) -> str:
    match of:
        case Is(parameter, value):
            return f'var.{snake(parameter)} == "{value}"'
        case IsSet(parameter, "0"):
            return f"var.{snake(parameter)} != 0"
        case IsSet(parameter):
            return f'var.{snake(parameter)} != ""'
        case AnyOf(conditions):
            return f"anytrue([{', '.join(map(condition, conditions))}])"
