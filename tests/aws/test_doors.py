"""The doors of the function are those of the server: the same is let in, and nothing else."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest
from tests.aws.gateways import SHAPES, Shape, http_api
from tests.discord import payloads as discord
from tests.discord import probes as of_discord
from tests.edge.test_host import Shelf
from tests.slack import payloads as slack
from tests.slack import probes as of_slack

from aizuchi.consent import Decision
from aizuchi.errors import StoreUnavailable
from aizuchi.events import HttpRequest, Message, Signal
from aizuchi.hosts.aws_lambda.doors import LEAST_S, TAKEN_WITHIN_S, Admission, Ingress
from aizuchi.hosts.aws_lambda.ingress import DISCORD, SLACK, Manners, doors_of
from aizuchi.hosts.aws_lambda.parameters import Secrets
from aizuchi.surfaces.discord import PLUG as DISCORD_PLUG
from aizuchi.surfaces.slack import PLUG as SLACK_PLUG
from aizuchi.testing.virtual_time import EPOCH

GIVEN = {SLACK: slack.SECRET, DISCORD: discord.PUBLIC_KEY}
MENTION = slack.event_request(slack.mention())


class Hall:
    """The doors before an inbox of the test's, at a time of its own."""

    def __init__(
        self,
        given: Mapping[str, str] = GIVEN,
        manners: Manners = Manners(),
        admission: Admission = Admission(),
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.shelf, self.now = Shelf(), EPOCH
        self.complaints: list[str] = []
        self.left_s = 0.0
        self.parameters = parameters
        given = {variable: given.get(variable, "") for variable in GIVEN}
        secrets = Secrets(given, self._read, self.complaints.append, lambda: self.now)
        self.ingress = Ingress(
            doors_of(given, manners),
            secrets,
            self._inbox,
            self.complaints.append,
            admission,
            clock=lambda: self.now,
        )

    def ask(self, request: HttpRequest, shape: Shape = http_api) -> Mapping[str, Any]:
        return self.ingress(shape(request), None)

    def status(self, request: HttpRequest, shape: Shape = http_api) -> int:
        status: int = self.ask(request, shape)["statusCode"]
        return status

    def _read(self, names: Sequence[str]) -> Mapping[str, str]:
        if self.parameters is None:
            raise StoreUnavailable("SSM is away.")
        return {name: self.parameters[name] for name in names if name in self.parameters}

    def _inbox(self, now: float, left_s: float) -> Shelf:
        assert now == self.now
        self.left_s = left_s
        return self.shelf


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", of_slack.PROBES)
def test_what_slack_never_sends_is_refused_as_the_server_does(name: str, shape: Shape) -> None:
    sent, hall = of_slack.PROBES[name], Hall()
    headers = tuple(sent.headers(slack.SECRET, EPOCH))

    request = HttpRequest(sent.method, "/slack/events", "", headers, sent.body)

    assert hall.status(request, shape) == sent.status
    assert hall.shelf.messages == []


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("number", range(len(of_discord.UNSIGNED)))
def test_what_discord_has_not_signed_is_refused(number: int, shape: Shape) -> None:
    assert Hall().status(of_discord.UNSIGNED[number], shape) == 401


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("body", of_discord.MALFORMED)
def test_what_discord_signed_and_is_none_is_400(body: bytes, shape: Shape) -> None:
    assert Hall().status(discord.signed(body), shape) == 400


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (of_discord.LARGE, 413),
        (of_discord.BRACKETS, 400),
        (of_discord.PACKED, 415),
        (of_discord.PUT, 405),
        (MENTION._replace(path="/slack/event"), 404),
    ],
)
def test_the_doors_bounds_are_the_servers(request_: HttpRequest, status: int, shape: Shape) -> None:
    assert Hall().status(request_, shape) == status


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_signed_is_stored_and_acknowledged(shape: Shape) -> None:
    hall = Hall()

    mention, command = hall.ask(MENTION, shape), hall.ask(slack.command_request(), shape)
    asked = hall.ask(discord.request(discord.command()), shape)

    assert [message.text for message in hall.shelf.messages] == ["Is it raining?"] * 3
    assert (mention["statusCode"], mention["body"]) == (200, "")
    assert (command["statusCode"], command["body"]) == (200, "")
    assert json.loads(asked["body"]) == {"type": 5}


