"""What to do next so that what stands on a platform becomes what the answer says."""

import hmac
from base64 import b32encode
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from math import inf
from typing import NamedTuple

from aizuchi.answers import Consent
from aizuchi.markdown import LEAST_PAGE, units, with_line
from aizuchi.markdown import pages as cut_to
from aizuchi.operations import (
    AppendStream,
    AttachFile,
    CloseStream,
    DeletePage,
    Delivered,
    EditPage,
    Find,
    HandOver,
    OpenStream,
    Operation,
    PostPage,
    ShowEnd,
    ShowWorking,
    Stage,
    Undeliverable,
)
from aizuchi.standing import LEAST_WAIT_S, Page, Standing

FILE_NAME = "answer.md"
WELL = ("answered", "asks", "cancelled")
STALE = "…"
"""What stands on a page of a lost attempt until the new one reaches it, or it is deleted."""

Render = Callable[[str, bool], Sequence[str]]


class Do(NamedTuple):
    """An operation; whether it ends the answer, and whether a pause follows it."""

    operation: Operation
    final: bool = False
    pauses: bool = False


class Wait(NamedTuple):
    """Nothing to do for so long (None: until something happens), or until there is more `text`
    where that is a reason to look again; the end of the answer always is."""

    seconds: float | None = None
    text: bool = False


class Done(NamedTuple):
    """All that can be done is done."""

    end: Delivered | Undeliverable


Next = Do | Find | Wait | Done


class Assignment(NamedTuple):
    """What the planner has to know beside what stands: whose answer it is, how its surface
    renders it, what a post's key is made with, and the line that points at an attached file."""

    turn_id: str
    render: Render
    key: bytes
    file_line: str = FILE_NAME


def post_key(key: bytes, turn_id: str, page: int) -> str:
    """The name by which a post is found again, the same for every try; opaque to who reads it."""
    digest = hmac.digest(key, f"{turn_id}:{page}".encode(), "sha256")
    return b32encode(digest).decode()[:25]


def next_operation(standing: Standing, assignment: Assignment, now: float) -> Next:
    """The next thing to do for an answer, as things stand now."""
    if now >= standing.deliver_until:
        return Done(standing.end or standing.trouble)
    if now < standing.calls_from:
        return _wait_until(standing.calls_from, standing, now)
    ended = standing.finished or standing.end
    step = _finish if ended else _grow
    return step(standing, assignment, now)


# ── the end of an answer ──────────────────────────────────────────────────────


def _finish(standing: Standing, assignment: Assignment, now: float) -> Next:
    if now < standing.final_from:
        return _wait_until(standing.final_from, standing, now)
    closing = () if standing.end else _closing(standing, assignment, now)
    return next(chain(closing, _ending_the_sign(standing)), Done(standing.end or Delivered()))


def _ending_the_sign(standing: Standing) -> Iterator[Next]:
    """Nobody is left waiting for what will not come."""
    if standing.sign_ends:
        finished = standing.finished
        well = not standing.end and finished is not None and finished.outcome in WELL
        yield Do(ShowEnd(well), final=True)


def _closing(standing: Standing, assignment: Assignment, now: float) -> Iterator[Next]:
    """All that is missing until the whole answer stands, and nothing else does."""
    pages = assignment.render(standing.text, False)
    shown = _with_file_line(pages, standing, assignment)
    planner = _Pages(standing, assignment, now, final=True)
    end: Stage = "ends" if standing.may_be_made_again else "closed"
    asked = _question(standing, assignment)
    for number, text in enumerate(shown, 1):
        stage = end if number == len(shown) and not asked else "closed"
        yield from planner.complete(standing.page(number), text, stage)
    for number, (text, consent) in enumerate(asked, len(shown) + 1):
        yield from planner.complete(standing.page(number), text, "closed", consent)
    for page in planner.beyond(len(shown) + len(asked)):
        yield from planner.delete(page)
    if len(shown) < len(pages) and not standing.attached:
        first = standing.page(1)
        yield Do(AttachFile(1, first.ref, FILE_NAME, standing.text), final=True)
    for page in standing.pages.values():
        yield from (Do(DeletePage(page.number, ref), final=True) for ref in page.left)


