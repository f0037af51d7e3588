"""The fake Discord's Gateway in simulated time: sessions, intents, what is heard and when."""

import asyncio
import json
import sys

import pytest
from tests.simulator.discord_house import QUIETLY, House, code, house
from tests.simulator.discord_link import INTENTS, MESSAGE_CONTENT, Link, connected

from aizuchi.simulator.discord import Points


async def test_a_connection_says_hello_and_is_ready_once_identified() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            ready = link.events("READY")[0]

            assert link.frames[0]["op"] == 10
            assert link.frames[0]["d"] == {"heartbeat_interval": 41250}
            assert link.names == ["READY", "GUILD_CREATE"]
            assert ready["user"]["id"] == home.discord.app_id
            assert ready["resume_gateway_url"] == home.discord.gateway_url
            assert ready["guilds"] == [{"id": home.discord.guild.id, "unavailable": True}]
            assert link.events("GUILD_CREATE")[0]["name"] == "Acme"
            assert home.discord.gateway.count == 1


async def test_a_heartbeat_is_acknowledged_and_missed() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            await link.say(1, link.seq)
            await asyncio.sleep(60)
            alive = not link.closed.is_set()
            await asyncio.sleep(10)

            assert link.frames[-1]["op"] == 11
            assert alive
            assert link.code == 4009
            assert home.discord.findings() == ["the app has sent no heartbeat in time"]


@pytest.mark.parametrize(
    ("intents", "heard"),
    [(INTENTS, ["mention", "dm"]), (1 | 512, ["mention"]), (4096, ["dm"]), (0, [])],
)
async def test_intents_decide_what_is_heard(intents: int, heard: list[str]) -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify(intents)
            await home.ann.mentions("hello", home.discord.general)
            await home.ann.dm("hello")
            await asyncio.sleep(0.01)
            told = [
                "mention" if "guild_id" in one else "dm" for one in link.events("MESSAGE_CREATE")
            ]

            assert told == heard


async def test_content_is_told_where_it_concerns_the_app() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            await home.ann.says("secret", home.discord.general)
            said = await home.ann.mentions("hello", home.discord.general)
            await home.ann.dm("psst")
            mine = (await home.posts("mine")).json()
            message = home.discord.state.messages[mine["id"]]
            await home.ann.says("thanks", home.discord.general, reply_to=message)
            await asyncio.sleep(0.01)
            told = link.events("MESSAGE_CREATE")

            assert [one["content"] for one in told] == [
                *("", f"<@{home.discord.app_id}> hello", "psst", "mine", "thanks")
            ]
            assert told[1]["id"] == said.id
            assert told[1]["mentions"][0]["id"] == home.discord.app_id
            assert told[1]["member"]["roles"] == []
            assert told[4]["referenced_message"]["id"] == mine["id"]


@pytest.mark.parametrize("shows", [True, False])
async def test_the_apps_own_role_may_count_as_the_app(shows: bool) -> None:
    async with house(Points(role_mention_shows=shows)) as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            role = next(one for one in home.discord.guild.roles.values() if one.bot)
            await home.ann.says(f"<@&{role.id}> hello", home.discord.general)
            await asyncio.sleep(0.01)

            assert bool(link.events("MESSAGE_CREATE")[0]["content"]) is shows


async def test_the_privileged_intent_has_to_be_granted() -> None:
    async with house() as home:
        refused, granted = Link(home), Link(home)
        async with connected(home, refused, granted):
            await refused.identify(INTENTS | MESSAGE_CONTENT)
            home.discord.state.sees_content = True
            await granted.identify(INTENTS | MESSAGE_CONTENT)
            await home.ann.says("not so secret", home.discord.general)
            await asyncio.sleep(0.01)

            assert refused.code == 4014
            assert granted.events("MESSAGE_CREATE")[0]["content"] == "not so secret"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("{", 4002),
        ("[]", 4002),
        ('{"op": []}', 4002),
        ('{"op": 42}', 4001),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 2, "d": {"token": "stale", "intents": 0}}', 4004),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 1073741824}}', 4013),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 0, "shard": [1, 2]}}', 4010),
        (json.dumps({"op": 1, "d": "x" * 4096}), 4002),
    ],
)
async def test_what_cannot_be_closes_the_connection(said: str, code: int) -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.say_text(said.replace("TOKEN", home.discord.bot_token))

            assert link.code == code


@pytest.mark.parametrize(
    ("query", "code"),
    [({"v": "6"}, 4012), ({"encoding": "etf"}, 4002), ({"compress": "lz4-stream"}, 4002)],
)
async def test_a_connection_asks_for_what_there_is(query: dict[str, str], code: int) -> None:
    async with house() as home:
        link = Link(home, **query)
        async with connected(home, link):
            assert link.code == code


async def test_who_says_too_much_is_disconnected() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            for _ in range(121):
                await link.say(1)

            assert link.code == 4008


async def test_what_nothing_here_packs_is_not_played(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("zstandard", "compression"):
        monkeypatch.setitem(sys.modules, name, None)
    async with house() as home:
        link = Link(home, compress="zstd-stream")
        async with connected(home, link):
            assert link.code == 4002


@pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])
async def test_frames_may_be_packed(compress: str) -> None:
    async with house() as home:
        link = Link(home, compress=compress)
        async with connected(home, link):
            await link.identify()
            await home.ann.dm("押忍")
            await asyncio.sleep(0.01)

            assert link.events("MESSAGE_CREATE")[0]["content"] == "押忍"


