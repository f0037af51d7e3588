"""The web chat and its API: whoever has a token writes, every open page reads."""

from aizuchi.limits import Limits
from aizuchi.surfaces import Plug

PLUG = Plug(
    name="web",
    limits=Limits(delivery="pulled", reply_within_s=float("inf")),
    surface="aizuchi.surfaces.web.inbound:WebSurface",
    routes="aizuchi.surfaces.web.routes:make_routes",
    check="aizuchi.surfaces.web.setup:check",
)
