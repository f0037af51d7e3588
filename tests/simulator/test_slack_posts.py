"""The fake Slack's chat methods: what they take, and how they say no."""

from typing import Any

import httpx2
import pytest
from tests.simulator.slack_house import House, house

from aizuchi.simulator.slack import Fault, Points


async def test_an_answer_stands_in_its_thread_as_a_person_sees_it() -> None:
    async with house() as home:
        general = home.slack.general
        said = await home.ann.mentions("hello", general)
        await home.posted("Hi <@" + home.ann.id + ">!\nHow are you?", thread_ts=said.thread)

        assert home.slack.transcript(home.ann) == (
            "#general\n    ann: @aizuchi hello\n        aizuchi: Hi @ann!\n            How are you?"
        )
        assert home.slack.findings()[0].endswith(f"pings people: <@{home.ann.id}>")


async def test_every_post_has_a_time_of_its_own() -> None:
    async with house(Points(post_burst=50)) as home:
        times = [await home.posted(str(number)) for number in range(20)]

        assert times == sorted(set(times))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"text": "x"}, "invalid_arguments"),
        ({"channel": "general"}, "no_text"),
        ({"channel": "general", "markdown_text": "x", "text": "x"}, "markdown_text_conflict"),
        ({"channel": "general", "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"channel": "general", "blocks": [{"type": "divider"}] * 51}, "msg_blocks_too_long"),
        ({"channel": "general", "blocks": [{"type": "disco"}]}, "invalid_blocks"),
        ({"channel": "general", "blocks": [{"type": "markdown", "text": ""}]}, "invalid_blocks"),
        ({"channel": "general", "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": "general", "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": "other", "text": "x"}, "not_in_channel"),
        ({"channel": "secret", "text": "x"}, "channel_not_found"),
        ({"channel": "old", "text": "x"}, "is_archived"),
    ],
)
async def test_a_post_that_cannot_be_is_refused(arguments: dict[str, Any], error: str) -> None:
    async with house() as home:
        home.slack.channel("other", "channel", home.ann, invited=False)
        home.slack.channel("secret", "group", home.ann, invited=False)
        home.slack.channel("old").archived = True
        ids = {channel.name: id_ for id_, channel in home.slack.state.channels.items()}
        name = str(arguments.get("channel", ""))
        given = arguments | ({"channel": ids.get(name, name)} if name else {})

        refused = await home.call("chat.postMessage", **given)

        assert (refused["ok"], refused["error"]) == (False, error)
        assert home.slack.answers(home.slack.general) == []


async def test_an_edit_may_not_be_longer_than_4000_but_as_markdown_12000() -> None:
    async with house() as home:
        place = {"channel": home.slack.general.id, "ts": await home.posted()}

        assert (await home.call("chat.update", **place, text="x" * 4_001))["error"] == (
            "msg_too_long"
        )
        assert (await home.call("chat.update", **place, markdown_text="x" * 12_000))["ok"]
        assert home.slack.answers(home.slack.general) == ["x" * 12_000]


@pytest.mark.parametrize(("keeps", "shown"), [(True, "old"), (False, "new")])
async def test_an_edit_of_the_text_alone_may_leave_the_blocks(keeps: bool, shown: str) -> None:
    async with house(Points(update_keeps_blocks=keeps)) as home:
        general = home.slack.general
        sent = await home.call("chat.postMessage", channel=general.id, markdown_text="old")

        await home.call("chat.update", channel=general.id, ts=sent["ts"], text="new")

        assert home.slack.answers(general) == [shown]


async def test_others_messages_are_not_the_apps_to_edit_or_delete() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.slack.general)
        place = {"channel": said.channel, "ts": said.ts}

        edited = await home.call("chat.update", **place, text="bye")
        deleted = await home.call("chat.delete", **place)
        gone = await home.call("chat.delete", channel=said.channel, ts="1.000000")

        assert [one["error"] for one in (edited, deleted, gone)] == [
            "cant_update_message",
            "cant_delete_message",
            "message_not_found",
        ]


