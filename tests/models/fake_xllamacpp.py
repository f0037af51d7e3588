"""Stands in for the native package in its own process: it repeats the roles and the last text.

Asked to "die", it does, as native code would: without a word.
"""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any


class CommonParams:
    def __init__(self) -> None:
        self.model = SimpleNamespace()
        self.sampling = SimpleNamespace()
        self.cpuparams, self.cpuparams_batch = SimpleNamespace(), SimpleNamespace()
        self.api_keys: list[str] = []


class Server:
    def __init__(self, params: Any) -> None:
        if not os.path.getsize(params.model.path):
            os._exit(139)
        server = ThreadingHTTPServer((params.hostnames[0], params.port), Completions)
        server.daemon_threads = True
        Completions.key = params.api_keys[0]
        self.listening_address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("a word from native code")


class Completions(BaseHTTPRequestHandler):
    key = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers["authorization"] != f"Bearer {self.key}":
            self.send_error(401)
            return
        messages = asked["messages"]
        if messages[-1]["content"] == "die":
            os._exit(139)
        said = f"{len(messages)} lines, up to {asked['max_tokens']} tokens"
        self._say({"delta": {"content": said}}, {"delta": {}, "finish_reason": "stop"})

    def _say(self, *choices: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for choice in choices:
            event = json.dumps({"choices": [{"index": 0, **choice}]})
            self.wfile.write(f"data: {event}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        pass
