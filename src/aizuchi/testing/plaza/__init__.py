"""Plaza: a chat platform that exists only in tests, as strict and as unreliable as a real one.

Its surface is built like any other, so it is also the shortest example of a pushed one.
"""

from aizuchi.limits import Budget, Limits
from aizuchi.surfaces import Plug

STREAMS = Limits(
    delivery="pushed", page_chars=1_900, sign_s=120.0, stream_s=240.0, reply_within_s=1_000_000.0
)
EDITS = STREAMS._replace(stream_s=0.0)
FILE = EDITS._replace(pages=5, overflow="file")
ONCE = EDITS._replace(edits=False)

BUDGETS = {
    "post": Budget(burst=15, per_s=45 / 60),
    "edit": Budget(burst=10, per_s=40 / 60),
    "open": Budget(burst=5, per_s=15 / 60),
    "append": Budget(burst=20, per_s=80 / 60),
    "close": Budget(burst=5, per_s=15 / 60),
    "history": Budget(burst=10, per_s=40 / 60),
}
"""Plaza counts calls by the minute: what may leave at once and what follows stay below that."""

PLUG = Plug(
    name="plaza",
    limits=STREAMS,
    surface="aizuchi.testing.plaza.inbound:PlazaSurface",
    courier="aizuchi.testing.plaza.courier:PlazaCourier",
    opening="aizuchi.testing.plaza.opening:open_plaza",
    check="aizuchi.testing.plaza.setup:check",
    paths=("/plaza/events",),
    budgets=BUDGETS,
)