async def lost_and_resumed(home: House, away_s: float) -> tuple[Link, Link]:
    """A connection that is lost for a while, in which something is said; and the next one."""
    first, second = Link(home), Link(home)
    async with connected(home, first):
        await first.identify()
        await home.ann.dm("before")
        await first.leave()
        await home.ann.dm("meanwhile")
        await asyncio.sleep(away_s)
    async with connected(home, second):
        await second.resume(first.events("READY")[0]["session_id"], first.seq)
        await home.ann.dm("after")
        await asyncio.sleep(0.01)
    return first, second


def contents(link: Link) -> list[str]:
    return [one["content"] for one in link.events("MESSAGE_CREATE")]


async def test_what_was_missed_comes_after_a_resume() -> None:
    async with house() as home:
        first, second = await lost_and_resumed(home, away_s=60)

        assert contents(first) == ["before"]
        assert contents(second) == ["meanwhile", "after"]
        assert second.names == ["MESSAGE_CREATE", "RESUMED", "MESSAGE_CREATE"]


async def test_the_last_that_was_known_may_come_again() -> None:
    async with house(Points(resume_repeats=True)) as home:
        _, second = await lost_and_resumed(home, away_s=60)

        assert contents(second) == ["before", "meanwhile", "after"]


async def test_after_too_long_there_is_nothing_to_resume() -> None:
    async with house() as home:
        _, second = await lost_and_resumed(home, away_s=200)

        assert [(frame["op"], frame["d"]) for frame in second.frames[1:]] == [(9, False)]


async def test_a_session_that_was_closed_well_is_over() -> None:
    async with house() as home:
        first, second = Link(home), Link(home)
        async with connected(home, first):
            await first.identify()
            await first.leave(1000)
        async with connected(home, second):
            await second.resume(first.events("READY")[0]["session_id"], first.seq)

            assert second.frames[-1]["op"] == 9


async def test_a_session_cannot_be_resumed_ahead_of_itself() -> None:
    async with house() as home:
        link, ahead = Link(home), Link(home)
        async with connected(home, link, ahead):
            await link.identify()
            await ahead.resume(link.events("READY")[0]["session_id"], 99)

            assert ahead.code == 4007


async def test_discord_may_want_to_be_asked_again() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            home.discord.gateway.ask_heartbeat()
            home.discord.gateway.reconnect()
            home.discord.gateway.invalidate()
            home.discord.gateway.cut()
            await asyncio.sleep(0.01)

            assert [frame["op"] for frame in link.frames[-3:]] == [1, 7, 9]
            assert link.code == 4000
            assert home.discord.gateway.count == 0


async def test_a_token_that_was_reset_connects_no_more() -> None:
    async with house() as home:
        link, again = Link(home), Link(home)
        async with connected(home, link, again):
            await link.identify()
            home.discord.revoke()
            await asyncio.sleep(0.01)
            await again.identify()

            assert (link.code, again.code) == (4004, 4004)


async def test_without_an_endpoint_commands_come_over_the_gateway() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            asked = asyncio.create_task(home.asks("why?"))
            await asyncio.sleep(0.1)
            got = link.events("INTERACTION_CREATE")[0]
            path = f"/interactions/{got['id']}/{got['token']}/callback"
            thinking = await home.call("POST", path, {"type": 5}, params={"with_response": "true"})
            said = await asked
            await home.fills(said, "Because.")

            assert thinking.json()["interaction"]["response_message_loading"]
            assert said.is_taken
            assert home.bot.got == []
            assert home.discord.answers(home.discord.general) == ["Because."]
            home.discord.assert_clean()


async def test_a_command_that_nobody_hears_fails_after_three_seconds() -> None:
    async with house() as home:
        home.discord.endpoint = None
        began = home.discord.clock()
        said = await home.asks()

        assert not said.is_taken
        assert home.discord.clock() - began == pytest.approx(3)
        assert "did not respond" in home.discord.transcript(home.ann)
        assert code(await home.fills(said, "late")) == (404, 10015)


@pytest.mark.parametrize(("every", "counts"), [(True, [1, 1]), (False, [1, 0])])
async def test_each_session_hears_of_it_or_one_alone(every: bool, counts: list[int]) -> None:
    async with house(Points(every_session_hears=every)) as home:
        links = [Link(home), Link(home)]
        async with connected(home, *links):
            for link in links:
                await link.identify()
            await home.asks()

            assert [len(link.events("INTERACTION_CREATE")) for link in links] == counts


async def test_edits_and_deletions_are_told_and_the_same_thing_several_times() -> None:
    async with house() as home:
        link = Link(home)
        async with connected(home, link):
            await link.identify()
            said = await home.ann.mentions("hello", home.discord.general, times=3)
            await home.ann.edits(said, "bye")
            await home.ann.deletes(said)
            await asyncio.sleep(0.01)

            assert link.names[2:] == [
                *("MESSAGE_CREATE",) * 3,
                *("MESSAGE_UPDATE", "MESSAGE_DELETE"),
            ]
            assert {one["id"] for one in link.events("MESSAGE_CREATE")} == {said.id}


async def test_what_one_person_sees_is_told_to_nobody() -> None:
    async with house() as home:
        heard: list[str] = []
        home.discord.gateway.listen(lambda name, fields: heard.append(name), INTENTS)
        said = await home.asks()
        hidden = {"content": "psst", **QUIETLY, "flags": 64 | 4}
        await home.fills(said, "Because.")
        await home.call("POST", home.hook(said), hidden)

        assert heard == ["READY", "GUILD_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE"]


async def test_a_guild_that_installs_or_removes_the_app_is_told() -> None:
    async with house() as home:
        heard: list[str] = []
        home.discord.gateway.listen(lambda name, fields: heard.append(name), INTENTS)
        other = home.discord.add_guild("Elsewhere")
        home.discord.leave(other)

        assert heard[2:] == ["GUILD_CREATE", "GUILD_DELETE"]
