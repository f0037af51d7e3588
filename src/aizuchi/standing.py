"""What of an answer stands on a platform, as far as its log and the receipts tell."""

import re
from collections.abc import Iterable
from math import inf
from typing import assert_never

from aizuchi.answers import (
    Entry,
    Finished,
    Heard,
    Logged,
    Posting,
    Restarted,
    Shown,
    Step,
    TextDelta,
    ToolReturned,
    ToolsCalled,
)
from aizuchi.limits import Limits
from aizuchi.markdown import with_line
from aizuchi.operations import (
    AppendStream,
    CloseStream,
    Delivered,
    EditPage,
    Find,
    OpenStream,
    Operation,
    PostPage,
    ShowWorking,
    Stage,
    Undeliverable,
)
from aizuchi.words import THINKING

FIRST_WORDS_S = 0.15
"""How long the first words may take to become a whole word, so that no half one is shown."""

_WORD_END = re.compile(r"\S[\s.,;:!?。、，！？]|.{100}")

SIGN_KEPT = 0.8
"""The part of its time after which a sign is given again."""

LEAST_WAIT_S = 0.001
"""A timer may fire a little early; less than this would ask again before the time has come."""

PRIVATE = ("not_allowed", "not_yours_to_decide", "decided_already")
"""Ends that only the person who asked is told of, by their codes."""

MADE = ("answered", "failed", "timed_out", "cancelled")
"""Ends of an answer that a model had a part in."""

MOST_SIGN_TRIES = 3

FIRST_RETRY_S = 0.5
LONGEST_RETRY_S = 15.0


