"""The floor: what it takes at least, written by hand for this one case, with nothing repeated.

Usage: python floor.py EVENT.json
"""

import hashlib
import hmac
import json
import os
import socket
import ssl
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    event = json.load(file)
environ, headers, body = os.environ, event["headers"], event["body"].encode()

if "x-slack-signature" in headers:
    stamp = headers["x-slack-request-timestamp"]
    mac = hmac.new(environ["SLACK_SIGNING_SECRET"].encode(), b"v0:%b:%b" % (stamp.encode(), body),
                   "sha256").hexdigest()  # fmt: skip
    verified = hmac.compare_digest(f"v0={mac}", headers["x-slack-signature"])
    group, answer = json.loads(body)["event"]["channel"], ""
else:
    from nacl.bindings import crypto_sign_open

    stamp = headers["x-signature-timestamp"]
    signature = bytes.fromhex(headers["x-signature-ed25519"])
    key = bytes.fromhex(environ["DISCORD_PUBLIC_KEY"])
    verified = bool(crypto_sign_open(signature + stamp.encode() + body, key))
    group, answer = json.loads(body)["channel_id"], '{"type":5}'
assert verified, "the signature is wrong"
assert abs(time.time() - int(stamp)) < 300, "the request is stale"

host, _, port = environ["AWS_ENDPOINT_URL"].removeprefix("https://").partition(":")
sent = json.dumps(
    {
        "QueueUrl": environ["AIZUCHI__AWS__TURNS"],
        "MessageBody": body.decode(),
        "MessageGroupId": group,
        "MessageDeduplicationId": hashlib.sha256(body).hexdigest(),
    }
).encode()
at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
area = f"{at[:8]}/{environ['AWS_REGION']}/sqs/aws4_request"
names = "content-type;host;x-amz-date;x-amz-target"
values = (
    "content-type:application/x-amz-json-1.0\n"
    f"host:{host}:{port}\nx-amz-date:{at}\nx-amz-target:AmazonSQS.SendMessage\n"
)
request = f"POST\n/\n\n{values}\n{names}\n{hashlib.sha256(sent).hexdigest()}"
digest = hashlib.sha256(request.encode()).hexdigest()
secret = f"AWS4{environ['AWS_SECRET_ACCESS_KEY']}".encode()
for part in area.split("/"):
    secret = hmac.digest(secret, part.encode(), "sha256")
proof = hmac.digest(secret, f"AWS4-HMAC-SHA256\n{at}\n{area}\n{digest}".encode(), "sha256").hex()

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.load_verify_locations(environ["AWS_CA_BUNDLE"])
raw = socket.create_connection((host.encode(), int(port)), 2)  # type: ignore[arg-type]  # bytes are taken
with context.wrap_socket(raw, server_hostname=host.encode()) as connection:
    connection.sendall(
        f"POST / HTTP/1.1\r\n{values.replace(chr(10), chr(13) + chr(10))}"
        f"authorization:AWS4-HMAC-SHA256 Credential={environ['AWS_ACCESS_KEY_ID']}/{area}, "
        f"SignedHeaders={names}, Signature={proof}\r\n"
        f"content-length:{len(sent)}\r\n\r\n".encode()
        + sent
    )
    assert b" 200 " in connection.recv(65_536)[:20], "it was not queued"
print(json.dumps({"statusCode": 200, "body": answer}))
