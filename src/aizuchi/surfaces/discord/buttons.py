"""The buttons of an answer: which there are, and what a click on one says."""

import re
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
DECIDED, DECIDES = ":decision", "."
LONGEST_ID = 100

_AGAIN = re.compile(r"(.*):again:(\d+)")
_LONG = re.compile(r"(interaction|message):([\w-]+)((?::again:\d+|:decision)*)(\.\w+)?", re.ASCII)
_SHORT = re.compile(r"([im]):([\w-]+)((?::a\d+|:d[1-9]\d?)*)(\.\w+)?", re.ASCII)
_BEGINS = {"i": "interaction", "m": "message"}


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
        return "/".join((OURS, self.kind, self.user, self.where, _shortened(self.turn)))

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
        again = _AGAIN.fullmatch(self.turn)
        begun, number = (again[1], int(again[2]) + 1) if again else (self.turn, 1)
        return f"{begun}{AGAIN}{number}"


def button_of(custom_id: str) -> Button | None:
    """The button that was clicked; None where it is none of ours."""
    begins, *fields = custom_id.split("/")
    is_whole = len(custom_id) <= LONGEST_ID and len(fields) == len(Button._fields)
    if begins != OURS or not is_whole:
        return None
    kind, user, where, turn = fields
    is_ours = kind in KINDS and where in PLACES and user and turn
    return Button(kind, user, where, _whole(turn)) if is_ours else None  # type: ignore[arg-type]  # just looked at


def _shortened(turn: str) -> str:
    """The end of a turn's id as a button carries it: a question may follow from the decision on
    another one, and so on, and each adds to the id."""
    match = _LONG.fullmatch(turn)
    if not match:
        return turn
    begins, id_, course, decides = match.groups(default="")
    course = course.replace(AGAIN, ":a")
    course = re.sub(f"(?:{DECIDED})+", lambda some: f":d{some[0].count(':')}", course)
    return f"{begins[0]}:{id_}{course}{decides}"


def _whole(turn: str) -> str:
    match = _SHORT.fullmatch(turn)
    if not match:
        return turn
    begins, id_, course, decides = match.groups(default="")
    course = course.replace(":a", AGAIN)
    course = re.sub(r":d(\d+)", lambda some: DECIDED * int(some[1]), course)
    return f"{_BEGINS[begins]}:{id_}{course}{decides}"


def rows(kind: Kind | None, address: Address) -> Sequence[Mapping[str, Any]]:
    """The components of a message: one button, or none."""
    if kind is None or not address.turn:
        return []
    return _row(Button(kind, address.user, _where(address), address.turn), address=address)


def choice(consent: "Consent", address: Address) -> Sequence[Mapping[str, Any]]:
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
