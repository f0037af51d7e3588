"""Writes a log line as the server does as JSON; it is loaded where something goes wrong."""

import json
import sys
from collections.abc import Collection
from time import gmtime, strftime

SHOWN = "•••"
SHORTEST_MASKED = 4


def log_error(message: str, at: float, secrets: Collection[str]) -> None:
    """Without any of the secrets. Which request it belongs to, Lambda's own lines tell."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_MASKED:
            message = message.replace(secret, SHOWN)
    line = {
        "at": strftime("%Y-%m-%dT%H:%M:%S+0000", gmtime(at)),
        "level": "ERROR",
        "logger": "aizuchi.ingress",
        "message": message,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
