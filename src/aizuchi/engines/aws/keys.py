"""Where everything stands in the one table.

| pk           | sk            | what                                                          |
|--------------|---------------|---------------------------------------------------------------|
| `talk` C     | `talk`        | a conversation: its open turns in order, its owner and title  |
|              | `said` SEQ    | an exchange that has settled                                  |
| `turn` T     | `turn`        | a turn: its state, attempt and lease; later, that it was there |
|              | `log` A N     | neighbouring entries of an attempt                            |
|              | `note` AT R   | what happened beside the log                                  |
|              | `asked`       | a question that nobody has decided yet                        |
| `files` T    | N             | a file that its message brought along                         |
| `person` P   | `person`      | up to which turn the person is forgotten                      |
|              | `turn` SEQ    | where a turn of theirs stands, from acceptance on             |
|              | `talk` C      | a private conversation of theirs                              |
|              | `asked` T     | a question that was asked for them                            |
|              | `socket` X    | a socket that they have opened                                |
| `socket` X   | `socket`      | an open socket of the gateway's: whose it is                  |
|              | `asked` R     | a request over it that is still told: its conversation        |
| `heard` C    | X R           | a request that is told what is answered there, and how far    |
| `place` K    | `turn` SEQ    | where a turn in a shared place stands                         |
| `memory` M   | `forgotten`   | up to which turn a memory key is forgotten                    |
|              | `summary` P A | what is no longer recalled word for word, in short            |
| `due`        | a shelf       | a summary that went with somebody who was forgotten           |
| `owned`      | C             | whose a private conversation is                               |
| `day` D      | P             | what a person used in a day                                   |
| `days`       | D             | a day in which anybody used anything                          |
| `ticket` X   | `ticket`      | a ticket, by its digest                                       |
| `pace` T B   | `pace`        | until when nobody calls, of a tenant's budget                 |

C is a conversation, T a turn, P a person, X a connection, R a request, A an attempt or an audience,
N a place in a log. A text too long for one item goes on in items of its own, behind the sort key
and a number. `until` is when an item may go, where it has a time. SEQ grows with every turn of a
conversation, and across conversations as a clock does that is never behind what it has seen.
"""

from collections.abc import Callable
from hashlib import sha256

from aizuchi.engines.aws.items import Key
from aizuchi.recall import Shelf

LONGEST = 700
"""Bytes of a name that stand in a key as they are; DynamoDB takes 1,024 in a sort key."""

TURN, TALK, SAID, LOG, NOTE, ASKED = "turn", "talk", "said", "log", "note", "asked"
SOCKET, HEARD = "socket", "heard"


def talk(conversation: str) -> Key:
    return Key(_named("talk", conversation), TALK)


def said(conversation: str, seq: int) -> Key:
    return Key(_named("talk", conversation), f"{SAID} {seq:020}")


def turn(turn_id: str) -> Key:
    return Key(_named("turn", turn_id), TURN)


def log(turn_id: str, attempt: int, n: int) -> Key:
    return Key(_named("turn", turn_id), f"{LOG} {attempt:06} {n:08}")


def note(turn_id: str, at: float, chance: str) -> Key:
    return Key(_named("turn", turn_id), f"{NOTE} {at:020.6f} {chance}")


def asked(turn_id: str) -> Key:
    return Key(_named("turn", turn_id), ASKED)


def files(turn_id: str) -> str:
    """The partition of what a message brought along: apart, for a turn is often read whole."""
    return _named("files", turn_id)


def file(name: str) -> Key:
    """A file by its key, which begins with its turn."""
    turn_id, _, place = name.rpartition("/")
    return Key(files(turn_id), place or "0")


def person(who: str) -> Key:
    return Key(_named("person", who), "person")


def turn_of(who: str, seq: int) -> Key:
    return Key(_named("person", who), f"{TURN} {seq:020}")


def talk_of(who: str, conversation: str) -> Key:
    return Key(_named("person", who), _named(TALK, conversation))


def asked_for(who: str, turn_id: str) -> Key:
    return Key(_named("person", who), _named(ASKED, turn_id))


def socket_of(who: str, name: str) -> Key:
    return Key(_named("person", who), _named(SOCKET, name))


def socket(name: str) -> Key:
    return Key(_named(SOCKET, name), SOCKET)


def asked_over(name: str, request_id: str) -> Key:
    return Key(_named(SOCKET, name), _named(ASKED, request_id))


def heard(conversation: str, name: str, request_id: str) -> Key:
    return Key(_named(HEARD, conversation), _short(f"{name} {request_id}"))


def turn_in(place: str, seq: int) -> Key:
    return Key(_named("place", place), f"{TURN} {seq:020}")


def forgotten(memory_key: str) -> Key:
    return Key(_named("memory", memory_key), "forgotten")


def summary(shelf: Shelf) -> Key:
    where = _named("summary", f"{shelf.place.audience} {shelf.place.key} {shelf.person}")
    return Key(_named("memory", shelf.memory_key), where)


def due(shelf: Shelf) -> Key:
    return Key("due", " ".join(_short(each) for each in summary(shelf)))


def owned(conversation: str) -> Key:
    return Key("owned", _short(conversation))


def day(date: str, who: str) -> Key:
    return Key(_named("day", date), _named("person", who))


def days(date: str) -> Key:
    return Key("days", date)


def ticket(digest: bytes) -> Key:
    return Key(_named("ticket", digest.hex()), "ticket")


def pace(tenant: str, budget: str) -> Key:
    return Key(_named("pace", f"{tenant} {budget}"), "pace")


def _named(kind: str, name: str) -> str:
    return f"{kind} {_short(name)}"


def _short(name: str) -> str:
    """A name as it is, or what stands for one that no key takes."""
    encoded = name.encode("utf-8", "surrogatepass")
    return name if len(encoded) <= LONGEST else f"long {sha256(encoded).hexdigest()}"


class Order:
    """Places in the order of turns: microseconds, then a mark of this process, and never behind
    any that was seen. Within a conversation its own row sees to the order; across conversations,
    as here, it is as good as the clocks of the machines, and follows whatever this process has
    read."""

    MARKS = 1024

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock, self._chance = clock, chance
        self._mark = int(chance() * self.MARKS)
        self._last = 0

    def next(self, after: int) -> int:
        """A place past that of another turn."""
        now = int(self._clock() * 1e6) * self.MARKS + self._mark
        self._last = max(now, self._last + 1, after + 1)
        return self._last

    def jitter(self, most_s: float) -> float:
        """How long to stand back for others who want the same."""
        return most_s * self._chance()