class Page:
    """One message of an answer: where it stands, what it says, and what nobody knows of it.

    `text` is None where something unknown stands, `streaming` where a stream may be open, and
    `cards` are the steps that the stream shows, by their ids. `lost_at` is when a post began whose
    reply was lost (seconds since the epoch, 0: none), and `losses` how many such there were; `left`
    are messages that could not be rewritten.
    """

    __slots__ = (
        "cards",
        "left",
        "losses",
        "lost_at",
        "number",
        "opened_at",
        "posting_at",
        "ref",
        "replaced",
        "stage",
        "streaming",
        "text",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.ref = ""
        self.text: str | None = ""
        self.stage: Stage = "closed"
        self.streaming: bool | None = False
        self.cards: dict[str, Step] = {}
        self.opened_at = inf
        self.posting_at = 0.0
        self.lost_at = 0.0
        self.losses = 0
        self.replaced = 0
        self.left: list[str] = []

    def stands(self, ref: str, text: str | None, *, streaming: bool | None) -> None:
        self.ref, self.text, self.streaming = ref, text, streaming
        self.posting_at = self.lost_at = 0.0
        self.losses = 0

    def lost(self, at: float) -> None:
        self.lost_at = self.lost_at or at
        self.losses += 1

    def not_posted(self) -> None:
        self.posting_at = self.lost_at = 0.0

    def gone(self, ref: str) -> None:
        """A message of this page no longer stands."""
        if ref in self.left:
            self.left.remove(ref)
        else:
            self.ref, self.text, self.streaming = "", "", False


class Standing:
    """An answer on its way to a platform, folded from its log and from what the courier says.

    `now` is a monotonic clock. A growing answer is not brought up to date before `due_at`; calls
    that a budget or a platform refused for now are held back until `growing_from` or, where they
    end the answer, `final_from`.
    """

    def __init__(self, attempt: int, limits: Limits, *, deliver_within_s: float) -> None:
        self.limits = limits
        self.finished: Finished | None = None
        self.end: Delivered | Undeliverable | None = None
        self.trouble = Undeliverable("too_late")
        self.pages: dict[int, Page] = {}
        self.running: dict[str, str] = {}
        self.steps: dict[str, Step] = {}
        self.words_from = inf
        self.updates = 0
        self.calls_from = self.due_at = self.growing_from = self.final_from = 0.0
        self.deliver_until = inf
        self.sign: str | None = None
        self.sign_from = self.sign_until = 0.0
        self.sign_ends = limits.sign_ends
        self._sign_tries = 0
        self.streams = limits.edits and limits.stream_s > 0
        self.once = not (limits.edits and limits.grows)
        self.stopped = False
        self.files = limits.overflow == "file"
        self.hand_over_at = inf
        self.attached = False
        self._attempt = attempt
        self._deliver_within_s = deliver_within_s
        self._pieces: list[str] = []
        self._retries = 0

    def bind(self, now: float) -> None:
        """The limits count from now."""
        self.hand_over_at = now + self.limits.hand_over_s

    def page(self, number: int) -> Page:
        return self.pages.setdefault(number, Page(number))

    @property
    def last_page(self) -> Page:
        """The one that the answer has come to."""
        there = [page.number for page in self.pages.values() if page.ref or page.lost_at]
        return self.page(max(there, default=1))

    @property
    def may_be_made_again(self) -> bool:
        """Whether another answer could be made in place of this one."""
        finished = self.finished
        return finished is not None and finished.outcome in MADE and finished.code != "reset"

    @property
    def maybe_streaming(self) -> bool | None:
        """What is known of a message that somebody else posted."""
        return None if self.limits.stream_s else False

    @property
    def private(self) -> bool:
        """Whether this is told to one person alone: once, and never rewritten."""
        return self.finished is not None and self.finished.code in PRIVATE

    @property
    def text(self) -> str:
        """All that is to be shown: what has been said so far or, at the end, with our line, unless
        that is a question of its own."""
        if self.finished and self.finished.consent:
            return self.finished.text
        if self.finished:
            return with_line(self.finished.text, self.finished.said)
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def remember(self, history: Iterable[Logged], now: float) -> None:
        """Takes in what the log had before we began: pages of any attempt, text of ours."""
        for line in history:
            match line.entry:
                case Posting(number, at):
                    self.page(number).lost(at)
                case Shown(number, ref):
                    self.page(number).stands(ref, None, streaming=self.maybe_streaming)
                case Finished() as finished:
                    self.saw(finished, now)
                case entry if line.position.attempt == self._attempt:
                    self.saw(entry, now)
                case _:
                    pass

    def saw(self, entry: Entry, now: float) -> None:
        """Takes in a new entry; the receipts in the log are our own."""
        match entry:
            case TextDelta(text):
                self._pieces.append(text)
                if self.words_from > now:
                    self._look_for_words(now)
            case Step():
                self._saw_step(entry, now)
            case Restarted():
                self._pieces, self.words_from = [], inf
                self.updates, self.due_at = 0, 0.0
                self.running.clear()
                self.steps.clear()
            case Finished():
                self.finished = entry
                self.deliver_until = now + self._deliver_within_s
            case Heard() | Posting() | Shown() | ToolsCalled() | ToolReturned():
                pass
            case never:
                assert_never(never)

    def cards_for(self, page: Page) -> tuple[Step, ...]:
        """The steps that this page does not show as they are, and no other page shows."""
        others = [each for each in self.pages.values() if each is not page]
        return tuple(
            step
            for step in self.steps.values()
            if page.cards.get(step.id) != step and not any(step.id in each.cards for each in others)
        )

    def signed(self, text: str, at: float) -> None:
        """A sign stands since then."""
        self.sign, self.sign_until = text, at + SIGN_KEPT * self.limits.sign_s

    def unsigned(self, text: str, at: float) -> None:
        """The sign that was given then never stood; one that was given since does."""
        if (self.sign, self.sign_until) == (text, at + SIGN_KEPT * self.limits.sign_s):
            self.sign, self.sign_until = None, 0.0

    def sign_left(self) -> None:
        """The sign could not be taken away; after a few tries it is left to end by itself."""
        self._sign_tries += 1
        self.sign_ends = self._sign_tries < MOST_SIGN_TRIES

    def posting(self, number: int, at: float, now: float) -> bool:
        """A page is about to be posted: whether the log does not know that yet."""
        page = self.page(number)
        page.opened_at = now
        news = not page.posting_at
        page.posting_at = page.posting_at or at
        return news

    def held(self, operation: Operation | Find, seconds: float, now: float) -> None:
        """A call has to wait: its budget is used up, or the platform said so."""
        until = now + max(seconds, LEAST_WAIT_S)
        match operation:
            case ShowWorking():
                self.sign_from = until
            case OpenStream() | AppendStream():
                self.growing_from = until
            case PostPage(final=False) | EditPage(final=False) | CloseStream(final=False):
                self.growing_from = until
            case _ if self.finished or self.end:
                self.final_from = until
            case _:
                self.growing_from = until

    def tried(self, operation: Operation | Find, now: float) -> None:
        """A call came to nothing: the next one a little later, each time longer."""
        self.held(operation, min(FIRST_RETRY_S * 2**self._retries, LONGEST_RETRY_S), now)
        self._retries += 1

    def succeeded(self) -> None:
        self._retries = 0

    def paused(self, now: float) -> None:
        """The growing answer has been brought up to date; the next time is a little later."""
        gaps = self.limits.gaps_s
        self.due_at = now + gaps[min(self.updates, len(gaps) - 1)]
        self.updates += 1

    def _saw_step(self, step: Step, now: float) -> None:
        """What is done on the way is a sign while it runs and, where there are streams, a card."""
        self.running.pop(step.id, None)
        if step.state == "running":
            self.running[step.id] = step.title
        if step.id != THINKING:
            self.steps[step.id] = step
            if self.streams:
                self.words_from = min(self.words_from, now)

    def _look_for_words(self, now: float) -> None:
        """From when the first words may be shown: now that one is whole, or a little later."""
        if self.text.strip():
            ready = now if _WORD_END.search(self.text) else now + FIRST_WORDS_S
            self.words_from = min(self.words_from, ready)
