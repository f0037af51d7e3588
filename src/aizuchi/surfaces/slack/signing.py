"""Slack's signature, version 0: over the raw bytes, and only for five minutes."""

import hmac
from collections.abc import Sequence
from functools import lru_cache

from aizuchi.events import HttpRequest

TIMESTAMP = b"x-slack-request-timestamp"
SIGNATURE = b"x-slack-signature"
FRESH_S = 300
"""How far a request's time may lie from ours, either way; Slack's own client allows the same."""

LONGEST_TIME = 15


def is_signed(request: HttpRequest, secrets: Sequence[bytes], now: float) -> bool:
    """Whether one of the secrets has signed this request, and not too long ago. Never raises."""
    timestamp, given = request.header(TIMESTAMP), request.header(SIGNATURE)
    if timestamp is None or given is None or not _is_fresh(timestamp, now):
        return False
    for secret in secrets:
        if hmac.compare_digest(given, signature(secret, timestamp, request.body)):
            return True
    return False


def signature(secret: bytes, timestamp: bytes, body: bytes) -> bytes:
    """What Slack sends along with a body."""
    mac = _keyed(secret).copy()
    mac.update(b"v0:%b:%b" % (timestamp, body))
    return b"v0=" + mac.hexdigest().encode()


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> hmac.HMAC:
    """The secret, made ready: for a short body that is half of the work."""
    return hmac.new(secret, digestmod="sha256")


def _is_fresh(timestamp: bytes, now: float) -> bool:
    """A timestamp is digits and nothing else; as bytes, those of ASCII only."""
    is_time = timestamp.isdigit() and len(timestamp) <= LONGEST_TIME
    return is_time and abs(int(now) - int(timestamp)) <= FRESH_S
