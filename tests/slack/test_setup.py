"""The manifest says what aizuchi.toml declares; the check names what is wrong and its mend."""

from collections.abc import Mapping
from typing import Any

import pytest

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.secrets import Secret, Secrets
from aizuchi.settings.sections import Persona
from aizuchi.surfaces import Finding
from aizuchi.surfaces.slack.manifest import manifest
from aizuchi.surfaces.slack.setup import MENDS, Reply, check

URL = "https://bot.example.org/slack/events"
SCOPES = [
    *("app_mentions:read", "assistant:write", "channels:history", "chat:write", "files:read"),
    *("groups:history", "im:history", "mpim:history"),
]
EVENTS = ["agent_session_stopped", "app_home_opened", "app_mention", "message.im"]


def with_slack(**given: Any) -> Settings:
    return Settings(slack=SlackSettings(**given))


# ── the manifest ──────────────────────────────────────────────────────────────


def test_by_default_it_is_for_socket_mode_and_asks_for_little() -> None:
    made = manifest(Settings())
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["settings"]["event_subscriptions"] == {"bot_events": EVENTS}
    assert made["oauth_config"]["scopes"]["bot"] == SCOPES
    assert "agent_view" in made["features"]
    assert "assistant_view" not in made["features"]
    assert "slash_commands" not in made["features"]
    assert made["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert "request_url" not in str(made)


@pytest.mark.parametrize("url", ["https://bot.example.org", "https://bot.example.org/", URL])
def test_with_an_address_everything_comes_over_http(url: str) -> None:
    made = manifest(with_slack(commands=("/ask Ask Mai",)), url)
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == URL
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": URL}
    assert made["features"]["slash_commands"] == [
        {"command": "/ask", "description": "Ask Mai", "should_escape": False, "url": URL}
    ]


def test_a_socket_can_be_asked_for_with_an_address() -> None:
    assert manifest(Settings(), URL, socket=True)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ({"commands": ("/ask",)}, "commands"),
        ({"sign": "reaction"}, "reactions:write"),
        ({"names": True}, "users:read"),
    ],
)
def test_what_is_on_brings_its_scope(given: dict[str, Any], scope: str) -> None:
    assert set(manifest(with_slack(**given))["oauth_config"]["scopes"]["bot"]) == {*SCOPES, scope}


def test_messages_of_channels_come_only_where_threads_are_followed() -> None:
    events = manifest(with_slack(follow_threads=True))["settings"]["event_subscriptions"]
    assert set(events["bot_events"]) == {*EVENTS, "message.channels", "message.groups"}


def test_the_names_fit_what_slack_takes() -> None:
    made = manifest(Settings(persona=Persona(name="豆香" * 60)))
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    assert len(made["features"]["bot_user"]["display_name"]) <= 80
    assert len(made["features"]["agent_view"]["agent_description"]) <= 300


def test_a_command_without_a_description_gets_one() -> None:
    settings = with_slack(commands=("/mameka",))._replace(persona=Persona(name="豆香"))
    (command,) = manifest(settings)["features"]["slash_commands"]
    assert command == {"command": "/mameka", "description": "Ask 豆香", "should_escape": False}


@pytest.mark.parametrize("command", ["ask", "/", "/" + "x" * 32, "//ask"])
def test_what_is_no_command_is_told(command: str) -> None:
    with pytest.raises(SettingsError, match="no slash command"):
        manifest(with_slack(commands=(command,)))


@pytest.mark.parametrize("url", ["bot.example.org", "ftp://x", "https://", "https:///x"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="no address"):
        manifest(Settings(), url)


# ── the check ─────────────────────────────────────────────────────────────────

WELL: dict[str, Reply] = {
    "auth.test": Reply(
        {"ok": True, "team": "Example", "team_id": "T1", "user": "mai", "user_id": "U1"}, SCOPES
    ),
    "apps.connections.open": Reply({"ok": True, "url": "wss://example.org"}),
}
TOKENS = {"bot_token": Secret("xoxb-1"), "app_token": Secret("xapp-1-A0123-99-abc")}


def refused(code: str) -> Reply:
    return Reply({"ok": False, "error": code})


def checked(given: Mapping[str, Any] = TOKENS, url: str = "", **replies: Reply) -> list[Finding]:
    named = {name.replace("__", "."): reply for name, reply in replies.items()}

    def ask(method: str, token: str, arguments: Mapping[str, str]) -> Reply:
        return {**WELL, **named}[method]

    return [*check(with_slack(**given), ask, url)]


def wrong(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(what, mend) for well, what, mend in findings if not well]


def test_where_all_is_well_it_says_so_and_how_to_invite_it() -> None:
    findings = checked()
    assert wrong(findings) == []
    assert any("/invite @mai" in what for _, what, _ in findings)
    assert all(not mend for _, _, mend in findings)


def test_without_anything_both_ways_in_are_named() -> None:
    mends = " ".join(mend for _, mend in wrong(checked({})))
    assert all(
        name in mends for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    )


def test_a_missing_scope_is_named() -> None:
    lacking = WELL["auth.test"]._replace(scopes=SCOPES[1:])
    ((_, mend),) = wrong(checked(auth__test=lacking))
    assert "app_mentions:read" in mend
    assert "install the app again" in mend


@pytest.mark.parametrize("code", [*MENDS, "something_new"])
def test_a_token_that_slack_refuses_has_its_mend(code: str) -> None:
    ((what, mend),) = wrong(checked(auth__test=refused(code)))
    assert code in what
    assert mend
    ((what, mend),) = wrong(checked(apps__connections__open=refused(code)))
    assert code in what
    assert mend


def test_each_workspace_is_looked_at() -> None:
    both = {**TOKENS, "bot_tokens": Secrets(T1=Secret("xoxb-1"), T2=Secret("xoxb-2"))}
    ((what, mend),) = wrong(checked(both))
    assert "T2" in what
    assert "T1" in mend


LIVE = {
    "settings": {
        "event_subscriptions": {"bot_events": EVENTS, "request_url": URL},
        "socket_mode_enabled": True,
    },
    "features": {"agent_view": {}},
}
CONFIGURED = {**TOKENS, "config_token": Secret("xoxe-1")}


def live(**changed: Any) -> Reply:
    return Reply({"ok": True, "manifest": {**LIVE, **changed}})


def test_the_live_app_is_compared_with_what_is_declared() -> None:
    assert wrong(checked(CONFIGURED, apps__manifest__export=live())) == []


@pytest.mark.parametrize(
    ("given", "changed", "said"),
    [
        ({}, {"settings": {}}, "app_mention"),
        ({}, {"features": {}}, "agent"),
        ({"commands": ("/ask",)}, {}, "/ask"),
        ({"follow_threads": True}, {}, "message.channels"),
    ],
)
def test_what_the_live_app_lacks_is_named(
    given: dict[str, Any], changed: dict[str, Any], said: str
) -> None:
    scopes = WELL["auth.test"]._replace(scopes=[*SCOPES, "commands"])
    lacking = wrong(
        checked({**CONFIGURED, **given}, apps__manifest__export=live(**changed), auth__test=scopes)
    )
    assert said in " ".join(what for what, _ in lacking)
    assert all("manifest" in mend for _, mend in lacking)


@pytest.mark.parametrize("reply", [refused("app_not_found"), Reply({"ok": True}), Reply({})])
def test_a_strange_reply_raises_nothing(reply: Reply) -> None:
    assert wrong(checked(CONFIGURED, apps__manifest__export=reply))
