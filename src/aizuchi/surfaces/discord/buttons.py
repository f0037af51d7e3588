"""The buttons of an answer: which there are, and what a click on one says."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from aizuchi.surfaces.discord.address import Address
from aizuchi.words import language_of, say

Kind = Literal["stop", "again"]
Where = Literal["shared", "direct", "ephemeral"]
KINDS, PLACES = get_args(Kind), get_args(Where)
OURS = "aizuchi"
AGAIN = ":again:"
LONGEST_ID = 100


class Button(NamedTuple):
    """What a button of an answer does, as its `custom_id` carries it: whose answer it is, in which
    kind of conversation, and the end of the turn's id."""

    kind: Kind
    user: str
    where: Where
    turn: str

    @property
    def custom_id(self) -> str:
        return "/".join((OURS, *self))

    @property
    def next_turn(self) -> str:
        """The end of the id of the turn that makes this answer again."""
        begun, again, count = self.turn.partition(AGAIN)
        number = int(count) + 1 if again and count.isdigit() else 1
        return f"{begun}{AGAIN}{number}"


def button_of(custom_id: str) -> Button | None:
    """The button that was clicked; None where it is none of ours."""
    begins, *fields = custom_id.split("/")
    if begins != OURS or len(fields) != len(Button._fields):
        return None
    kind, user, where, turn = fields
    is_ours = kind in KINDS and where in PLACES and user and turn
    return Button(kind, user, where, turn) if is_ours else None  # type: ignore[arg-type]  # just looked at


def rows(kind: Kind | None, address: Address) -> Sequence[Mapping[str, Any]]:
    """The components of a message: one button, or none."""
    if kind is None or not address.turn:
        return []
    custom_id = Button(kind, address.user, _where(address), address.turn).custom_id
    if len(custom_id) > LONGEST_ID:
        return []
    label = say(f"button_{kind}", language_of("", address.locale))
    button = {"type": 2, "style": 2, "label": label, "custom_id": custom_id}
    return [{"type": 1, "components": [button]}]


def _where(address: Address) -> Where:
    if address.direct:
        return "direct"
    return "ephemeral" if address.ephemeral else "shared"
