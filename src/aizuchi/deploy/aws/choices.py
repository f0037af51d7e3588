"""The values that a deployment gives the parameters: chosen, kept from before, or by default."""

import difflib
import re
from collections.abc import Mapping, Sequence

from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.stack import STACK
from aizuchi.deploy.stack.functions import SECRETS
from aizuchi.deploy.stack.parameters import CODE
from aizuchi.deploy.stack.values import Parameter
from aizuchi.errors import DeployError
from aizuchi.settings import Settings

OURS = frozenset({"Name", "Stage", "Runtime", *(each.name for each in CODE), *SECRETS.values()})
"""What a deployment sets itself."""

SPARE_S = 30
"""What an invocation has besides the answer: to begin, and to end it well."""


def chosen_of(given: Sequence[str]) -> Mapping[str, str]:
    """What stands in `--set Name=Value`.

    Raises:
        DeployError: there is no such parameter, or it cannot be that.
    """
    chosen = {}
    for each in given:
        name, sign, value = each.partition("=")
        parameter = _parameter(name)
        if not sign or not _fits(parameter, value):
            raise DeployError(f'"{each}": {name} cannot be that.', parameter.about)
        chosen[name] = value
    return chosen


def _parameter(name: str) -> Parameter:
    may_be_set = {each.name: each for each in STACK.parameters if each.name not in OURS}
    if name in may_be_set:
        return may_be_set[name]
    close = difflib.get_close_matches(name, may_be_set, n=1) or sorted(may_be_set)
    raise DeployError(f'There is no parameter "{name}".', f"There is {', '.join(close)}.")


def _fits(parameter: Parameter, value: str) -> bool:
    if parameter.among:
        return value in map(str, parameter.among)
    if parameter.is_number:
        least, most = parameter.least or 0, parameter.most or 10**9
        return value.isdigit() and least <= int(value) <= most
    return bool(re.fullmatch(parameter.pattern or ".*", value))


def has_web(settings: Settings, chosen: Mapping[str, str], before: Mapping[str, str]) -> bool:
    web = STACK.parameter("Web")
    said = {web.name: _default(web), **before, **_of_settings(settings), **chosen}
    return said[web.name] == "yes"


def settled(
    installation: Installation,
    settings: Settings,
    chosen: Mapping[str, str],
    before: Mapping[str, str],
    kept_secrets: Sequence[str],
) -> Mapping[str, str]:
    """A value for every parameter but those of the code.

    Raises:
        DeployError: they do not go together.
    """
    values = {each.name: before.get(each.name, _default(each)) for each in STACK.parameters}
    values |= dict.fromkeys(SECRETS.values(), "")
    values |= {SECRETS[each]: installation.parameter(each) for each in kept_secrets}
    values |= {**_of_settings(settings), **chosen}
    values |= {"Name": installation.name, "Stage": installation.stage}
    _check(values, settings)
    return values


def _default(parameter: Parameter) -> str:
    if isinstance(parameter.default, tuple):
        return ",".join(parameter.default)
    return str(parameter.default if parameter.default is not None else "")


def _of_settings(settings: Settings) -> Mapping[str, str]:
    """What the settings here say, also where only the environment of this machine says it."""
    model = settings.model
    said = {
        "DiscordAppId": settings.discord.app_id,
        "Model": model.name,
        "OpenaiBaseUrl": model.base_url,
        "OpenaiOrganization": model.organization,
        "Temperature": "" if model.temperature is None else f"{model.temperature}",
        "MaxTokens": "" if model.max_tokens is None else f"{model.max_tokens}",
        "Web": "" if settings.web.enabled else "no",
    }
    return {name: value for name, value in said.items() if value}


def _check(values: Mapping[str, str], settings: Settings) -> None:
    for parameter in STACK.parameters:
        wanted = parameter.wanted
        if wanted and values[wanted.parameter] == wanted.value and not values[parameter.name]:
            raise DeployError(
                f"{wanted.parameter}={wanted.value} needs {parameter.name}.", parameter.about
            )
    if (values["Model"] or settings.model.choice.plug) == "local":
        raise DeployError(
            "The demo model runs on this machine, and cannot in a function.",
            "Set OPENAI_API_KEY, or AIZUCHI_MODEL to another; AIZUCHI_MODEL=echo to try it.",
        )
    for name in ("Worker", *(("Stream",) if values["Web"] == "yes" else ())):
        _check_time(name, int(values[f"{name}Timeout"]), settings.limits.answer_within_s)


def _check_time(name: str, has_s: int, answer_s: float) -> None:
    least_s = answer_s + SPARE_S
    if has_s < least_s:
        raise DeployError(
            f"An answer may take {answer_s:.0f} s, and {name}Timeout is only {has_s} s.",
            f"--set {name}Timeout=… to {least_s:.0f} or more, or lower [limits] answer_within_s.",
        )
