"""Peer: nanobot's gateway with its Slack channel, over Socket Mode, in the folder that is HOME."""

import json
import os
import runpy
import sys
from pathlib import Path

from slack_sdk.web.async_base_client import AsyncBaseClient

# There is no setting for where Slack is; its client has the real address as a default.
start = AsyncBaseClient.__init__
start.__defaults__ = tuple(
    os.environ["SLACK_API_URL"] if value == AsyncBaseClient.BASE_URL else value
    for value in start.__defaults__ or ()
)

CONFIG = {
    "agents": {"defaults": {"model": "bench", "provider": "custom"}},
    "providers": {"custom": {"apiKey": "none", "apiBase": os.environ["OPENAI_BASE_URL"]}},
    "channels": {
        "slack": {
            "enabled": True,
            "botToken": os.environ["SLACK_BOT_TOKEN"],
            "appToken": os.environ["SLACK_APP_TOKEN"],
            "allowFrom": ["*"],
        },
        "websocket": {"enabled": False},
    },
    "gateway": {"port": 0},
}

file = Path.home() / ".nanobot" / "config.json"
file.parent.mkdir(exist_ok=True)
file.write_text(json.dumps(CONFIG), "utf-8")
print("ready 0", flush=True)
os.dup2(2, 1)
sys.argv = ["nanobot", "gateway", "--foreground", "--config", str(file)]
runpy.run_module("nanobot", run_name="__main__")
