"""How Slack signs what it delivers: v0 over the raw bytes."""

import hashlib
import hmac

TIMESTAMP = "x-slack-request-timestamp"
SIGNATURE = "x-slack-signature"


def signed_headers(secret: str, now: float, body: bytes) -> dict[str, str]:
    timestamp = str(int(now))
    message = b"v0:%b:%b" % (timestamp.encode(), body)
    mac = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return {TIMESTAMP: timestamp, SIGNATURE: f"v0={mac}"}
