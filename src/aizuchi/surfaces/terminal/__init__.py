"""The terminal: a client of the web API with a person at a keyboard behind it."""

from aizuchi.limits import Limits
from aizuchi.surfaces import Plug

PLUG = Plug(
    name="terminal",
    limits=Limits(delivery="pulled", reply_within_s=float("inf")),
    surface="aizuchi.surfaces.web.inbound:WebSurface",
)
