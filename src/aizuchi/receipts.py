"""What the courier says, and what it changes in what stands on the platform."""

from collections.abc import Sequence
from math import inf
from typing import assert_never

from aizuchi.answers import Step
from aizuchi.operations import (
    AppendStream,
    AttachFile,
    Busy,
    CloseStream,
    DeletePage,
    Doubtful,
    EditPage,
    Ended,
    Find,
    Found,
    HandOver,
    OpenStream,
    Operation,
    PostPage,
    Receipt,
    Refused,
    Sent,
    ShowEnd,
    ShowWorking,
    Undeliverable,
)
from aizuchi.standing import Page, Standing

LEAST_BETWEEN_SIGNS_S = 1.0

BUSY = Undeliverable("platform_busy", "The platform took no more calls.")
UNREACHABLE = Undeliverable("platform_unreachable", "The platform did not answer.")
DELETED = Undeliverable("deleted", "The answer was deleted on the platform.")

OUT_OF_TIME = Undeliverable(
    "out_of_time", "The platform takes answers for a quarter of an hour; ask for a smaller part."
)

OfPage = PostPage | EditPage | DeletePage | OpenStream | AppendStream | CloseStream | AttachFile


def did(standing: Standing, operation: Operation, receipt: Receipt, now: float) -> None:
    """Takes in what came of an operation."""
    match operation:
        case ShowWorking():
            _signed(standing, operation, receipt, now)
        case ShowEnd():
            _sign_ended(standing, operation, receipt, now)
        case HandOver():
            _handed_over(standing, operation, receipt, now)
        case _:
            _did(standing, operation, receipt, now)


def _did(standing: Standing, operation: OfPage, receipt: Receipt, now: float) -> None:
    page = standing.page(operation.page)
    match receipt:
        case Sent("") if isinstance(operation, PostPage | OpenStream):
            raise ValueError(f"a courier said that {operation!r} is sent, but not where it stands")
        case Sent(ref):
            standing.succeeded()
            _sent(standing, operation, page, ref)
            page.cards |= {step.id: step for step in _steps(operation)}
        case Busy(retry_after_s):
            standing.trouble = BUSY
            standing.held(operation, retry_after_s, now)
        case Doubtful():
            standing.trouble = UNREACHABLE
            _doubted(operation, page)
            standing.tried(operation, now)
        case Ended(why):
            _ended(standing, operation, page, why)
            standing.tried(operation, now) if isinstance(operation, EditPage) else None
        case Refused():
            _refused(standing, operation, page, receipt)
        case never:
            assert_never(never)


def found(standing: Standing, lost: Find, result: Found, now: float) -> None:
    """Takes in what became of a post whose reply was lost."""
    page = standing.page(lost.page)
    match result:
        case Sent(ref):
            standing.succeeded()
            page.stands(ref, None, streaming=standing.maybe_streaming)
        case None:
            page.not_posted()
        case Busy(retry_after_s):
            standing.held(lost, retry_after_s, now)
        case Doubtful():
            standing.tried(lost, now)
        case Refused(_, mend):
            page.not_posted()
            standing.once = True
            if page.losses > 1:
                standing.end = Undeliverable("in_doubt", mend)
        case never:
            assert_never(never)


def _signed(standing: Standing, sign: ShowWorking, receipt: Receipt, now: float) -> None:
    """A sign is never worth a second try: the next one is."""
    standing.sign_from = now + LEAST_BETWEEN_SIGNS_S
    if isinstance(receipt, Busy):
        standing.held(sign, receipt.retry_after_s, now)
        return
    if isinstance(receipt, Refused):
        standing.sign_from = inf
    standing.signed(sign.text, now)


def _sign_ended(standing: Standing, sign: ShowEnd, receipt: Receipt, now: float) -> None:
    match receipt:
        case Busy(retry_after_s):
            standing.held(sign, retry_after_s, now)
        case Doubtful():
            standing.sign_left()
            standing.tried(sign, now)
        case _:
            standing.sign_ends = False


def _handed_over(standing: Standing, operation: HandOver, receipt: Receipt, now: float) -> None:
    """From here on the page is no more; one that could not be told so is left as it is."""
    match receipt:
        case Busy(retry_after_s):
            standing.held(operation, retry_after_s, now)
        case Doubtful():
            standing.tried(operation, now)
        case _:
            standing.hand_over_at = inf
            standing.page(operation.page).gone(operation.ref)
            standing.end = None if standing.limits.goes_on else OUT_OF_TIME


def _sent(standing: Standing, operation: OfPage, page: Page, ref: str) -> None:
    match operation:
        case PostPage(text=text, stage=stage):
            page.stands(ref, text, streaming=False)
            page.stage = stage
        case OpenStream(text=text):
            page.stands(ref, text, streaming=True)
        case EditPage(text=text, stage=stage):
            page.text, page.stage = text, stage
        case AppendStream(text=text):
            page.text = None if page.text is None else page.text + text
        case CloseStream(text=text, whole=whole):
            said = None if page.text is None else page.text + text
            page.text, page.streaming = whole if said == whole else None, False
        case DeletePage(ref=deleted):
            page.gone(deleted)
        case AttachFile():
            standing.attached = True
        case never:
            assert_never(never)


def _steps(operation: OfPage) -> Sequence[Step]:
    if isinstance(operation, OpenStream | AppendStream | CloseStream):
        return operation.steps
    return ()


def _doubted(operation: OfPage, page: Page) -> None:
    match operation:
        case PostPage() | OpenStream():
            page.lost(page.posting_at)
        case EditPage() | AppendStream():
            page.text = None
        case CloseStream():
            page.text, page.streaming = None, None
        case DeletePage() | AttachFile():
            pass
        case never:
            assert_never(never)


def _ended(standing: Standing, operation: OfPage, page: Page, why: str) -> None:
    if isinstance(operation, DeletePage):
        page.gone(operation.ref)
    elif isinstance(operation, PostPage | OpenStream):
        _refused(standing, operation, page, Refused(why))
    elif why == "gone":
        _replace(standing, page, DELETED)
    else:
        # An edit is told so where a stream that we thought closed is still open.
        page.text, page.streaming = None, None if isinstance(operation, EditPage) else False
        if why == "stopped_by_reader":
            standing.stopped = True


def _refused(standing: Standing, operation: OfPage, page: Page, refused: Refused) -> None:
    reason = Undeliverable(refused.code, refused.mend)
    match operation:
        case OpenStream():
            standing.streams = False
        case PostPage():
            standing.end = reason
        case EditPage(ref=ref):
            _replace(standing, page, reason)
            page.left.append(ref)
        case AppendStream():
            page.text = None
        case CloseStream():
            page.text, page.streaming = None, False
        case DeletePage(ref=ref):
            page.gone(ref)
        case AttachFile():
            standing.files = False
        case never:
            assert_never(never)


def _replace(standing: Standing, page: Page, why: Undeliverable) -> None:
    """A page that cannot be rewritten is posted anew, once, when the answer is whole."""
    page.gone(page.ref)
    page.replaced += 1
    standing.once = True
    if page.replaced > 1:
        standing.end = why
