"""Peer: discord-interactions in Flask, as its documentation shows it, on waitress.

Usage: discord_flask.py PUBLIC_KEY
"""

import logging
import sys
from importlib import import_module
from typing import Any

flask: Any = import_module("flask")
waitress: Any = import_module("waitress")
interactions: Any = import_module("discord_interactions")

site = flask.Flask(__name__)


@site.post("/discord/interactions")  # type: ignore[untyped-decorator]  # Flask is only in the peer
@interactions.verify_key_decorator(sys.argv[1])  # type: ignore[untyped-decorator]  # so is this
def asked() -> Any:
    return flask.jsonify({"type": 5})


logging.getLogger("waitress.queue").setLevel(logging.ERROR)
server = waitress.create_server(site, host="127.0.0.1", port=0, threads=16)
print("ready", server.effective_port, flush=True)
server.run()
