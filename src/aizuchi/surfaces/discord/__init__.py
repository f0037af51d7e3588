"""Discord: commands, mentions and direct messages, answered where they were asked."""

from aizuchi.limits import Budget, Limits
from aizuchi.surfaces import Plug

NAME = "discord"

PAGE_CHARS = 2_000
"""Characters of a message, in UTF-16 units here: whatever Discord counts, it is not more."""

LIMITS = Limits(
    delivery="pushed",
    page_chars=PAGE_CHARS,
    pages=5,
    overflow="file",
)
"""The answer to a command: its first message is the one that says “thinking…”, which is a sign
that needs no renewal."""

MESSAGE = LIMITS._replace(sign_s=10.0, sign_precedes=True)
"""The answer to a mention or a direct message; a typing sign goes after ten seconds, or with a new
message of ours."""

NARROW = LIMITS._replace(pages=1)
"""Where nothing can be looked up, or few follow-ups are allowed: one message, and a file."""

TOKEN_S = 900.0
"""How long the token of an interaction lives."""

HAND_OVER_S = 840.0
"""When what is still being said goes on in a message of the bot's."""

BUDGETS = {
    "discord.followup": Budget(burst=5, per_s=1.0),
    "discord.message": Budget(burst=5, per_s=1.0),
    "discord.typing": Budget(burst=5, per_s=1.0),
    "discord.history": Budget(burst=5, per_s=1.0),
}
"""Calls that may leave at once, and then by the second, until Discord's headers say otherwise: for
each interaction (`discord.followup:<its id>`) and for each channel."""

PLUG = Plug(
    name=NAME,
    limits=LIMITS,
    surface="aizuchi.surfaces.discord.inbound:DiscordSurface",
    courier="aizuchi.surfaces.discord.courier:DiscordCourier",
    opening="aizuchi.surfaces.discord.opening:open_discord",
    check="aizuchi.surfaces.discord.setup:check",
    socket="aizuchi.surfaces.discord.socket:DiscordSocket",
    paths=("/discord/interactions",),
    budgets=BUDGETS,
)