def test_slacks_challenge_and_discords_ping_are_answered() -> None:
    challenge = {"type": "url_verification", "challenge": "3eZbrw1aB"}
    challenged = Hall().ask(slack.signed(slack.as_json(challenge)))
    pinged = Hall().ask(discord.request({"type": 1}))

    assert json.loads(challenged["body"]) == {"challenge": "3eZbrw1aB"}
    assert json.loads(pinged["body"]) == {"type": 1}


def test_the_manners_of_the_settings_are_kept() -> None:
    known = {"weather": ["How is the weather in {city}?", True, {"city": ["Kyoto"]}]}
    manners = Manners(
        slack={"ack_text": "Yes?", "ephemeral": False},
        discord={"commands": known, "takes_any": False, "allow": [discord.GUILD]},
    )
    hall = Hall(manners=manners)

    taken = hall.ask(slack.command_request())
    asked = discord.with_data(discord.option("Kyoto", "city"), name="weather")
    thinking = hall.ask(discord.request(asked))
    unknown = hall.ask(discord.request(discord.command()))

    assert json.loads(taken["body"]) == {"response_type": "in_channel", "text": "Yes?"}
    assert json.loads(thinking["body"])["data"] == {"flags": 64}
    assert hall.shelf.messages[1].text == "How is the weather in Kyoto?"
    assert json.loads(unknown["body"])["type"] == 4


def test_the_paths_are_those_of_the_surfaces() -> None:
    assert [*doors_of(GIVEN, Manners())] == [*SLACK_PLUG.paths, *DISCORD_PLUG.paths]


@pytest.mark.parametrize("variable", GIVEN)
def test_an_unset_secret_lets_nobody_in(variable: str) -> None:
    hall = Hall({name: GIVEN[name] for name in GIVEN if name != variable})

    statuses = {
        SLACK: hall.status(MENTION),
        DISCORD: hall.status(discord.request(discord.command())),
    }

    assert statuses == {**dict.fromkeys(GIVEN, 200), variable: 401}


# ── what could not be stored ──────────────────────────────────────────────────


def test_what_could_not_be_stored_is_said_so() -> None:
    hall = Hall()
    hall.shelf.is_full = True

    event = hall.ask(MENTION)
    command = hall.ask(slack.command_request("雨ですか"))
    asked = hall.ask(discord.request(discord.command()))

    assert event["statusCode"] == 503
    told = json.loads(command["body"])
    assert (command["statusCode"], told["response_type"]) == (200, "ephemeral")
    assert "受け取れなかった" in told["text"]
    assert (asked["statusCode"], json.loads(asked["body"])["type"]) == (200, 4)
    assert "no space left on device" in hall.complaints[0]


def test_an_inbox_that_waits_is_a_defect_and_nothing_is_acknowledged() -> None:
    class Waiting(Shelf):
        async def accept(
            self, messages: Sequence[Message], signals: Sequence[Signal]
        ) -> Collection[str]:
            await asyncio.sleep(1)
            return ()

    hall = Hall()
    hall.shelf = Waiting()

    assert hall.status(MENTION) == 500
    assert "RuntimeError" in hall.complaints[0]


def test_a_defect_is_told_by_a_number_that_is_in_the_log() -> None:
    class Broken(Shelf):
        async def accept(
            self, messages: Sequence[Message], signals: Sequence[Signal]
        ) -> Collection[str]:
            raise ZeroDivisionError(f"a value of {messages[0].sender.id}")

    hall = Hall()
    hall.shelf = Broken()

    answer = hall.ask(MENTION)

    number = hall.complaints[0].split("number ")[1][:8]
    assert (answer["statusCode"], number in answer["body"]) == (500, True)
    assert "ZeroDivisionError in " in hall.complaints[0]
    assert slack.ANN not in hall.complaints[0]


@pytest.mark.parametrize("event", [None, {}, {"Records": []}, "ping"])
def test_an_event_that_is_no_request_is_400(event: object) -> None:
    assert Hall().ingress(event, None)["statusCode"] == 400


