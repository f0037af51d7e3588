"""An AWS that says what a test wants it to, for what ministack never says: refusals, long pages,
stacks that were left half done. boto3 itself asks it, over a network."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

ACCOUNT = "111122223333"
IDENTITY = {"Account": ACCOUNT, "UserId": "x", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann"}


class Refusal(NamedTuple):
    code: str
    message: str = "no"
    status: int = 400


NOT_FOUND = Refusal("ResourceNotFoundException", "no such function", 404)
Said = Mapping[str, Any] | Refusal
Answer = Callable[[Mapping[str, Any]], Said]
"""What is said when asked with these arguments."""


class Played:
    """`answers` are by operation; what is not among them is refused. `asked` are the operations in
    their order."""

    def __init__(self, **answers: Answer | Said) -> None:
        self.answers: dict[str, Answer | Said] = {
            "GetCallerIdentity": IDENTITY,
            "GET": NOT_FOUND,
            **answers,
        }
        self.asked: list[str] = []
        self.address = ""

    def say(self, operation: str, asked: Mapping[str, Any]) -> Said:
        self.asked.append(operation)
        answer = self.answers.get(operation, Refusal("InvalidAction", operation))
        return answer(asked) if callable(answer) else answer

    def environment(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "AKIAPLAYED",
            "AWS_SECRET_ACCESS_KEY": "played",
            "AWS_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
            "AWS_MAX_ATTEMPTS": "1",
        }


@contextmanager
def playing(**answers: Answer | Said) -> Iterator[Played]:
    played = Played(**answers)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(played))
    played.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(played: Played) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            target = self.headers.get("x-amz-target", "")
            if target:
                said = played.say(target.rpartition(".")[2], json.loads(body or "{}"))
                self._send(*_as_json(said), "application/x-amz-json-1.1")
            else:
                asked = dict(parse_qsl(body))
                said = played.say(asked["Action"], asked)
                self._send(*_as_xml(asked["Action"], said), "text/xml")

        def do_GET(self) -> None:
            """Of Lambda, which has an address for everything, nothing is there."""
            said = played.say("GET", {"path": self.path})
            self._send(*_as_json(said), "application/json")

        def _send(self, status: int, body: str, kind: str) -> None:
            content = body.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            if status == NOT_FOUND.status:
                self.send_header("x-amzn-errortype", NOT_FOUND.code)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
            pass

    return Handler


def _as_json(said: Said) -> tuple[int, str]:
    if isinstance(said, Refusal):
        return said.status, json.dumps({"__type": said.code, "message": said.message})
    return 200, json.dumps(said)


def _as_xml(action: str, said: Said) -> tuple[int, str]:
    if isinstance(said, Refusal):
        error = {"Code": said.code, "Message": said.message, "Type": "Sender"}
        return said.status, f"<ErrorResponse><Error>{_xml(error)}</Error></ErrorResponse>"
    result = f"<{action}Result>{_xml(said)}</{action}Result>"
    return 200, f"<{action}Response>{result}</{action}Response>"


def _xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_xml(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(each)}</member>" for each in value)
    return escape(str(value))
