"""Whether a call is signed as AWS asks (Signature Version 4, in its header)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW_S = 300.0
HEADER = re.compile(
    rf"{ALGORITHM} Credential=([^/, ]+)/(\d{{8}})/([^/, ]+)/([^/, ]+)/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)


class Call(NamedTuple):
    """An HTTP request as it came. Names of headers are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Key(NamedTuple):
    """A pair of keys; `session` is the token that must come with temporary ones."""

    id: str
    secret: str
    session: str = ""


class NotSigned(Exception):
    """`kind`: missing, incomplete, unknown (the key), wrong (the signature), late."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


def check(call: Call, keys: Mapping[str, Key], service: str, now: float) -> None:
    """Raises NotSigned, as AWS says it."""
    given = call.headers.get("authorization")
    if not given:
        raise NotSigned("missing", "Request is missing Authentication Token")
    parts = HEADER.fullmatch(given)
    if parts is None:
        raise NotSigned("incomplete", f"Authorization header requires its parts: {given!r}")
    key_id, day, region, named, signed, signature = parts.groups()
    key = keys.get(key_id)
    if key is None or call.headers.get("x-amz-security-token", "") != key.session:
        raise NotSigned("unknown", "The security token included in the request is invalid.")
    if named != service:
        raise NotSigned("wrong", f"Credential should be scoped to correct service: '{service}'. ")
    _check_signed(call, signed.split(";"))
    _check_time(call, day, now)
    scope = f"{day}/{region}/{service}/aws4_request"
    wanted = _signature(call, signed.split(";"), scope, key.secret)
    if not hmac.compare_digest(wanted, signature):
        raise NotSigned(
            "wrong",
            "The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.",
        )


def _check_signed(call: Call, signed: list[str]) -> None:
    """The host and everything of AWS's own must be signed, and be there."""
    own = {name for name in call.headers if name.startswith("x-amz-") or name == "host"}
    if not own <= {*signed} or not {*signed} <= call.headers.keys():
        raise NotSigned("wrong", f"Headers that are not signed: {sorted(own - {*signed})}")
    if "x-amz-date" not in call.headers:
        raise NotSigned("incomplete", "Authorization header requires 'X-Amz-Date'")


def _check_time(call: Call, day: str, now: float) -> None:
    stamp = call.headers["x-amz-date"]
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise NotSigned(
            "incomplete", f"Date must be in ISO-8601 'basic format'. Got {stamp!r}"
        ) from None
    if not stamp.startswith(day):
        raise NotSigned("wrong", "Date in Credential scope does not match YYYYMMDD from X-Amz-Date")
    if abs(now - at) > SKEW_S:
        word = "earlier" if at < now else "later"
        here = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
        raise NotSigned("late", f"Signature expired: {stamp} is now {word} than {here} by 5 min.")


def _signature(call: Call, signed: list[str], scope: str, secret: str) -> str:
    canonical = "\n".join(
        [
            call.method,
            quote(call.path or "/", safe="/-_.~"),
            "&".join(
                f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
                for name, value in sorted(parse_qsl(call.query, keep_blank_values=True))
            ),
            *(f"{name}:{' '.join(call.headers[name].split())}" for name in signed),
            "",
            ";".join(signed),
            hashlib.sha256(call.body).hexdigest(),
        ]
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([ALGORITHM, call.headers["x-amz-date"], scope, hashed])
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()
