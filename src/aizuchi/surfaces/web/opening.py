"""Opens the web from its settings: the tokens, the gate, and the routes behind it."""

from collections.abc import Callable

from aizuchi.ports import Engine
from aizuchi.settings import Settings
from aizuchi.surfaces.web.auth import Gate, proxied
from aizuchi.surfaces.web.routes import WebRoutes
from aizuchi.surfaces.web.tokens import Tokens


def open_web(settings: Settings, engine: Engine, clock: Callable[[], float]) -> WebRoutes:
    """The ASGI app of the web; raises SettingsError where nobody could ever come in."""
    web = settings.web
    tokens = Tokens(settings.home, web.token.reveal())
    header = proxied(web.identity_header, web.proxies) if web.auth == "header" else None
    gate = Gate(tokens, hosts=web.hosts, header=header)
    return WebRoutes(
        inbox=engine.inbox,
        log=engine.log,
        chats=engine.chats,
        memory=engine.memory,
        tickets=engine.tickets,
        gate=gate,
        clock=clock,
        name=settings.name_on("web"),
        models=tuple(settings.personas),
        gateway=engine.gateway,
    )
