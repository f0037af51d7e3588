"""Discord's signature: Ed25519 over the timestamp and the raw bytes, and only for five minutes."""

import re

from nacl.bindings import crypto_sign_open
from nacl.exceptions import CryptoError

from aizuchi.events import HttpRequest

TIMESTAMP = b"x-signature-timestamp"
SIGNATURE = b"x-signature-ed25519"
FRESH_S = 300
"""How far a request's time may lie from ours, either way; Discord itself names no bound."""

KEY_BYTES = 32
LONGEST_TIME = 15

_SIGNATURE = re.compile(rb"[0-9a-fA-F]{128}")


def is_signed(request: HttpRequest, public_key: bytes, now: float) -> bool:
    """Whether the owner of this key has signed the request, and not too long ago. Never raises."""
    timestamp, given = request.header(TIMESTAMP), request.header(SIGNATURE)
    if timestamp is None or given is None or len(public_key) != KEY_BYTES:
        return False
    if not _is_fresh(timestamp, now) or not _SIGNATURE.fullmatch(given):
        return False
    try:
        crypto_sign_open(bytes.fromhex(given.decode()) + timestamp + request.body, public_key)
    except CryptoError:
        return False
    return True


def _is_fresh(timestamp: bytes, now: float) -> bool:
    """A timestamp is digits and nothing else; as bytes, those of ASCII only."""
    is_time = timestamp.isdigit() and len(timestamp) <= LONGEST_TIME
    return is_time and abs(int(now) - int(timestamp)) <= FRESH_S
