"""Which models may stand in for another; what makes no sense is refused."""

import re
from collections.abc import Mapping

from aizuchi.errors import SettingsError
from aizuchi.settings.sections import ModelSettings

Fallbacks = Mapping[str, ModelSettings]


def check_fallbacks(model: ModelSettings, fallbacks: Fallbacks, answer_within_s: float) -> None:
    """Raises SettingsError for a name that cannot be one, or a fallback that nobody would ask."""
    for name, fallback in fallbacks.items():
        _check_name(name)
        if not fallback.is_chosen:
            raise SettingsError(
                f"[model.fallbacks.{name}] names no model.",
                'Write name = "openai:<model>", and base_url where it is not OpenAI\'s.',
            )
    if fallbacks and not model.is_chosen:
        raise SettingsError(
            f"[model.fallbacks.{next(iter(fallbacks))}] would stand in for a model, but none is "
            "set.",
            'Write [model] name = "openai:<model>", or set OPENAI_API_KEY.',
        )
    if fallbacks and model.first_token_s >= answer_within_s:
        raise SettingsError(
            f"[model] first_token_s = {model.first_token_s:g} leaves a fallback no time: an answer "
            f"is stopped after {answer_within_s:g} s ([limits] answer_within_s).",
            f"Write [model] first_token_s = {max(1, answer_within_s // 3):g}.",
        )


def _check_name(name: str) -> None:
    if name == "model" or not re.fullmatch(r"[\w-]+", name):
        raise SettingsError(
            f'[model.fallbacks."{name}"]: a name has letters, digits, _ and - only, and is not '
            '"model".',
            "Write for example [model.fallbacks.ollama].",
        )
