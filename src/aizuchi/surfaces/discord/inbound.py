"""The pure half of Discord: what is signed, what it says, and how it is acknowledged.

It runs cold against a clock of three seconds, so it imports almost nothing.
"""

from collections.abc import Sequence

from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import Event, HttpRequest, HttpResponse, Reception
from aizuchi.surfaces.discord.fields import Malformed
from aizuchi.surfaces.discord.interactions import read_interaction
from aizuchi.surfaces.discord.manner import Manner
from aizuchi.surfaces.discord.signing import is_signed

UNSIGNED = HttpResponse(401, b"Bad request signature")
MALFORMED = HttpResponse(400)

REQUEST, INTERACTION, MESSAGE = "request", "interaction", "message"
"""Routes of an event: an interaction that came as a request, and what the Gateway dispatches:
INTERACTION_CREATE and MESSAGE_CREATE, each with its payload as the body."""


class DiscordSurface:
    """Reads what Discord sends: commands, clicks, direct messages and mentions.

    `bot_id` is our user's id, by which a mention is known; whoever opens a connection sets it.
    """

    def __init__(self, public_key: str = "", manner: Manner = Manner()) -> None:
        self._public_key = bytes.fromhex(public_key)
        self._manner = manner
        self.bot_id = ""

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        if not is_signed(request, self._public_key, now):
            return UNSIGNED
        try:
            return Event(REQUEST, None, read_object(request.body))
        except BadJson:
            return MALFORMED

    def read(self, event: Event, *, now: float) -> Reception:
        try:
            match event.route:
                case "request" | "interaction":
                    by_request = event.route == REQUEST
                    return read_interaction(
                        event.body, self._manner, now=now, by_request=by_request
                    )
                case "message":
                    from aizuchi.surfaces.discord.sentences import read_message  # no request is

                    return read_message(event.body, self._manner, self.bot_id)
                case _:
                    return Reception()
        except Malformed:
            return Reception(accepted=MALFORMED)

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        from aizuchi.surfaces.discord.render import render  # 8 ms that no acknowledgement needs

        return render(markdown, growing=growing)
