"""`aizuchi worker`: answers what a function on AWS takes in, as a process of one's own."""

import argparse
import asyncio
import os

from aizuchi.cli.common import base_address, config_file, is_verbose, log_to_stderr
from aizuchi.cli.failures import INTERRUPTED
from aizuchi.errors import SettingsError
from aizuchi.hosts import process
from aizuchi.hosts.aws_lambda.opening import parameters_in, with_parameters
from aizuchi.hosts.listening import listener
from aizuchi.settings import Settings, load
from aizuchi.settings.home import prepare

DESCRIPTION = """\
Answers the messages in the queues that [aws] names, in a container or on a machine of yours, in the
place of the worker functions or beside them; start as many as you like. It serves nothing but
/healthz, /readyz and /metrics. Told to stop (SIGTERM, Ctrl-C), it lets running answers end for a
few seconds ([server] drain_s, at most 10); what is then left is gone on with by another one.
A value in the environment that is ssm:NAME is read from SSM's parameters.
"""
LISTEN = (
    "also hold the connections by which platforms speak: Discord's Gateway, Slack's Socket Mode"
)
MOST_DRAIN_S = 10.0


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("--listen", action="store_true", help=LISTEN)


def run(options: argparse.Namespace) -> int:
    settings = _settings(options)
    prepare(settings.home)
    log_to_stderr(settings, verbose=is_verbose(options))
    with listener(settings.server.host, settings.server.port) as socket:
        announce = _announce(settings)
        working = process.serve(settings, socket, announce, takes=False, listens=options.listen)
        interrupted = asyncio.run(working)
    return INTERRUPTED if interrupted else 0


def _settings(options: argparse.Namespace) -> Settings:
    parameters = parameters_in(os.environ)
    environment = with_parameters(os.environ, parameters.read)
    settings = load(config_file(options), environment, parameters)
    if not settings.aws.is_on:
        raise SettingsError(
            "A worker needs the queues of an assistant on AWS, and [aws] names none.",
            "Write table, turns, side and key into [aws]; or run `aizuchi serve`, which needs no "
            "queue.",
        )
    drain_s = min(settings.server.drain_s, MOST_DRAIN_S)
    return settings._replace(server=settings.server._replace(drain_s=drain_s))


def _announce(settings: Settings) -> process.Callback:
    async def announce() -> None:
        print(f"Working on {settings.aws.turns}", flush=True)
        print(f"Its health: {base_address(settings)}/healthz", flush=True)

    return announce
