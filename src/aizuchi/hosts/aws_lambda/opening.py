"""The assistant as a function opens it: from its environment, with its store on AWS."""

import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aizuchi.app import open_app
from aizuchi.engines.aws.records import woken
from aizuchi.engines.aws.sources import Offered
from aizuchi.errors import SettingsError
from aizuchi.hosts.aws_lambda.parameters import PREFIX, Read, reader_of
from aizuchi.hosts.aws_lambda.service import Service
from aizuchi.hosts.aws_lambda.shifts import Offer, Opened, Record, bounds_within
from aizuchi.settings import HOME_VARIABLE, Settings, load, parameters_named
from aizuchi.settings.home import prepare
from aizuchi.settings.masking import JsonFormatter
from aizuchi.settings.parameters import Parameters
from aizuchi.tracing import naming_its_turn

HOME = "/tmp/aizuchi"  # noqa: S108 - the one folder that a function may write in
DATES = "%Y-%m-%dT%H:%M:%S%z"


@asynccontextmanager
async def open_assistant(
    left_s: float,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Opened[Record]]:
    """Opens it for invocations of so many seconds.

    Raises:
        AizuchiError: the settings, the secrets or the store do not allow it.
    """
    settings, offered = opened_settings(environ, left_s), Offered()
    async with open_app(settings, clock, takes=False, offered=offered) as app:
        yield Opened(app, noting(offered.offer, app.note))


def noting(offer: Offer[Record], note: Callable[[str], None]) -> Offer[Record]:
    """The same; of whom a message wakes, the conversation is noted."""

    async def take(record: Record) -> bool:
        is_done = await offer(record)
        if conversation := woken(str(record["body"])):
            note(conversation)
        return is_done

    return take


def opened_settings(environ: Mapping[str, str], left_s: float) -> Settings:
    """The settings for invocations of so many seconds, its parameters read; from now on log lines
    are written as they say.

    Raises:
        SettingsError: they are not those of a function.
        StoreUnavailable: SSM cannot be asked.
    """
    parameters = parameters_in(environ)
    settings = settings_of(with_parameters(environ, parameters.read), left_s, parameters)
    _log(settings)
    return settings


def parameters_in(environ: Mapping[str, str]) -> Parameters:
    """SSM's parameters, with all that the environment and aizuchi.toml name read at once.

    Raises:
        StoreUnavailable: SSM cannot be asked.
    """
    parameters = Parameters(reader_in(environ))
    parameters.read([*_variables(environ).values(), *parameters_named(environment=environ)])
    return parameters


def settings_of(
    environ: Mapping[str, str], left_s: float, parameters: Parameters | None = None
) -> Settings:
    """The settings, with a home that is there, and answers that end before their invocation.

    Raises:
        SettingsError: the store is not on AWS.
    """
    known = parameters or Parameters(reader_in(environ))
    settings = load(environment={HOME_VARIABLE: HOME, **environ}, parameters=known)
    if not settings.aws.is_on:
        raise SettingsError(
            "The function does not know its store.",
            "Set AIZUCHI__AWS__TABLE, AIZUCHI__AWS__TURNS and AIZUCHI__AWS__SIDE.",
        )
    prepare(settings.home)
    bounds = bounds_within(settings.bounds, left_s)
    limits = settings.limits._replace(answer_within_s=bounds.answer_within_s)
    return settings._replace(limits=limits)


def reader_in(environ: Mapping[str, str]) -> Read:
    """Reads parameters as whom the environment says, where there are any to be read."""
    return reader_of(lambda: Service(environ, "ssm", "AmazonSSM", "1.1"))


def with_parameters(environ: Mapping[str, str], read: Read) -> Mapping[str, str]:
    """The environment with the values of parameters in the place of their names (`ssm:NAME`).

    Raises:
        SettingsError: there is no such parameter.
        StoreUnavailable: SSM cannot be asked.
    """
    named = _variables(environ)
    values = Parameters(read).read(named.values())
    for variable, name in named.items():
        if name not in values:
            raise SettingsError(
                f"{variable} names {name}, and SSM has no such parameter, or may not show it.",
                "Put it there, and give the function's role the right to read it.",
            )
    return {**environ, **{variable: values[name] for variable, name in named.items()}}


def _variables(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Of each variable that stands for a parameter, its name."""
    return {
        variable: value.removeprefix(PREFIX)
        for variable, value in environ.items()
        if value.startswith(PREFIX)
    }


def _log(settings: Settings) -> None:
    """Lines as JSON, without the secrets that we know."""
    handler = logging.StreamHandler(sys.stdout)
    secrets = [secret.reveal() for secret in settings.secrets]
    handler.setFormatter(JsonFormatter(DATES, secrets))
    handler.addFilter(naming_its_turn)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("aizuchi").setLevel(logging.INFO)
