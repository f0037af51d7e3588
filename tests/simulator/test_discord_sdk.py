"""discord.py is satisfied with the fake: it connects, hears, answers, resumes, registers commands.

It wants real time and real sockets.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
import yarl
from discord.app_commands import CommandTree
from discord.gateway import DiscordWebSocket
from discord.http import Route

from aizuchi.simulator.discord import CannotDo, FakeDiscord, Fault, serving

pytestmark = pytest.mark.real_time
WITHIN_S = 20.0


class Client(discord.Client):
    """Answers every message and command with what was said, and notes what it has heard."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        nobody = discord.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=nobody, guild_ready_timeout=0.1)
        self.tree = CommandTree(self)
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    async def on_ready(self) -> None:
        await self.heard.put("ready")

    async def on_resumed(self) -> None:
        await self.heard.put("resumed")

    async def on_message(self, message: discord.Message) -> None:
        assert self.user
        if message.author == self.user:
            return
        await self.heard.put(message.content.replace(self.user.mention, "@me"))
        async with message.channel.typing():
            await message.reply(f"You said: {message.content[-5:]}", suppress_embeds=True)

    async def until(self, word: str) -> None:
        async with asyncio.timeout(WITHIN_S):
            while await self.heard.get() != word:
                pass


@asynccontextmanager
async def connected(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[FakeDiscord, Client]]:
    async with serving(FakeDiscord()) as fake:
        monkeypatch.setattr(Route, "BASE", fake.api_base)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))
        client = Client()
        async with client, asyncio.TaskGroup() as tasks:
            tasks.create_task(client.start(fake.bot_token))
            await client.until("ready")
            try:
                yield fake, client
            finally:
                await client.close()


async def test_it_knows_who_and_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):
        guild = client.guilds[0]

        assert client.user is not None
        assert (str(client.user.id), client.application_id) == (fake.app_id, int(fake.app_id))
        assert (guild.name, [one.name for one in guild.text_channels]) == ("Acme", ["general"])
        assert guild.me.guild_permissions.send_messages
        assert guild.text_channels[0].permissions_for(guild.me).read_message_history
        assert [one.name async for one in client.fetch_guilds()] == ["Acme"]
        assert (await client.application_info()).verify_key == fake.public_key


async def test_it_answers_mentions_and_direct_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):
        ann = fake.person("ann")
        for said in (await ann.mentions("hello", fake.general), await ann.dm("hello")):
            await client.until("@me hello" if said.channel == fake.general.id else "hello")
            assert await fake.quiet(said, WITHIN_S)

        assert fake.transcript(ann) == (
            "#general\n    ann: @aizuchi hello\n    aizuchi (to ann): You said: hello\n\n"
            "direct messages\n    ann: hello\n    aizuchi (to ann): You said: hello"
        )
        fake.assert_clean()


async def test_it_posts_edits_reads_and_deletes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):
        ann = fake.person("ann")
        channel = client.get_channel(int(fake.general.id))
        assert isinstance(channel, discord.TextChannel)
        sent = await channel.send("one", suppress_embeds=True, nonce="abc")
        again = await channel.send("one", suppress_embeds=True, nonce="abc")
        file = discord.File(__file__, "answer.md")
        edited = await sent.edit(content="two", attachments=[file], suppress=True)
        read = [one.content async for one in channel.history(after=discord.Object(sent.id - 1))]
        user = await client.fetch_user(int(ann.id))
        direct = await user.send("psst", suppress_embeds=True)

        assert sent.id == again.id == edited.id
        assert edited.attachments[0].filename == "answer.md"
        assert read == ["two"]
        assert str(direct.channel.id) == ann.direct.id
        await sent.delete()
        assert fake.answers(fake.general) == []
        with pytest.raises(discord.NotFound, match="10008"):
            await channel.fetch_message(sent.id)
        fake.assert_clean()


async def test_it_resumes_and_hears_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):
        ann = fake.person("ann")
        fake.gateway.reconnect()
        await client.until("resumed")
        fake.gateway.cut()
        await ann.dm("while it was away")
        await client.until("while it was away")
        fake.gateway.invalidate()
        await client.until("ready")
        await ann.dm("in a new session")
        await client.until("in a new session")

        assert len(fake.gateway.identified) == 2


@pytest.mark.parametrize(("code", "wrong"), [(4004, "4004"), (4014, "privileged intents")])
async def test_it_ends_where_it_may_not_connect(
    monkeypatch: pytest.MonkeyPatch, code: int, wrong: str
) -> None:
    async def cut_off() -> None:
        async with connected(monkeypatch) as (fake, client):
            fake.gateway.cut(code)
            await client.until("ready")

    with pytest.raises(ExceptionGroup) as ended:
        await cut_off()

    assert wrong in str(ended.value.exceptions[0])


async def test_it_registers_commands_and_answers_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):

        @client.tree.command(name="質問", description="Ask")
        async def ask(interaction: discord.Interaction[Client], question: str) -> None:
            await interaction.response.defer(thinking=True)
            await interaction.edit_original_response(content=f"{question}?")
            await interaction.followup.send("More.", suppress_embeds=True)

        synced = await client.tree.sync()
        again = await client.tree.sync()
        ann = fake.person("ann")
        said = await ann.command("質問", {"question": "why"}, fake.general)
        assert await fake.quiet(said, WITHIN_S)

        assert [one.name for one in synced] == ["質問"]
        assert synced[0].id == again[0].id
        assert fake.answers(fake.general) == ["why?", "More."]
        with pytest.raises(CannotDo):
            await ann.command("質問", {}, fake.general)


async def test_its_buttons_and_modals_work(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):
        ann = fake.person("ann")

        class Reason(discord.ui.Modal, title="Reason"):
            why: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Why?", custom_id="why")

            async def on_submit(self, interaction: discord.Interaction) -> None:
                await interaction.response.send_message(self.why.value, suppress_embeds=True)

        class Choice(discord.ui.View):
            @discord.ui.button(label="Stop")
            async def stop_it(self, interaction: discord.Interaction, button: Any) -> None:
                await interaction.response.send_modal(Reason())
                await client.heard.put("opened")

        channel = client.get_channel(int(fake.general.id))
        assert isinstance(channel, discord.TextChannel)
        await channel.send("Working.", view=Choice(), suppress_embeds=True)
        clicked = await ann.clicks(fake.messages(fake.general)[0], "Stop")
        await client.until("opened")
        await ann.submits(clicked, {"why": "because"})

        assert fake.answers(fake.general) == ["Working.\n[Stop]", "because"]
        assert all("User-Agent" in one for one in fake.findings())


async def test_it_waits_where_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (fake, client):
        limit = Fault(status=429, retry_after=0.2)
        fake.faults.order(limit, "GET /users/@me/guilds")
        fake.faults.order(Fault(code=50001), "GET /channels/{channel}")

        assert [one.name async for one in client.fetch_guilds()] == ["Acme"]
        with pytest.raises(discord.Forbidden, match="Missing Access"):
            await client.fetch_channel(int(fake.general.id))
