"""What anybody may send to Discord's door, whichever host it is at."""

from tests.discord.payloads import SIGNER, as_json, command, signed

from aizuchi.edge import MOST_BRACKETS, WEBHOOK
from aizuchi.events import Headers, HttpRequest
from aizuchi.surfaces.discord.signing import SIGNATURE, TIMESTAMP
from aizuchi.testing.virtual_time import EPOCH

BODY = as_json(command("日本語も"))


def proofs(body: bytes = BODY, timestamp: bytes = b"%d" % EPOCH) -> Headers:
    signature = SIGNER.sign(timestamp + body).signature.hex().encode()
    return ((TIMESTAMP, timestamp), (SIGNATURE, signature))


GOOD = proofs()[1][1]
TIMESTAMPS = (
    *(b"", b" ", b"now", b"-1", b"1e9", b"0x7f", b"1800000000.0", b"+1800000000"),
    *(b" 1800000000", b"1800000000 ", b"1_800_000_000", b"9" * 400, b"\xff\xfe"),
    *("１８００００００００".encode(), "١٨٠٠٠٠٠٠٠٠".encode(), b"1800000000\x00"),
)
"""Each is none, whatever signs it."""

SIGNATURES = (
    *(b"", b"0", b"zz" * 64, b"0" * 128, b"f" * 128, b"\xff" * 128, "é".encode() * 64),
    *(GOOD[:-1], GOOD[:-2], GOOD + b"0", GOOD + b"00", b" " + GOOD[:-1], GOOD[:-1] + b" "),
    *(GOOD[:64] + b" " * 64, b"0x" + GOOD[2:], GOOD[::-1], GOOD * 999),
)
DOUBTFUL: tuple[Headers, ...] = (
    (),
    proofs()[:1],
    proofs()[1:],
    (*proofs(), proofs()[0]),
    (*proofs(), proofs()[1]),
    (*proofs(), (SIGNATURE, b"0")),
)
MALFORMED = (
    *(b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":"\xff"}', b'{"type":NaN}', b"{}"),
    *(b'{"type":"1"}', b'{"type":2}', b'{"type":1,"type":2}'),
    as_json(command(type=99)),
    as_json(command(type=None)),
    as_json(command(id="1:evil")),
    as_json(command(token="")),
    as_json(command(token="x" * 2_000)),
    as_json(command(application_id="../..")),
    as_json(command(channel_id=None, channel=None)),
    as_json(command(member=None)),
    as_json(command(member={"user": {"id": 7}})),
)
"""Signed, and yet no interaction."""


def with_headers(*headers: tuple[bytes, bytes], body: bytes = BODY) -> HttpRequest:
    return signed(body)._replace(headers=headers)


UNSIGNED = (
    *(with_headers(*proofs(timestamp=timestamp)) for timestamp in TIMESTAMPS),
    *(with_headers(proofs()[0], (SIGNATURE, signature)) for signature in SIGNATURES),
    *(with_headers(*headers) for headers in DOUBTFUL),
)
LARGE = signed(b" " * (WEBHOOK.most_bytes + 1))
BRACKETS = signed(b"[" * (MOST_BRACKETS + 1))
PACKED = signed(BODY)._replace(headers=(*proofs(), (b"content-encoding", b"gzip")))
PUT = signed(BODY)._replace(method="PUT")
