"""What a ticket is, in every engine: an entry to a socket, good once, for a minute, from one page.

A browser cannot put a token into the handshake of a socket; so whoever has come in by theirs asks
for a ticket, and shows it in the address.
"""

import secrets
from hashlib import sha256
from typing import NamedTuple

TICKET_BYTES = 24
TICKET_S = 60.0


class Ticket(NamedTuple):
    """What is kept of a ticket: whose it is, from where it was asked for, until when it is good."""

    person: str
    origin: str
    until: float

    def admits(self, origin: str, now: float) -> bool:
        """Whether it lets somebody in who comes from there now."""
        return origin == self.origin and now < self.until


def new_ticket() -> str:
    """A ticket that nobody guesses: 192 bits."""
    return secrets.token_urlsafe(TICKET_BYTES)


def digest(ticket: str) -> bytes:
    """What is kept of the ticket itself: nobody can use what they read in the store."""
    return sha256(ticket.encode("utf-8", "surrogatepass")).digest()
