"""The fake Discord's channels: what they take, how they say no, and what is wrong at the end."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from tests.simulator.discord_house import QUIETLY, USER_AGENT, House, code, house

from aizuchi.simulator.discord import Can, Fault, Points

BIG = 10 * 1024 * 1024
POST = "POST /channels/{channel}/messages"


async def test_a_reply_stands_under_what_it_answers() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.discord.general)
        sent = (await home.posts("Hi!", message_reference={"message_id": said.id})).json()

        assert (sent["type"], sent["referenced_message"]["id"]) == (19, said.id)
        assert home.discord.transcript(home.ann) == (
            "#general\n    ann: @aizuchi hello\n    aizuchi (to ann): Hi!"
        )
        home.discord.assert_clean()


@pytest.mark.parametrize(
    ("fields", "path", "error"),
    [
        ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"content": {}}, "content", "STRING_TYPE_CONVERT"),
        ({"flags": 64}, "flags", "MESSAGE_FLAGS_INVALID"),
        ({"nonce": "x" * 26, "enforce_nonce": True}, "nonce", "NONCE_TYPE_TOO_LONG"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4000}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
        ({"components": [{"type": 2}]}, "components.0.type", "BASE_TYPE_CHOICES"),
        ({"components": [{"type": 1}]}, "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ({"message_reference": {"message_id": "1"}}, "message_reference",
         "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"),
        ({"allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
        ({"flags": 32768, "components": [{"type": 10, "content": "x"}]}, "content",
         "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ],
)  # fmt: skip
async def test_a_form_is_refused_by_the_path_to_what_is_wrong(
    fields: dict[str, Any], path: str, error: str
) -> None:
    async with house() as home:
        refused = await home.posts(**{"content": "hello", **fields})
        found = refused.json()["errors"]
        for step in path.split("."):
            found = found[step]

        assert code(refused) == (400, 50035)
        assert refused.json()["message"] == "Invalid Form Body"
        assert found["_errors"][0]["code"] == error
        assert home.discord.answers(home.discord.general) == []


async def test_buttons_need_ids_of_their_own() -> None:
    async with house() as home:
        button = {"type": 2, "style": 1, "label": "x", "custom_id": "one"}
        refused = await home.posts(components=[{"type": 1, "components": [button, button]}])
        errors = refused.json()["errors"]["components"]["0"]["components"]["1"]["custom_id"]

        assert errors["_errors"][0]["code"] == "COMPONENT_CUSTOM_ID_DUPLICATED"


async def test_a_message_of_nothing_is_none() -> None:
    async with house() as home:
        sent = (await home.posts("hello")).json()
        place = f"/channels/{home.discord.general.id}/messages/{sent['id']}"

        assert code(await home.posts("")) == (400, 50006)
        assert code(await home.call("PATCH", place, {"content": "", **QUIETLY})) == (400, 50006)
        assert home.discord.answers(home.discord.general) == ["hello"]


@pytest.mark.parametrize(("utf16", "taken"), [(False, 200), (True, 400)])
async def test_two_thousand_characters_may_count_emoji_twice(utf16: bool, taken: int) -> None:
    async with house(Points(counts_utf16=utf16)) as home:
        assert (await home.posts("👂" * 2000)).status_code == taken


async def test_files_come_beside_a_message_and_stay_until_they_are_left_out() -> None:
    async with house() as home:
        fields = {"content": "here", "attachments": [{"id": 0, "filename": "answer.md"}], **QUIETLY}
        answer = "# 答え\r\n\r\n--x--\nend\r\n".encode()
        files = {"files[0]": ("a.bin", answer, "text/markdown")}
        path = f"/channels/{home.discord.general.id}/messages"
        sent = (
            await home.call("POST", path, data={"payload_json": json.dumps(fields)}, files=files)
        ).json()
        place = f"{path}/{sent['id']}"
        told = sent["attachments"][0]

        assert (told["filename"], told["size"]) == ("answer.md", len(answer))
        assert (await home.client.get(told["url"])).content == answer
        await home.call("PATCH", place, {"content": "kept", **QUIETLY})
        assert "[answer.md, 1 KB]" in home.discord.transcript(home.ann)
        await home.call("PATCH", place, {"attachments": [], **QUIETLY})
        assert "answer.md" not in home.discord.transcript(home.ann)


@pytest.mark.parametrize(("size", "status"), [(BIG, 200), (BIG + 1, 413)])
async def test_a_file_has_its_bound(size: int, status: int) -> None:
    async with house() as home:
        path = f"/channels/{home.discord.general.id}/messages"
        data = {"payload_json": json.dumps({"content": "x", **QUIETLY})}
        sent = await home.call("POST", path, data=data, files={"files[0]": ("x", b"x" * size)})

        assert sent.status_code == status


async def test_the_same_nonce_is_said_once_for_a_while() -> None:
    async with house() as home:
        once = {"nonce": "abc", "enforce_nonce": True}
        first, again = [(await home.posts("hello", **once)).json()["id"] for _ in range(2)]
        await asyncio.sleep(181)
        later = (await home.posts("hello", **once)).json()["id"]

        assert first == again != later
        assert home.discord.answers(home.discord.general) == ["hello", "hello"]


@pytest.mark.parametrize(("gone", "status"), [(True, 404), (False, 200)])
async def test_the_nonce_of_a_deleted_message_may_be_refused(gone: bool, status: int) -> None:
    async with house(Points(deleted_nonce_is_gone=gone)) as home:
        once = {"nonce": "abc", "enforce_nonce": True}
        sent = (await home.posts("hello", **once)).json()
        home.discord.delete(home.discord.state.messages[sent["id"]])

        assert (await home.posts("hello", **once)).status_code == status


@pytest.mark.parametrize(
    ("withdrawn", "refusal"),
    [
        (Can.VIEW_CHANNEL, (403, 50001)),
        (Can.SEND_MESSAGES, (403, 50013)),
        (Can.READ_MESSAGE_HISTORY, (403, 160002)),
    ],
)
async def test_a_permission_that_is_withdrawn_is_missed(
    withdrawn: Can, refusal: tuple[int, int]
) -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.discord.general)
        home.discord.withdraw(home.discord.general, withdrawn)

        assert code(await home.posts(message_reference={"message_id": said.id})) == refusal


async def test_a_guild_that_was_left_is_not_written_to() -> None:
    async with house() as home:
        home.discord.leave(home.discord.guild)

        assert code(await home.posts()) == (403, 50001)


async def test_direct_messages_may_be_closed() -> None:
    async with house() as home:
        opened = await home.call("POST", "/users/@me/channels", {"recipient_id": home.ann.id})
        path = f"/channels/{opened.json()['id']}/messages"
        first = await home.call("POST", path, {"content": "psst", **QUIETLY})
        home.ann.direct.is_closed = True
        closed = await home.call("POST", path, {"content": "psst", **QUIETLY})

        assert first.status_code == 200
        assert home.discord.transcript(home.ann) == "direct messages\n    aizuchi: psst"
        assert code(closed) == (403, 50007)


async def test_other_peoples_messages_are_not_the_apps() -> None:
    async with house() as home:
        said = await home.ann.says("hello", home.discord.general)
        place = f"/channels/{said.channel}/messages/{said.id}"

        assert code(await home.call("PATCH", place, {"content": "bye"})) == (403, 50005)
        assert code(await home.call("DELETE", place)) == (403, 50013)
        assert code(await home.call("DELETE", place[:-1] + "0")) == (404, 10008)


async def read(home: House, query: str) -> list[str]:
    path = f"/channels/{home.discord.general.id}/messages"
    listed = await home.call("GET", path, params=dict([query.split("=")]) if query else None)
    return [one["content"] for one in listed.json()]


async def test_messages_are_listed_the_newest_first() -> None:
    async with house() as home:
        ids = [(await home.posts(str(number))).json()["id"] for number in range(5)]

        assert await read(home, "") == ["4", "3", "2", "1", "0"]
        assert await read(home, f"after={ids[2]}") == ["4", "3"]
        assert await read(home, f"before={ids[2]}") == ["1", "0"]
        assert await read(home, "limit=1") == ["4"]
        assert set(await read(home, f"around={ids[2]}")) == {"0", "1", "2", "3", "4"}


async def test_what_others_said_is_read_only_where_it_concerns_the_app() -> None:
    async with house() as home:
        await home.ann.says("secret", home.discord.general)
        await home.ann.mentions("hello", home.discord.general)
        await home.posts("mine")

        assert await read(home, "") == ["mine", f"<@{home.discord.app_id}> hello", ""]
        home.discord.state.sees_content = True
        assert (await read(home, ""))[-1] == "secret"


async def test_typing_shows_until_something_is_said() -> None:
    async with house() as home:
        await home.ann.mentions("hello", home.discord.general)
        path = f"/channels/{home.discord.general.id}/typing"
        typed = await home.call("POST", path)
        shown = home.discord.transcript(home.ann)
        await home.posts("Hi!")

        assert typed.status_code == 204
        assert shown.endswith("aizuchi is typing…")
        assert "typing" not in home.discord.transcript(home.ann)


async def test_a_typing_sign_that_stays_is_waited_out() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.discord.general)
        await home.posts("Hi!")
        await home.call("POST", f"/channels/{home.discord.general.id}/typing")
        began = home.discord.clock()

        assert await home.discord.quiet(said)
        assert home.discord.clock() - began == pytest.approx(10)


async def test_an_old_message_takes_so_many_edits() -> None:
    async with house(Points(late_edits=2)) as home:
        sent = (await home.posts()).json()
        place = f"/channels/{home.discord.general.id}/messages/{sent['id']}"
        home.discord.advance(3601)
        edits = [await home.call("PATCH", place, {"content": str(n), **QUIETLY}) for n in range(3)]

        assert [one.status_code for one in edits] == [200, 200, 429]
        assert edits[2].json()["code"] == 30046


@pytest.mark.parametrize(
    ("content", "allowed", "reached"),
    [
        ("hello {ann}", {}, ["ann"]),
        ("hello {ann}", {"allowed_mentions": {"parse": []}}, []),
        ("hello {ann}", {"allowed_mentions": {"users": ["{ann.id}"]}}, ["ann"]),
        ("hello @everyone", {"allowed_mentions": {"parse": ["everyone"]}}, []),
    ],
)
async def test_pings_are_found(content: str, allowed: dict[str, Any], reached: list[str]) -> None:
    async with house() as home:
        named = json.loads(json.dumps(allowed).replace("{ann.id}", home.ann.id))
        text = content.replace("{ann}", f"<@{home.ann.id}>")
        path = f"/channels/{home.discord.general.id}/messages"
        await home.call("POST", path, {"content": text, "flags": 4, **named})
        pinged = [one for one in home.discord.findings() if "pings" in one]

        assert [one.rsplit("@", 1)[-1] for one in pinged] == reached
        assert any("without allowed_mentions" in one for one in home.discord.findings()) == (
            not allowed
        )


async def test_an_edit_forgets_who_was_let_off() -> None:
    async with house() as home:
        said = await home.asks()
        await home.fills(said, f"hello <@{home.ann.id}>")
        home.discord.assert_clean()
        content = {"content": f"hello you, <@{home.ann.id}>", "flags": 4}
        await home.call("PATCH", home.original(said), content)

        assert any("pings people: @ann" in one for one in home.discord.findings())


async def test_previews_are_found() -> None:
    async with house() as home:
        await home.posts("see http://example.org", flags=0)

        assert home.discord.findings()[0].endswith("without flag 4)")


async def test_an_unknown_route_is_named() -> None:
    async with house() as home:
        gone = await home.call("POST", "/guilds/1/emojis", {})

        assert gone.status_code == 501
        assert home.discord.findings() == ["POST /guilds/1/emojis: there is no such route here"]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"user-agent": "python"}, (403, 40333)),
        ({"user-agent": USER_AGENT}, (401, 0)),
        ({"user-agent": USER_AGENT, "authorization": "Bot stale"}, (401, 0)),
        ({"user-agent": USER_AGENT, "authorization": "{token}"}, (401, 0)),
    ],
)
async def test_a_caller_has_to_say_who_it_is(
    headers: dict[str, str], refusal: tuple[int, int]
) -> None:
    async with house() as home:
        token = home.discord.bot_token
        given = {name: value.replace("{token}", token) for name, value in headers.items()}
        refused = await home.client.get(home.discord.api_base + "/users/@me", headers=given)

        assert code(refused) == refusal
        assert home.discord.invalid_requests() == 1


@pytest.mark.parametrize(
    ("content_type", "body", "refusal"),
    [
        ("text/plain", b"{}", (400, 50035)),
        ("application/json", b"{", (400, 50109)),
        ("application/json", b'"\\ud800"', (400, 50109)),
        ("application/json", b"[" * 5000, (400, 50109)),
        ("application/json", b"[]", (400, 50035)),
        ("multipart/form-data", b"x", (400, 50035)),
        ("multipart/form-data; boundary=x", b"--y\r\n", (400, 50035)),
        ("application/json", b'{"message_reference": 3, "content": "x"}', (400, 50035)),
        ("application/json", b'{"attachments": 3, "content": "x"}', (400, 50035)),
        ("application/json", b'{"embeds": [3], "content": "x"}', (400, 50035)),
        ("application/json", b'{"components": 3, "content": "x"}', (400, 50035)),
    ],
)
async def test_a_body_that_is_none_is_refused(
    content_type: str, body: bytes, refusal: tuple[int, int]
) -> None:
    async with house() as home:
        path = f"{home.discord.api_base}/channels/{home.discord.general.id}/messages"
        headers = {
            "authorization": f"Bot {home.discord.bot_token}",
            "user-agent": USER_AGENT,
            "content-type": content_type,
        }
        assert code(await home.client.post(path, content=body, headers=headers)) == refusal


async def test_what_is_ordered_goes_wrong_and_nothing_else() -> None:
    async with house() as home:
        home.discord.faults.order(Fault(lost="reply"), POST)
        home.discord.faults.order(Fault(status=503), POST, after=1)
        home.discord.faults.order(Fault(status=502, is_done=True), POST, after=2)
        home.discord.faults.order(Fault(code=50013), POST, after=3)
        home.discord.faults.order(Fault(lost="call"), POST, after=4)

        with pytest.raises(httpx2.RemoteProtocolError):
            await home.posts("lost")
        statuses = [(await home.posts(name)).status_code for name in ("no", "done", "may not")]
        with pytest.raises(httpx2.RemoteProtocolError):
            await home.posts("never")

        assert statuses == [503, 502, 403]
        assert home.discord.answers(home.discord.general) == ["lost", "done"]
        assert [made.lost for made in home.discord.state.calls] == [True, *[False] * 3, True]