def _question(standing: Standing, assignment: Assignment) -> Sequence[tuple[str, Consent | None]]:
    """What the answer asks, on pages of its own; the last one has the buttons."""
    if not (standing.finished and standing.finished.consent):
        return []
    *before, last = assignment.render(standing.finished.said, False)
    return [*((text, None) for text in before), (last, standing.finished.consent)]


def _with_file_line(
    pages: Sequence[str], standing: Standing, assignment: Assignment
) -> Sequence[str]:
    most = standing.limits.pages
    if not standing.files or len(pages) <= most:
        return pages
    line = assignment.file_line
    room = max(LEAST_PAGE, standing.limits.page_chars - units(f"\n\n{line}"))
    cut = cut_to(pages[most - 1], room, measure=units)[0]
    return [*pages[: most - 1], with_line(cut, line)]


# ── a growing answer ──────────────────────────────────────────────────────────


def _grow(standing: Standing, assignment: Assignment, now: float) -> Next:
    if now >= max(standing.hand_over_at, standing.growing_from):
        return next(_handing_over(standing, assignment, now))
    quiet = standing.once or standing.stopped
    due = inf if quiet else max(_due(standing), standing.growing_from)
    if now >= due:
        update = next(_updating(standing, assignment, now), None)
        if update:
            return update
    if _sign_due(standing) <= now:
        return Do(ShowWorking(_sign(standing)))
    times = (due, _sign_due(standing), _stream_ends(standing), standing.hand_over_at)
    later = [time for time in times if time > now]
    waits_for_text = not quiet and (now >= due or standing.words_from > now)
    return _wait_until(min(later, default=inf), standing, now, text=waits_for_text)


def _updating(standing: Standing, assignment: Assignment, now: float) -> Iterator[Next]:
    """What brings the pages up to date: first what no longer changes, last what still grows."""
    pages = assignment.render(standing.text, True) or ([""] if standing.steps else [])
    most = standing.limits.pages if standing.files else len(pages)
    planner = _Pages(standing, assignment, now, final=False)
    grows = len(pages) <= most
    complete = pages[:-1] if grows else pages[:most]
    for number, text in enumerate(complete, 1):
        yield from planner.complete(standing.page(number), text)
    for page in planner.beyond(min(len(pages), most)):
        yield from planner.complete(page, STALE) if page.ref else planner.find(page)
    if pages and grows:
        yield from planner.growing(standing.page(len(pages)), pages[-1])


def _handing_over(standing: Standing, assignment: Assignment, now: float) -> Iterator[Next]:
    page = standing.last_page
    yield from _Pages(standing, assignment, now, final=False).find(page)
    yield Do(HandOver(page.number, page.ref))


def _due(standing: Standing) -> float:
    """When the growing answer is next brought up to date: at the first whole word, then in
    growing steps, and before a stream grows too old."""
    if not standing.updates:
        return standing.words_from
    return min(standing.due_at, _stream_ends(standing))


def _stream_ends(standing: Standing) -> float:
    opened = (page.opened_at for page in standing.pages.values() if page.streaming)
    return min(opened, default=inf) + standing.limits.stream_s


def _sign(standing: Standing) -> str:
    return next(reversed(standing.running.values()), "")


def _sign_due(standing: Standing) -> float:
    """When the sign that we listen is next given: until text shows, and while a step runs."""
    wanted = _sign(standing)
    if not standing.limits.sign_s or (standing.updates and not wanted) or _is_past_signs(standing):
        return inf
    changed = standing.sign is None or wanted not in ("", standing.sign)
    return max(standing.sign_from, 0.0 if changed else standing.sign_until)


def _is_past_signs(standing: Standing) -> bool:
    """Whether nothing would take a sign away any more."""
    pages = standing.pages.values()
    return standing.limits.sign_precedes and any(page.ref or page.lost_at for page in pages)


