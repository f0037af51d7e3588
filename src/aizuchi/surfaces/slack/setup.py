"""What `check` looks at in Slack: the tokens, what they allow, and what Slack sends where."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.settings import Settings
from aizuchi.settings.platforms import SlackSettings
from aizuchi.surfaces import Finding
from aizuchi.surfaces.slack.manifest import address_of, commands, events, scopes

AGAIN = "Print the manifest anew (aizuchi slack manifest), paste it under App Manifest, and save."
REINSTALL = "Take it anew from OAuth & Permissions, after Install App."

MENDS = {
    "account_inactive": "The app was removed from the workspace: install it again.",
    "invalid_auth": REINSTALL,
    "missing_scope": "Give the app-level token the scope connections:write.",
    "not_allowed_token_type": "This is a token of another kind: xoxb- answers, xapp- connects.",
    "not_authed": REINSTALL,
    "ratelimited": "Slack wants a pause: check again in a minute.",
    "token_expired": REINSTALL,
    "token_revoked": REINSTALL,
    "unreachable": "Check the network, and [slack] api_base.",
}


class Reply(NamedTuple):
    """What the web API said, and the scopes that its header names."""

    body: Mapping[str, Any]
    scopes: Sequence[str] = ()

    @property
    def error(self) -> str:
        """Slack's code for what is wrong; empty where nothing is."""
        return "" if self.body.get("ok") is True else str(self.body.get("error") or "unreachable")

    def text(self, name: str) -> str:
        return str(self.body.get(name) or "")


Ask = Callable[[str, str, Mapping[str, str]], Reply]
"""Calls a method of the web API with a token and arguments; no exception leaves it."""


def check(settings: Settings, ask: Ask, url: str = "") -> Sequence[Finding]:
    """Everything about Slack that can be told from here; `url` is where people reach us."""
    slack = settings.slack
    return [
        *_secrets(slack),
        *_workspaces(slack, ask),
        *_socket(slack, ask),
        *_app(slack, ask, url),
    ]


def _secrets(slack: SlackSettings) -> Iterator[Finding]:
    has_token = bool(slack.tokens)
    mend = "Install the app, and set SLACK_BOT_TOKEN to its Bot User OAuth Token (xoxb-)."
    yield Finding(has_token, "there is a bot token to answer with", "" if has_token else mend)
    hears = bool(slack.app_token or slack.signing)
    mend = (
        "Set SLACK_APP_TOKEN (xapp-, with the scope connections:write) for Socket Mode, "
        "or SLACK_SIGNING_SECRET for HTTP."
    )
    yield Finding(hears, "there is a way in for what people write", "" if hears else mend)


def _workspaces(slack: SlackSettings, ask: Ask) -> Iterator[Finding]:
    for team, token in slack.tokens.items():
        which = f"the bot token of {team}" if team else "the bot token"
        reply = ask("auth.test", token, {})
        if reply.error:
            yield _refused(which, reply.error)
        else:
            yield from _workspace(slack, team, reply)


def _workspace(slack: SlackSettings, team: str, reply: Reply) -> Iterator[Finding]:
    name, user = reply.text("team") or reply.text("team_id"), reply.text("user")
    yield Finding(True, f"it answers in {name} as @{user}")
    if team and reply.text("team_id") != team:
        mend = f"Write it as {reply.text('team_id')} under [slack] bot_tokens."
        yield Finding(False, f"the bot token of {team} is one of another workspace", mend)
    missing = sorted(set(scopes(slack)) - set(reply.scopes))
    mend = f"Add {', '.join(missing)} under OAuth & Permissions, and install the app again."
    yield Finding(not missing, f"it may do in {name} all that it has to", mend if missing else "")
    yield Finding(True, f"in a channel it is heard once it is invited: /invite @{user}")


def _socket(slack: SlackSettings, ask: Ask) -> Iterator[Finding]:
    if slack.app_token:
        reply = ask("apps.connections.open", slack.app_token.reveal(), {})
        connects = Finding(True, "Socket Mode can be connected")
        yield _refused("the app-level token", reply.error) if reply.error else connects


def _app(slack: SlackSettings, ask: Ask, url: str) -> Iterator[Finding]:
    """What only the app's own configuration tells."""
    token, app = slack.config_token.reveal(), _app_id(slack.app_token.reveal())
    if not (token and app):
        why = "SLACK_CONFIG_TOKEN" if not token else "the id in SLACK_APP_TOKEN"
        yield Finding(True, f"which events Slack sends was not looked at: that needs {why}")
        return
    reply = ask("apps.manifest.export", token, {"app_id": app})
    if reply.error:
        yield _refused("the app configuration token", reply.error)
    else:
        yield from _compared(slack, _inside(reply.body, "manifest"), url)


def _compared(slack: SlackSettings, live: Mapping[str, Any], url: str) -> Iterator[Finding]:
    """The live app beside what aizuchi.toml declares."""
    settings, features = _inside(live, "settings"), _inside(live, "features")
    subscribed = _inside(settings, "event_subscriptions")
    yield _all_of(events(slack), subscribed.get("bot_events"), "the events that Slack sends")
    listed = features.get("slash_commands")
    named = [each.get("command") for each in listed if isinstance(each, dict)] if listed else []
    yield _all_of([*commands(slack)], named, "the slash commands")
    yield Finding(*_well("agent_view" in features, "the app is an agent: Stop stops it", AGAIN))
    uses_socket = settings.get("socket_mode_enabled") is True
    if slack.app_token:
        yield Finding(*_well(uses_socket, "the app uses Socket Mode", AGAIN))
    elif url:
        there = subscribed.get("request_url") == address_of(url)
        yield Finding(*_well(there, f"Slack sends to {address_of(url)}", AGAIN))


def _all_of(wanted: Sequence[str], given: Any, what: str) -> Finding:
    there = given if isinstance(given, list) else []
    missing = [each for each in wanted if each not in there]
    lacking = f"{what} lack {', '.join(missing)}"
    return Finding(False, lacking, AGAIN) if missing else Finding(True, f"{what} are all there")


def _well(well: bool, what: str, mend: str) -> tuple[bool, str, str]:
    return well, what, "" if well else mend


def _refused(which: str, code: str) -> Finding:
    mend = MENDS.get(code, "Look it up in Slack's reference of errors.")
    return Finding(False, f"Slack does not take {which}: {code}", mend)


def _inside(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _app_id(app_token: str) -> str:
    """An app-level token names its app: xapp-1-A0123-…"""
    parts = app_token.split("-")
    return parts[2] if len(parts) > 3 and parts[0] == "xapp" else ""