@pytest.mark.parametrize(
    ("late_s", "left_s"), [(0, TAKEN_WITHIN_S), (1.5, TAKEN_WITHIN_S - 1.5), (2.5, LEAST_S)]
)
def test_storing_may_take_what_is_left_of_the_platforms_time(late_s: float, left_s: float) -> None:
    hall = Hall()
    hall.now = EPOCH + late_s

    assert hall.status(MENTION) == 200
    assert hall.left_s == pytest.approx(left_s)


# ── who is admitted ───────────────────────────────────────────────────────────


def test_what_strangers_say_beside_us_is_not_stored() -> None:
    manners = Manners(slack={"follow_threads": True})
    reply = slack.said("By the way.", thread_ts=slack.THREAD, team="T0ELSEWHERE")
    stranger, colleague = Hall(manners=manners), Hall(manners=manners)
    named = Hall(manners=manners, admission=Admission(allow=(slack.ANN,)))

    statuses = [hall.status(slack.event_request(reply)) for hall in (stranger, named)]
    statuses.append(colleague.status(slack.event_request({**reply, "team": slack.TEAM})))

    assert statuses == [200, 200, 200]
    assert len(stranger.shelf.messages) == 0
    assert len(named.shelf.messages) == len(colleague.shelf.messages) == 1


@pytest.mark.parametrize(("approvers", "counts"), [((), False), ((slack.ANN,), True)])
def test_a_click_of_somebody_who_may_not_decide_leaves_the_decision_open(
    approvers: tuple[str, ...], counts: bool
) -> None:
    hall = Hall(admission=Admission(approvers=approvers))
    carried = {"turn": "slack:T:1", "digest": "d", "asker": "U0ASKER", "kind": "mention"}
    click = {
        "type": "block_actions",
        "team": {"id": slack.TEAM},
        "user": {"id": slack.ANN},
        "channel": {"id": slack.CHANNEL},
        "message": {"ts": slack.TS},
        "actions": [{"action_id": "aizuchi_yes", "value": json.dumps(carried)}],
    }

    status = hall.status(slack.signed(slack.as_form({"payload": json.dumps(click)})))

    (message,) = hall.shelf.messages
    assert status == 200
    assert message.decides == str(Decision("yes", "d", "U0ASKER"))
    assert (message.turn_id == "slack:T:1:decision") is counts


# ── secrets in SSM ────────────────────────────────────────────────────────────

IN_SSM = {SLACK: "ssm:/aizuchi/slack", DISCORD: "ssm:/aizuchi/discord"}
STORED = {"/aizuchi/slack": slack.SECRET, "/aizuchi/discord": discord.PUBLIC_KEY}


def test_secrets_may_be_in_ssm() -> None:
    hall = Hall(IN_SSM, parameters=STORED)

    assert hall.status(MENTION) == 200
    assert hall.status(discord.request(discord.command())) == 200


def test_without_its_secret_a_request_is_neither_taken_nor_refused() -> None:
    hall = Hall(IN_SSM)

    assert hall.status(MENTION) == hall.status(discord.request(discord.command())) == 503
    assert hall.shelf.messages == []
    assert "SSM is away" in hall.complaints[0]


def test_what_the_door_refuses_needs_no_secret() -> None:
    assert Hall(IN_SSM).status(of_discord.LARGE) == 413


@pytest.mark.parametrize("door", ["slack", "discord"])
def test_a_secret_that_was_changed_is_read_once_more(door: str) -> None:
    hall = Hall(IN_SSM, parameters={**STORED, f"/aizuchi/{door}": "00" * 32})

    def status() -> int:
        if door == "slack":
            return hall.status(slack.signed(MENTION.body, hall.now))
        return hall.status(discord.signed(discord.as_json(discord.command()), hall.now))

    assert status() == 401
    hall.parameters = STORED
    hall.now += 59
    assert status() == 401
    hall.now += 1
    assert status() == 200


def test_a_public_key_that_is_none_is_named_in_the_log() -> None:
    hall = Hall({DISCORD: "not hexadecimal"})

    assert hall.status(discord.request(discord.command())) == 500
    assert "DISCORD_PUBLIC_KEY is no public key" in hall.complaints[0]