def _wait_until(time: float, standing: Standing, now: float, *, text: bool = False) -> Wait:
    time = min(time, standing.deliver_until)
    return Wait(None if time == inf else max(LEAST_WAIT_S, time - now), text)


# ── one page ──────────────────────────────────────────────────────────────────


class _Pages:
    """What a page needs to say a text."""

    def __init__(
        self, standing: Standing, assignment: Assignment, now: float, *, final: bool
    ) -> None:
        self._standing = standing
        self._assignment = assignment
        self._now = now
        self._final = final

    def beyond(self, number: int) -> list[Page]:
        """The pages past this one that stand, or might."""
        pages = self._standing.pages.values()
        return [page for page in pages if page.number > number and (page.ref or page.lost_at)]

    def complete(
        self, page: Page, text: str, stage: Stage = "closed", consent: Consent | None = None
    ) -> Iterator[Next]:
        """A text that no longer changes, perhaps with a question's buttons below it."""
        yield from self.find(page)
        if not page.ref:
            private = self._standing.private
            key = self._key(page)
            post = PostPage(page.number, text, key, self._final, private, stage, consent)
            yield Do(post, self._final)
        yield from self._close(page, text)
        yield from self._edit(page, text, stage, consent=consent)

    def growing(self, page: Page, text: str) -> Iterator[Next]:
        """A text of which more will come, and the steps beside it."""
        yield from self.find(page)
        cards = self._standing.cards_for(page)
        if not page.ref and self._standing.streams:
            yield Do(OpenStream(page.number, text, self._key(page), cards), pauses=True)
        elif not page.ref and text:
            post = PostPage(page.number, text, self._key(page), stage="grows")
            yield Do(post, pauses=True)
        elif page.streaming and not self._too_old(page) and _continues(page, text):
            rest = text[len(page.text or "") :]
            if rest or cards:
                yield Do(AppendStream(page.number, page.ref, rest, cards), pauses=True)
        elif text:
            yield from self._close(page, text)
            yield from self._edit(page, text, "grows", pauses=True)

    def delete(self, page: Page) -> Iterator[Next]:
        yield from self.find(page)
        yield from self._close(page, page.text or "")
        yield Do(DeletePage(page.number, page.ref), self._final)

    def find(self, page: Page) -> Iterator[Next]:
        if page.lost_at:
            known = [
                ref for page in self._standing.pages.values() for ref in (page.ref, *page.left)
            ]
            refs = tuple(ref for ref in known if ref)
            private = self._standing.private
            yield Find(page.number, self._key(page), page.lost_at, refs, private)

    def _close(self, page: Page, text: str) -> Iterator[Next]:
        if page.streaming is not False and not self._standing.private:
            rest = text[len(page.text or "") :] if _continues(page, text) else ""
            key = self._key(page)
            cards = self._standing.cards_for(page) if page.streaming else ()
            close = CloseStream(page.number, page.ref, rest, text, self._final, key, cards)
            yield Do(close, self._final)

    def _edit(
        self,
        page: Page,
        text: str,
        stage: Stage,
        *,
        pauses: bool = False,
        consent: Consent | None = None,
    ) -> Iterator[Next]:
        limits = self._standing.limits
        rewrites = limits.edits and not self._standing.private
        if rewrites and (page.text != text or (limits.stages and page.stage != stage)):
            key = self._key(page)
            edit = EditPage(page.number, page.ref, text, self._final, key, stage, consent)
            yield Do(edit, self._final, pauses)

    def _too_old(self, page: Page) -> bool:
        return self._now >= page.opened_at + self._standing.limits.stream_s

    def _key(self, page: Page) -> str:
        return post_key(self._assignment.key, self._assignment.turn_id, page.number)


def _continues(page: Page, text: str) -> bool:
    """Whether a stream only has to go on to say this."""
    return bool(page.streaming) and page.text is not None and text.startswith(page.text)
