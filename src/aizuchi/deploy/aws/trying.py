"""Whether what was deployed answers: asked as Slack and strangers ask, from outside."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aizuchi.deploy.stack.entry import ROUTES
from aizuchi.errors import DeployError

TRIES, PAGE_TRIES, EVERY_S = 10, 3, 2.0
CHALLENGE = "aizuchi"


class Answer(NamedTuple):
    """Status 0: nobody answers."""

    status: int
    body: str = ""


Post = Callable[[str, bytes, Mapping[str, str]], Answer]
Pause = Callable[[float], None]


def address_of(base: str, surface: str) -> str:
    return base.rstrip("/") + ROUTES[surface]


def try_out(base: str, signing_secret: str, post: Post, pause: Pause = time.sleep) -> Sequence[str]:
    """What was found, a line each. A new address takes a few seconds until everybody knows it.

    Raises:
        DeployError: it does not answer as it must.
    """
    for surface in ROUTES:
        address = address_of(base, surface)
        _expect(_until_known(address, post, pause), 401, address)
    found = ["a request that nobody signed is refused"]
    if signing_secret:
        body, headers = signed(signing_secret, time.time())
        answer = post(address_of(base, "Slack"), body, headers)
        if answer.status != 200 or CHALLENGE not in answer.body:
            raise DeployError(
                f"Slack's signature is not accepted: status {answer.status}.",
                "Run aizuchi secrets push; a changed secret counts after at most five minutes.",
            )
        found.append("Slack's signature is accepted")
    return found


def try_page(page: str, post: Post, pause: Pause = time.sleep) -> str:
    """What was found of the web chat. Its address is known at once: who cannot reach it is told.

    Raises:
        DeployError: it does not answer as it must.
    """
    address = f"{page.rstrip('/')}/api/chat"
    answer = _until_known(address, post, pause, PAGE_TRIES)
    if not answer.status:
        return f"note   the web chat cannot be reached from here: look at {page} yourself"
    _expect(answer, 401, address)
    return "ok     the web chat lets nobody in without a token"


def _until_known(address: str, post: Post, pause: Pause, tries: int = TRIES) -> Answer:
    answer = Answer(0)
    for _ in range(tries):
        answer = post(address, b"{}", {"content-type": "application/json"})
        if answer.status == 401:
            break
        pause(EVERY_S)
    return answer


def _expect(answer: Answer, status: int, address: str) -> None:
    if answer.status != status:
        said = f"status {answer.status}" if answer.status else "nobody answers"
        raise DeployError(
            f"{address} does not answer as it must: {said}, where {status} is right.",
            "Everything is deployed. Look why with aizuchi status and aizuchi logs.",
        )


def signed(secret: str, now: float) -> tuple[bytes, Mapping[str, str]]:
    """What Slack sends to see whether an address is ours."""
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE}).encode()
    stamp = str(int(now))
    key = secret.partition(",")[0].encode()
    digest = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256)
    return body, {
        "content-type": "application/json",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest.hexdigest()}",
    }
