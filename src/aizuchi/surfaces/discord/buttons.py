"""The buttons of an answer: which there are, and what a click on one says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from aizuchi.surfaces.discord.address import Address
from aizuchi.words import language_of, say

if TYPE_CHECKING:
    from aizuchi.answers import Consent

Kind = Literal["stop", "again", "yes", "no"]
Where = Literal["shared", "direct", "ephemeral"]
YES_NO: tuple[Kind, ...] = ("yes", "no")
STYLES: Mapping[Kind, int] = {"yes": 3, "no": 4}
KINDS, PLACES = get_args(Kind), get_args(Where)
OURS = "aizuchi"
AGAIN = ":again:"
DECIDES = "."
LONGEST_ID = 100


class Button(NamedTuple):
    """What a button of an answer does, as its `custom_id` carries it: whose answer it is, in which
    kind of conversation, and the end of the turn's id. A yes or no has after that what it decides,
    by its digest."""

    kind: Kind
    user: str
    where: Where
    turn: str

    @property
    def custom_id(self) -> str:
        return "/".join((OURS, *self))

    @property
    def of_turn(self) -> str:
        """The end of the id of the turn whose answer it stands below."""
        return self.turn.partition(DECIDES)[0]

    @property
    def digest(self) -> str:
        """What a yes or no decides."""
        return self.turn.partition(DECIDES)[2]

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
    return _row(Button(kind, address.user, _where(address), address.turn), address=address)


def choice(consent: Consent, address: Address) -> Sequence[Mapping[str, Any]]:
    """The components of a question: a yes and a no."""
    where, turn = _where(address), f"{address.turn}{DECIDES}{consent.digest}"
    return _row(*(Button(kind, consent.asker, where, turn) for kind in YES_NO), address=address)


def _row(*buttons: Button, address: Address) -> Sequence[Mapping[str, Any]]:
    """Buttons beside each other; none where one could not carry what it has to."""
    if any(len(button.custom_id) > LONGEST_ID for button in buttons):
        return []
    language = language_of("", address.locale)
    components = [
        {
            "type": 2,
            "style": STYLES.get(button.kind, 2),
            "label": say(f"button_{button.kind}", language),
            "custom_id": button.custom_id,
        }
        for button in buttons
    ]
    return [{"type": 1, "components": components}]


def _where(address: Address) -> Where:
    if address.direct:
        return "direct"
    return "ephemeral" if address.ephemeral else "shared"