async def test_what_is_ephemeral_is_seen_by_one_person_and_cannot_be_edited() -> None:
    async with house() as home:
        bob, general = home.slack.person("bob"), home.slack.general
        place = {"channel": general.id, "user": home.ann.id}

        sent = await home.call("chat.postEphemeral", **place, text="psst")
        edited = await home.call(
            "chat.update", channel=general.id, ts=sent["message_ts"], text="no"
        )

        assert home.slack.transcript(home.ann) == "#general\n    aizuchi (only you see this): psst"
        assert home.slack.transcript(bob) == ""
        assert edited["error"] == "message_not_found"


async def test_a_thread_is_read_with_metadata_and_in_pages() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.slack.general)
        mark = {"event_type": "aizuchi", "event_payload": {"key": "k1"}}
        await home.posted("one", thread_ts=said.thread, metadata=mark)
        await home.posted("two", thread_ts=said.thread)
        asked = {"channel": said.channel, "ts": said.thread, "include_all_metadata": "true"}

        first = await home.read("conversations.replies", **asked, limit=2)
        cursor = first["response_metadata"]["next_cursor"]
        rest = await home.read("conversations.replies", **asked, limit=2, cursor=cursor)

        assert [one["text"] for one in first["messages"]][1:] == ["one"]
        assert first["messages"][1]["metadata"] == mark
        assert (first["has_more"], rest["has_more"]) == (True, False)
        assert [one["text"] for one in rest["messages"]] == ["two"]


async def test_a_reading_method_takes_no_json() -> None:
    async with house() as home:
        ts = await home.posted()

        refused = await home.call("conversations.replies", channel=home.slack.general.id, ts=ts)

        assert refused["error"] == "invalid_arguments"


async def test_a_history_without_its_scope_names_what_is_missing() -> None:
    async with house() as home:
        token = home.slack.state.tokens[home.slack.bot_token]
        token.scopes = frozenset({"chat:write"})

        refused = await home.read("conversations.history", channel=home.slack.general.id)

        assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:history")
        assert refused["provided"] == "chat:write"


async def test_tokens_are_looked_at() -> None:
    async with house() as home:
        unknown = await home.call("auth.test", "xoxb-unknown")
        home.slack.revoke()
        revoked = await home.call("auth.test")
        none = await home.client.post(home.slack.api_base + "auth.test")

        assert unknown["error"] == "invalid_auth"
        assert revoked["error"] == "token_revoked"
        assert none.json()["error"] == "not_authed"


async def test_an_unknown_method_is_answered_and_named_at_the_end() -> None:
    async with house() as home:
        refused = await home.call("chat.shout", text="x")

        assert refused["error"] == "unknown_method"
        with pytest.raises(AssertionError, match=r"chat\.shout"):
            home.slack.assert_clean()


async def burst(home: House) -> list[httpx2.Response]:
    place = {"channel": home.slack.general.id, "text": "x"}
    return [await home.asked("chat.postMessage", json=place) for _ in range(5)]


async def test_a_channel_takes_a_short_burst_and_then_one_post_a_second() -> None:
    async with house() as home:
        statuses = [response.status_code for response in await burst(home)]

        home.slack.advance(4)
        after = await home.asked("chat.postMessage", json={"channel": "C404"})

        assert statuses == [200] * 4 + [429]
        assert after.status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"), [("429", 429, "ratelimited"), ("200", 200, "rate_limited")]
)
async def test_too_many_calls_are_refused_in_either_form(
    form: str, status: int, error: str
) -> None:
    points = Points(rate_limited="429" if form == "429" else "200")
    async with house(points) as home:
        last = (await burst(home))[-1]

        assert (last.status_code, last.json()["error"]) == (status, error)
        assert (last.headers.get("retry-after") is not None) == (form == "429")


async def test_a_method_has_its_budget_for_the_whole_workspace() -> None:
    async with house() as home:
        other = home.slack.channel("other")
        for number in range(20):
            place = {"channel": (home.slack.general, other)[number % 2].id}
            await home.call("chat.startStream", **place)

        limited = await home.asked("chat.startStream", json={"channel": other.id})

        assert (limited.status_code, limited.headers["retry-after"]) == (429, "60")


async def test_a_reply_that_is_lost_leaves_the_post_standing() -> None:
    async with house() as home:
        home.slack.faults.order(Fault(lost="reply"), "chat.postMessage")

        with pytest.raises(httpx2.RemoteProtocolError):
            await home.posted("once")

        assert home.slack.answers(home.slack.general) == ["once"]
        assert [made.lost for made in home.slack.state.calls] == [True]


