"""Where people write to the assistant: one folder each, told apart by data alone."""

from typing import NamedTuple

from aizuchi.ports import Limits


class Plug(NamedTuple):
    """A surface as data: nothing of it is imported before it is wanted.

    The other fields are import strings (`module:name`): `surface` is its pure half; a pushed one
    has a `courier`, a pulled one a `routes` that makes its ASGI app; `check` tells how it is set
    up; `socket` holds an outgoing connection. `paths` are the webhooks it is reached at.
    """

    name: str
    limits: Limits
    surface: str
    courier: str = ""
    routes: str = ""
    check: str = ""
    socket: str = ""
    paths: tuple[str, ...] = ()


class Finding(NamedTuple):
    """One thing that `check` looked at: whether it is well, what it is, and how to mend it."""

    well: bool
    what: str
    mend: str = ""
