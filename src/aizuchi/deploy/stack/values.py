"""What a stack is described with: values that are only known in an account, conditions, resources.

Properties have CloudFormation's names; `deploy/terraform.py` knows what Terraform calls them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Given(NamedTuple):
    """The value of a parameter."""

    parameter: str


class Of(NamedTuple):
    """An attribute of a resource; without a name the one it is referred to by."""

    resource: str
    attribute: str = ""


class Joined(NamedTuple):
    """A text of several parts, none of them conditional."""

    parts: tuple["str | Given | Of | Here", ...]


class Here(NamedTuple):
    """What the account itself says: its AccountId, Region, Partition or URLSuffix."""

    name: str


class More(NamedTuple):
    """A parameter that is one of a few numbers, and so much more."""

    parameter: str
    by: int


class AsText(NamedTuple):
    """JSON inside a text."""

    content: Any


class Is(NamedTuple):
    parameter: str
    value: str


class IsSet(NamedTuple):
    """`empty` is what stands for nothing."""

    parameter: str
    empty: str = ""


class AnyOf(NamedTuple):
    conditions: tuple["Condition", ...]


Condition = Is | IsSet | AnyOf


def holds(condition: Condition | None, parameters: Mapping[str, str]) -> bool:
    """Whether it is so, with these values; None is always so."""
    match condition:
        case None:
            return True
        case Is(parameter, value):
            return parameters.get(parameter) == value
        case IsSet(parameter, empty):
            return parameters.get(parameter, empty) != empty
        case AnyOf(conditions):
            return any(holds(each, parameters) for each in conditions)


class When(NamedTuple):
    """A value where a condition holds; else another one, or nothing at all."""

    condition: Condition
    value: Any
    otherwise: Any = None


Content = Mapping[str, Any]


class Parameter(NamedTuple):
    """What whoever deploys may choose. `about` is shown in both front ends; `among` are the only
    values there are, `least` and `most` bound a number."""

    name: str
    about: str
    default: str | int | tuple[str, ...] | None
    pattern: str = ""
    among: tuple[str | int, ...] = ()
    least: int | None = None
    most: int | None = None
    wanted: Is | None = None

    @property
    def is_number(self) -> bool:
        return isinstance(self.default, int)


class Resource(NamedTuple):
    """`about` says why it is there, where its name does not; `after` are others that it needs
    without naming them; `stays` where it outlives the stack; `unlinted` names checks of cfn-lint's
    that are wrong about it."""

    name: str
    kind: str
    properties: Content
    only: Condition | None = None
    after: tuple[str, ...] = ()
    about: str = ""
    stays: bool = False
    unlinted: tuple[str, ...] = ()


class Output(NamedTuple):
    name: str
    about: str
    value: Any
    only: Condition | None = None


class Stack(NamedTuple):
    """`rooms`: resources by what they are for."""

    parameters: Sequence[Parameter]
    rooms: Mapping[str, Sequence[Resource]]
    outputs: Sequence[Output]

    @property
    def resources(self) -> Sequence[Resource]:
        return [each for room in self.rooms.values() for each in room]

    def parameter(self, name: str) -> Parameter:
        return next(each for each in self.parameters if each.name == name)


def text(*parts: "str | Given | Of | Here | Joined") -> Joined:
    """A text of parts, those of other texts among them."""
    flat: list[Any] = []
    for part in parts:
        flat += part.parts if isinstance(part, Joined) else (part,)
    return Joined(tuple(flat))
