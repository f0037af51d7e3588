"""The function behind the webhooks: `handler` is what Lambda calls.

It runs cold against a clock of three seconds, with the standard library and what verifies a
signature: no SDK, no asyncio, no dataclasses. What it has to know of the settings comes in its
package, as `ingress.json`; its queues, secrets and account are in its environment.
"""

import gc

gc.disable()  # what is loaded now stays: to look through it for garbage takes 4 ms

import json
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from time import monotonic, time
from typing import TYPE_CHECKING, Any, NamedTuple

from aizuchi.engines.aws.account import credentials_of
from aizuchi.errors import SettingsError
from aizuchi.hosts.aws_lambda.doors import Admission, Door, Ingress
from aizuchi.hosts.aws_lambda.parameters import Secrets, reader_of
from aizuchi.hosts.aws_lambda.queueing import QueueInbox, queues_of
from aizuchi.hosts.aws_lambda.service import Service

if TYPE_CHECKING:
    from aizuchi.ports import Inbox, Surface

FILE_NAME = "ingress.json"
SLACK, DISCORD = "SLACK_SIGNING_SECRET", "DISCORD_PUBLIC_KEY"

Open = Callable[[Sequence[str]], "Surface"]
"""Makes a surface of its secrets."""


class Manners(NamedTuple):
    """What `ingress.json` says: how each surface takes messages, who is let in and may decide, and
    how long a message may wait."""

    slack: Mapping[str, Any] = {}
    discord: Mapping[str, Any] = {}
    allow: Sequence[str] = ()
    approvers: Sequence[str] = ()
    wait_within_s: float = 600.0


def open_ingress(environ: Mapping[str, str], manners: Manners = Manners()) -> Ingress:
    """The function as its environment wants it.

    Raises:
        SettingsError: the environment does not say what it must.
    """
    credentials, queues = credentials_of(environ), queues_of(environ)

    def complain(message: str) -> None:
        from aizuchi.hosts.aws_lambda.log import log_error  # nothing goes wrong, as a rule

        hidden = [credentials.secret, credentials.token, *secrets.shown_to_nobody]
        log_error(message, time(), hidden)

    given = {variable: environ.get(variable, "") for variable in (SLACK, DISCORD)}
    read = reader_of(lambda: Service(environ, "ssm", "AmazonSSM", "1.1"))
    secrets, sqs = Secrets(given, read, complain), Service(environ, "sqs", "AmazonSQS")

    def inbox(now: float, left_s: float) -> "Inbox":
        until = monotonic() + left_s
        return QueueInbox(sqs, queues, manners.wait_within_s, complain, now=now, until=until)

    admission = Admission(tuple(manners.allow), tuple(manners.approvers))
    return Ingress(
        doors_of(given, manners), secrets, inbox, complain, admission, note=note_accepted
    )


def note_accepted(turn_id: str) -> None:
    """A line of the log for `aizuchi logs`; CloudWatch says when it was."""
    line = {"level": "INFO", "logger": "aizuchi.ingress", "message": "accepted", "turn": turn_id}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def doors_of(given: Mapping[str, str], manners: Manners) -> Mapping[str, Door]:
    """Of each path its door. A surface is loaded where its secret is named, and loaded now, while
    Lambda still gives a whole core."""
    return {
        "/slack/events": Door(SLACK, _slack(manners) if given[SLACK] else _nobody),
        "/discord/interactions": Door(DISCORD, _discord(manners) if given[DISCORD] else _nobody),
    }


def _slack(manners: Manners) -> Open:
    from aizuchi.surfaces.slack.inbound import Manner, SlackSurface

    manner = Manner(**manners.slack)
    return lambda secrets: SlackSurface(secrets, manner)


def _discord(manners: Manners) -> Open:
    from aizuchi.surfaces.discord.inbound import DiscordSurface
    from aizuchi.surfaces.discord.manner import Known, Manner

    known = {name: Known(*fields) for name, fields in manners.discord.get("commands", {}).items()}
    allow = frozenset(manners.discord.get("allow", ()))
    manner = Manner(**{**manners.discord, "commands": known, "allow": allow})
    return lambda secrets: DiscordSurface(_public_key(secrets[0]), manner)


def _public_key(secret: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", secret):
        raise SettingsError(
            f"{DISCORD} is no public key.",
            "Copy its 64 hexadecimal digits from the application's General Information.",
        )
    return secret


def _nobody(secrets: Sequence[str]) -> "Surface":
    raise AssertionError("a surface without a secret is never opened")


def _manners() -> Manners:
    path = os.path.join(os.environ.get("LAMBDA_TASK_ROOT", "."), FILE_NAME)
    try:
        with open(path, encoding="utf-8") as file:
            return Manners(**json.load(file))
    except FileNotFoundError:
        return Manners()


def __getattr__(name: str) -> Any:
    """Lambda asks for `handler` while it starts, and nobody else does."""
    if name != "handler":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    gc.disable()
    handler = globals()["handler"] = open_ingress(os.environ, _manners())
    gc.freeze()
    gc.enable()
    return handler


gc.enable()
