"""The names and values that the expressions of one call may use, and did use."""

from collections.abc import Iterable, Mapping

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.dynamodb.reserved import RESERVED
from aizuchi.simulator.aws.dynamodb.values import Value, normal
from aizuchi.simulator.aws.refusals import Refused, invalid

NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"


class Scope:
    def __init__(self, names: Mapping[str, str], values: Mapping[str, Value]) -> None:
        self._names, self._values = names, values
        self._unused = {*names, *values}

    def name(self, token: str, kind: str) -> str:
        """The attribute that a name in an expression stands for."""
        if not token.startswith("#"):
            return _bare(token, kind)
        self._unused.discard(token)
        if token not in self._names:
            raise invalid(
                f"Invalid {kind}: An expression attribute name used in the document path is not "
                f"defined; attribute name: {token}"
            )
        return self._names[token]

    def value(self, token: str, kind: str) -> Value:
        self._unused.discard(token)
        if token not in self._values:
            raise invalid(
                f"Invalid {kind}: An expression attribute value used in expression is not "
                f"defined; attribute value: {token}"
            )
        return self._values[token]

    def check(self) -> None:
        """AWS refuses a call that brings what it does not use."""
        for what, sort in ((NAMES, "#"), (VALUES, ":")):
            if unused := sorted(token for token in self._unused if token.startswith(sort)):
                raise invalid(f"Value provided in {what} unused in expressions: "
                              f"keys: {{{', '.join(unused)}}}")  # fmt: skip


def scope_of(asked: Arguments, expressions: Iterable[str]) -> Scope:
    """What the call brings; names and values without an expression are refused."""
    for what, sort in ((NAMES, "#"), (VALUES, ":")):
        _check_tokens(asked, what, sort, any(name in asked for name in expressions))
    values = {token: normal(value) for token, value in asked.mapping(VALUES, {}).items()}
    return Scope(_names(asked), values)


def _names(asked: Arguments) -> Mapping[str, str]:
    names = asked.mapping(NAMES, {})
    for name in names.values():
        if not isinstance(name, str):
            raise Refused("SerializationException", f"{NAMES} holds what is no string")
    return names


def _check_tokens(asked: Arguments, what: str, sort: str, has_expression: bool) -> None:
    if what not in asked:
        return
    if not has_expression:
        raise invalid(f"{what} can only be specified when using expressions")
    if not asked.mapping(what):
        raise invalid(f"{what} must not be empty")
    for token in asked.mapping(what):
        if not token.startswith(sort) or not token[1:].replace("_", "a").isalnum():
            raise invalid(f'{what} contains invalid key: Syntax error; key: "{token}"')


def _bare(token: str, kind: str) -> str:
    if token.upper() in RESERVED:
        raise invalid(
            f"Invalid {kind}: Attribute name is a reserved keyword; reserved keyword: {token}"
        )
    return token