async def test_a_call_that_is_lost_never_was() -> None:
    async with house() as home:
        home.slack.faults.order(Fault(lost="call"), "chat.postMessage", after=1)
        await home.posted("first")

        with pytest.raises(httpx2.RemoteProtocolError):
            await home.posted("second")

        await home.posted("third")
        assert home.slack.answers(home.slack.general) == ["first", "third"]


async def test_who_does_not_wait_for_a_slow_reply_has_posted_all_the_same() -> None:
    async with house() as home:
        home.slack.faults.order(Fault(delay_s=30))
        place = {"channel": home.slack.general.id, "text": "slow"}

        with pytest.raises(httpx2.ReadTimeout):
            await home.asked("chat.postMessage", json=place, timeout=5)

        assert home.slack.answers(home.slack.general) == ["slow"]


async def test_other_troubles_can_be_ordered() -> None:
    async with house() as home:
        home.slack.faults.order(Fault(status=503), "auth.test")
        home.slack.faults.order(Fault(status=429, retry_after=7), "auth.test", after=1)
        home.slack.faults.order(Fault(error="internal_error"), "auth.test", after=2)

        broken, limited, wrong, good = [await home.asked("auth.test") for _ in range(4)]

        assert broken.status_code == 503
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
        assert wrong.json()["error"] == "internal_error"
        assert good.json()["user_id"] == home.slack.team.bot_user


async def test_a_post_with_previews_or_unknown_arguments_is_found_out() -> None:
    async with house() as home:
        general = home.slack.general.id
        await home.call("chat.postMessage", channel=general, text="https://x.test", colour="red")
        await home.call("chat.postMessage", channel=general, text="<!channel> look")

        wrong = "\n".join(home.slack.findings())

        assert "chat.postMessage knows no argument 'colour'" in wrong
        assert "lets links be previewed" in wrong
        assert "pings people: <!channel>" in wrong


@pytest.mark.parametrize(("utf16", "fits"), [(False, True), (True, False)])
async def test_what_a_character_is_may_be_otherwise(utf16: bool, fits: bool) -> None:
    async with house(Points(counts_utf16=utf16)) as home:
        sent = await home.call(
            "chat.postMessage", channel=home.slack.general.id, markdown_text="😀" * 6_001
        )

        assert sent["ok"] == fits


async def test_all_markdown_blocks_of_a_message_have_one_limit() -> None:
    async with house() as home:
        blocks = [{"type": "markdown", "text": "x" * 6_001}] * 2

        refused = await home.call(
            "chat.postMessage", channel=home.slack.general.id, blocks=blocks, text="x"
        )

        assert refused["error"] == "msg_blocks_too_long"


async def test_the_manifest_is_read_with_the_token_of_the_configuration() -> None:
    async with house() as home:
        home.slack.state.manifest = {"settings": {"socket_mode_enabled": True}}
        app = {"app_id": home.slack.state.app_id}

        exported = await home.call("apps.manifest.export", home.slack.config_token, **app)
        refused = await home.call("apps.manifest.export", **app)

        assert exported["manifest"] == home.slack.state.manifest
        assert refused["error"] == "not_allowed_token_type"


async def test_a_reaction_is_shown_and_given_once() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.slack.general)
        place = {"channel": said.channel, "timestamp": said.ts, "name": "eyes"}

        await home.call("reactions.add", **place)
        again = await home.call("reactions.add", **place)
        seen = home.slack.transcript(home.ann)
        await home.call("reactions.remove", **place)

        assert seen == "#general\n    ann: @aizuchi hello :eyes:"
        assert again["error"] == "already_reacted"
        assert (await home.call("reactions.remove", **place))["error"] == "no_reaction"


async def test_every_answer_names_the_scopes_of_its_token() -> None:
    async with house() as home:
        scopes = (await home.asked("auth.test")).headers["x-oauth-scopes"]

        assert {"chat:write", "im:history"} <= set(scopes.split(","))


async def test_each_workspace_has_its_own_token_and_sees_its_own_channels() -> None:
    async with house() as home:
        other = home.slack.state.install("Globex")
        place = {"channel": home.slack.general.id, "text": "x"}

        refused = await home.call("chat.postMessage", home.slack.token(other), **place)

        assert refused["error"] == "channel_not_found"
