"""Peer: Bolt for Python in Flask, as its documentation shows it, on waitress."""

import logging
from importlib import import_module
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

flask: Any = import_module("flask")
waitress: Any = import_module("waitress")
adapter: Any = import_module("slack_bolt.adapter.flask")

SECRET = "a secret of the benchmark"


def authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T024BE7LH", bot_token="xoxb-1", bot_user_id="U0LAN0Z89"
    )


app = App(signing_secret=SECRET, authorize=authorize)
site = flask.Flask(__name__)
handler = adapter.SlackRequestHandler(app)


@app.event("app_mention")
def mentioned(event: dict[str, Any]) -> None:
    pass


@app.command("/ask")
def asked(ack: Any) -> None:
    ack()


@site.post("/slack/events")  # type: ignore[untyped-decorator]  # Flask is only in the peer
def events() -> Any:
    return handler.handle(flask.request)


logging.getLogger("waitress.queue").setLevel(logging.ERROR)
server = waitress.create_server(site, host="127.0.0.1", port=0, threads=16)
print("ready", server.effective_port, flush=True)
server.run()
