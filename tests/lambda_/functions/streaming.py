"""A loop of one's own for the Runtime API that streams; awslambdaric cannot."""

import http.client
import os
import sys
import time
from collections.abc import Iterator

RUNTIME = "/2018-06-01/runtime/invocation"
PIECES = 4
GAP_S = 0.1


def chunks(*, breaks: bool) -> Iterator[bytes]:
    yield b'{"statusCode":201,"headers":{"content-type":"text/event-stream"}}' + bytes(8)
    for number in range(2 if breaks else PIECES):
        yield f"data: {number}\n\n".encode()
        time.sleep(GAP_S)


def main(how: str) -> None:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        connection.request("GET", f"{RUNTIME}/next")
        asked = connection.getresponse()
        asked.read()
        answer(connection, asked.headers["Lambda-Runtime-Aws-Request-Id"], breaks=how == "breaks")


def answer(connection: http.client.HTTPConnection, request_id: str, *, breaks: bool) -> None:
    connection.putrequest("POST", f"{RUNTIME}/{request_id}/response")
    connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
    connection.putheader("Content-Type", "application/vnd.awslambda.http-integration-response")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type")
    connection.endheaders()
    for chunk in chunks(breaks=breaks):
        connection.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    trailer = b"Lambda-Runtime-Function-Error-Type: Broken\r\n" if breaks else b""
    connection.send(b"0\r\n" + trailer + b"\r\n")
    connection.getresponse().read()


if __name__ == "__main__":
    main(sys.argv[-1])
