"""What a surface can carry, and what its platform allows: data, light enough for a cold edge."""

from math import inf
from typing import Literal, NamedTuple


class Limits(NamedTuple):
    """What a surface can carry. Times in seconds, sizes in characters.

    A pulled surface is read by tails and needs no courier; a pushed one is written to. `gaps_s`
    are the pauses between updates of a growing answer, the last one repeated; `sign_s` is how
    long a sign of working stands before it has to be given again, 0 where there is none;
    `sign_ends` says that it stands until it is taken away, `sign_precedes` that only a post takes
    it away, so that none is given once a page is posted;
    `stream_s` is how long a native stream may stay open, 0 where there are none; `edits` says
    whether a page can be rewritten and taken away: without it there are no streams, and all is
    posted once, at the end. So it is without `grows`, but what stands can still be mended. Past
    the last of `pages` the surface either goes on, or attaches the whole as a file (`overflow`).
    `hand_over_s` is how long from the claim on what stands can be written on; then the rest is
    posted elsewhere, where it `goes_on` at all. `stages` says that a page shows whether it still
    grows and whether the answer ends with it, so that one that only changes so is rewritten.
    """

    delivery: Literal["pushed", "pulled"]
    ack_within_s: float = 3.0
    reply_within_s: float = 3600.0
    page_chars: int = 1_000_000
    pages: int = 1
    gaps_s: tuple[float, ...] = (0.5, 0.7, 1.0, 1.4, 2.0, 2.7, 3.0)
    sign_s: float = 0.0
    sign_ends: bool = False
    sign_precedes: bool = False
    stream_s: float = 0.0
    edits: bool = True
    grows: bool = True
    overflow: Literal["more_pages", "file"] = "more_pages"
    hand_over_s: float = inf
    goes_on: bool = True
    stages: bool = False


class Budget(NamedTuple):
    """What a platform allows of one kind of call: so many at once, then so many a second."""

    burst: int
    per_s: float
