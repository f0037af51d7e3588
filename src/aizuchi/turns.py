"""A turn: one message on its way to its end, the states it passes, and what a claim is for."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from aizuchi.events import Message

State = Literal["waiting", "working", "finished", "settled"]
Verb = Literal["claim", "release", "finish", "settle"]

TRANSITIONS: Mapping[State, Mapping[Verb, State]] = {
    "waiting": {"claim": "working"},
    "working": {"claim": "working", "release": "waiting", "finish": "finished"},
    "finished": {"claim": "finished", "release": "finished", "settle": "settled"},
    "settled": {},
}


def after(state: State, verb: Verb) -> State:
    """The state that follows; a step that the table does not have is a defect of ours."""
    following = TRANSITIONS[state].get(verb)
    if following is None:
        raise ValueError(f"a turn that is {state} cannot {verb}")
    return following


def diagram() -> str:
    """The table as the Mermaid diagram that ARCHITECTURE.md shows."""
    arrows = [
        f"    {state} --> {following}: {verb}"
        for state, verbs in TRANSITIONS.items()
        for verb, following in verbs.items()
    ]
    return "\n".join(["stateDiagram-v2", "    [*] --> waiting: accept", *arrows])


class Bounds(NamedTuple):
    """How long anything may take, in seconds, and how often it is tried."""

    answer_within_s: float = 120
    wait_within_s: float = 600
    deliver_within_s: float = 900
    lease_s: float = 30
    renew_every_s: float = 10
    call_timeout_s: float = 5
    takeover_s: float = 30
    tries: int = 3
    waiting: int = 10


class Turn(NamedTuple):
    """A message and how far it has come. Times are seconds since the epoch; 0 is never.

    `attempt` counts claims and fences writers; `tries` counts the ones that were not handed back.
    `accepted_at` and `seq` are the engine's: order is `seq`, never a time. `deadline` is when the
    model is stopped, `lease_until` when somebody else may claim. `refusal` is the reason, known at
    acceptance, for which the turn is ended without an answer; `stopped` is a stop that was asked.
    `idle_from` is when its lease was given back, or cleared because its holder is known dead.
    """

    message: Message
    seq: int
    accepted_at: float
    state: State = "waiting"
    attempt: int = 0
    tries: int = 0
    first_claimed_at: float = 0
    lease_until: float = 0
    idle_from: float = 0
    deadline: float = 0
    finished_at: float = 0
    refusal: str = ""
    stopped: bool = False


class Work(NamedTuple):
    """What a claim is for: to answer, to deliver what is finished, or to end it for a reason.

    `told_later`: where the end is posted, a later message of the conversation tells of this one
    too, so that after an outage there is one line for all of them.
    """

    kind: Literal["answer", "deliver", "end"]
    reason: str = ""
    told_later: bool = False


WAITED = "waited_too_long"
ANSWER = Work("answer")
DELIVER = Work("deliver")


def work_of(turn: Turn, now: float, bounds: Bounds) -> Work:
    """What there is to do for a turn as it stood before its claim."""
    if turn.state == "finished":
        return DELIVER
    if turn.refusal:
        return Work("end", turn.refusal)
    if turn.stopped:
        return Work("end", "stopped")
    if not turn.first_claimed_at:
        waited = now - turn.accepted_at
        return ANSWER if waited <= bounds.wait_within_s else Work("end", WAITED)
    if turn.lease_until and turn.lease_until >= turn.deadline + bounds.call_timeout_s:
        return Work("end", "took_too_long")
    return ANSWER if turn.tries < bounds.tries else Work("end", "gave_up")


def claimed(turn: Turn, now: float, bounds: Bounds) -> Turn:
    """The turn after a claim.

    The time for the answer starts at the first claim that is to answer, and stands still while
    nobody works; who takes over gets what is left, at least `takeover_s`.
    """
    taken = turn._replace(
        state=after(turn.state, "claim"),
        attempt=turn.attempt + 1,
        tries=turn.tries + 1,
        idle_from=0.0,
        lease_until=now + bounds.lease_s,
    )
    if work_of(turn, now, bounds) != ANSWER:
        return taken
    idle = max(0.0, now - (turn.lease_until or turn.idle_from))
    answering = taken._replace(
        first_claimed_at=turn.first_claimed_at or now,
        deadline=max(turn.deadline + idle, now + bounds.takeover_s)
        if turn.first_claimed_at
        else now + bounds.answer_within_s,
    )
    return answering._replace(lease_until=lease_until(answering, now, bounds))


def given_back(turn: Turn, now: float) -> Turn:
    """The turn after its holder handed it back: the attempt does not count."""
    return turn._replace(
        state=after(turn.state, "release"),
        tries=turn.tries - 1,
        lease_until=0.0,
        idle_from=now,
    )


def lease_until(turn: Turn, now: float, bounds: Bounds) -> float:
    """The end of a lease taken now: while an answer is made, never long past its deadline."""
    if turn.state == "finished" or not turn.first_claimed_at:
        return now + bounds.lease_s
    return min(now + bounds.lease_s, turn.deadline + bounds.call_timeout_s)


def may_be_ended(turn: Turn, now: float, bounds: Bounds) -> bool:
    """Whether a turn may be claimed out of its order: it is refused, or has waited too long."""
    waited = now - turn.accepted_at
    return bool(turn.refusal) or (not turn.first_claimed_at and waited > bounds.wait_within_s)


def overdue_from(accepted_at: float, bounds: Bounds) -> float:
    """When a message that nobody claims has waited too long, by any rounding."""
    return accepted_at + bounds.wait_within_s + 0.001


def call_from(turn: Turn, bounds: Bounds) -> float:
    """When the next holder may first call a platform: by then no call of the last one is under
    way. At once where nobody held the turn, or its lease was cleared or given back."""
    return turn.lease_until + bounds.call_timeout_s if turn.lease_until else 0.0


class Refusal(NamedTuple):
    """Why a message is not answered, and when (seconds since the epoch) it would be."""

    code: str
    limit: int = 0
    opens_at: float = 0.0


class Claim(NamedTuple):
    """A turn that is ours while its lease lives, what to do with it, and when calls may start."""

    turn: Turn
    work: Work
    calls_from: float = 0.0
