"""What several commands do first: settings, logs, the address to print."""

import argparse
import logging
import sys
from pathlib import Path

from aizuchi.settings import FILE_NAME, Settings, load
from aizuchi.settings.masking import JsonFormatter, MaskingFormatter
from aizuchi.settings.parameters import Parameters
from aizuchi.surfaces.web.tokens import OWNER, own_token, parse
from aizuchi.tracing import naming_its_turn

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to name an address that can be opened instead
PATTERN, DATES = "%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"


def config_file(options: argparse.Namespace) -> Path | None:
    """The settings file that was asked for by name."""
    named = getattr(options, "config", None)
    return Path(named) if named else None


def is_verbose(options: argparse.Namespace) -> bool:
    return bool(getattr(options, "verbose", False))


def load_settings(options: argparse.Namespace, parameters: Parameters | None = None) -> Settings:
    return load(config_file(options), parameters=parameters)


def bot_files(options: argparse.Namespace) -> list[Path]:
    """The files an assistant is written in."""
    return [config_file(options) or Path(FILE_NAME), Path("bot.py")]


def log_to_stderr(settings: Settings, *, verbose: bool) -> None:
    """Sends logs to stderr, without the secrets that we know."""
    handler = logging.StreamHandler(sys.stderr)
    values = known_secrets(settings)
    as_json = settings.server.log == "json"
    handler.setFormatter(
        JsonFormatter(DATES, values) if as_json else MaskingFormatter(PATTERN, DATES, values)
    )
    handler.addFilter(naming_its_turn)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("aizuchi").setLevel(logging.DEBUG if verbose else logging.INFO)


def known_secrets(settings: Settings) -> list[str]:
    tokens = parse(settings.web.token.reveal()).values()
    return [*(secret.reveal() for secret in settings.secrets), *tokens, owner_token(settings)]


def owner_token(settings: Settings) -> str:
    """The owner's token, made now where there is none yet; empty where others' are given alone."""
    given = parse(settings.web.token.reveal())
    return given.get(OWNER, "") if given else own_token(settings.home)


def base_address(settings: Settings) -> str:
    """The address of a server with these settings, as this machine reaches it."""
    host = settings.server.host
    if host in EVERYWHERE:
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.server.port}"


def address_with(settings: Settings, token: str) -> str:
    """The address that lets a person in at once."""
    return f"{base_address(settings)}/?token={token}" if token else base_address(settings)


def owner_address(settings: Settings) -> str:
    """What the owner opens; empty where the chat is off."""
    return address_with(settings, owner_token(settings)) if settings.web.enabled else ""


def passed_on(options: argparse.Namespace) -> list[str]:
    """The common options, for a server that is started with them."""
    config = config_file(options)
    named = ["--config", str(config)] if config else []
    return [*named, "--verbose"] if is_verbose(options) else named
