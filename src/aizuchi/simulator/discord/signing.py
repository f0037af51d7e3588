"""How Discord signs what it delivers: Ed25519 over the timestamp and the raw bytes."""

from nacl.signing import SigningKey

SIGNATURE = "x-signature-ed25519"
TIMESTAMP = "x-signature-timestamp"


def new_key() -> SigningKey:
    return SigningKey.generate()


def public_key(key: SigningKey) -> str:
    return key.verify_key.encode().hex()


def signed_headers(key: SigningKey, now: float, body: bytes) -> dict[str, str]:
    timestamp = str(int(now))
    signature = key.sign(timestamp.encode() + body).signature
    return {SIGNATURE: signature.hex(), TIMESTAMP: timestamp}
