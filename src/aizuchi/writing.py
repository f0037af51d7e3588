"""An answer as its agent writes it: round after round, in the sight of its readers."""

from collections.abc import Awaitable, Callable, Sequence

from aizuchi.answers import (
    BEGINNING,
    Entry,
    Logged,
    Restarted,
    Step,
    TextDelta,
    ToolCall,
    ToolReturned,
    ToolsCalled,
)
from aizuchi.rounds import Round, rounds_of
from aizuchi.tracing import tell_text_begun

Write = Callable[[Sequence[Entry]], Awaitable[None]]
PARAGRAPH = "\n\n"


class Draft:
    """The answer so far, as its readers see it. What a round has said stands once it has ended:
    only what came since can be taken back.

    `keep` writes what must not be lost, and returns once it is kept. `past` are the rounds that an
    earlier attempt has begun: nothing of them is done again that has returned.
    """

    def __init__(self, write: Write, keep: Write | None = None, past: Sequence[Round] = ()) -> None:
        self._write, self._keep = write, keep or write
        self.rounds: list[Round] = []
        self._past = {each.called.round: each for each in past}
        self._stands = ""
        self._pieces: list[str] = []
        self._steps: dict[str, Step] = {}
        self._wasted = 0

    @property
    def text(self) -> str:
        return self._stands + "".join(self._pieces)

    @property
    def said(self) -> str:
        """What this round has said so far."""
        return "".join(self._pieces).removeprefix(PARAGRAPH)

    @property
    def tokens(self) -> int:
        """What the model has used for the rounds that ended in calls, whoever asked it, and for
        calls that failed."""
        return sum(each.called.tokens for each in self.rounds) + self._wasted

    @property
    def returned(self) -> Sequence[ToolReturned]:
        """What all calls so far have returned, in the order in which they were made."""
        return [each.returned[place] for each in self.rounds for place in sorted(each.returned)]

    async def add(self, piece: str) -> None:
        if not self._pieces:
            tell_text_begun()
            piece = PARAGRAPH + piece if self._stands else piece
        self._pieces.append(piece)
        await self._write((TextDelta(piece),))

    async def restart(self) -> None:
        """Takes back what this round has said, where it has said anything."""
        if not self._pieces:
            return
        self._pieces.clear()
        standing = (TextDelta(self._stands),) if self._stands else ()
        await self._write((Restarted(), *standing, *self._steps.values()))

    def waste(self, tokens: int) -> None:
        """Counts what a call has used that came to nothing."""
        self._wasted += tokens

    async def show(self, *steps: Step) -> None:
        self._steps |= {step.id: step for step in steps}
        await self._keep(steps)

    @property
    def is_open(self) -> bool:
        """Whether a call of the last round has not returned."""
        return bool(self.rounds) and len(self.rounds[-1].returned) < len(
            self.rounds[-1].called.calls
        )

    def next_past(self) -> Round | None:
        """The next round that an earlier attempt has begun."""
        return self._past.get(len(self.rounds) + 1)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The tools that an earlier attempt has begun to call, and that have not returned."""
        return tuple(
            call.name
            for each in self._past.values()
            for place, call in enumerate(each.called.calls)
            if place not in each.returned
        )

    def was_taken_up(self, number: int) -> bool:
        """Whether an earlier attempt went on after the rounds of another turn up to this one."""
        return number in self._past

    async def take_up(self, rounds: Sequence[Entry], number: int) -> bool:
        """Goes on after the rounds of another turn, up to this one, as if they were its own; what
        they said is not said again. False where an earlier attempt has done so."""
        is_fresh = not self.was_taken_up(number)
        if is_fresh:
            await self._keep(rounds)
            taken = rounds_of(Logged(BEGINNING, entry) for entry in rounds)
        else:
            taken = [self._past[each] for each in range(1, number + 1)]
        self.rounds += taken
        return is_fresh

    async def replay(self, past: Round) -> None:
        """Says again what an earlier attempt has said in a round."""
        if past.called.text:
            await self.add(past.called.text)
        self._begin(past)

    async def begin(self, calls: tuple[ToolCall, ...], tokens: int) -> None:
        """Keeps what is about to be done, before it is."""
        called = ToolsCalled(len(self.rounds) + 1, self.said, calls, tokens + self._wasted)
        await self._keep((called,))
        self._wasted = 0
        self._begin(Round(called, {}))

    async def result(self, returned: ToolReturned) -> None:
        """Keeps what came of a call of this round."""
        await self._keep((returned,))
        called, before = self.rounds[-1]
        self.rounds[-1] = Round(called, {**before, returned.place: returned})

    def _begin(self, each: Round) -> None:
        self.rounds.append(each)
        self._stands, self._pieces = self.text, []
