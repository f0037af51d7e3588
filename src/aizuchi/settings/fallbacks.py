"""Which models may stand in for another; what makes no sense is refused."""

import re
from collections.abc import Mapping

from aizuchi.errors import SettingsError
from aizuchi.settings.sections import ModelSettings


def check_fallbacks(model: ModelSettings, fallbacks: Mapping[str, ModelSettings]) -> None:
    """Raises SettingsError for a name that cannot be one, or a fallback of or on nothing."""
    for name, fallback in fallbacks.items():
        _check_name(name)
        if not fallback.is_chosen:
            raise SettingsError(
                f"[model.fallbacks.{name}] names no model.",
                'Write name = "openai:<model>", and base_url where it is not OpenAI\'s.',
            )
        if not model.is_chosen:
            raise SettingsError(
                f"[model.fallbacks.{name}] would stand in for a model, but none is set.",
                'Write [model] name = "openai:<model>", or set OPENAI_API_KEY.',
            )


def _check_name(name: str) -> None:
    if name == "model" or not re.fullmatch(r"[\w-]+", name):
        raise SettingsError(
            f'[model.fallbacks."{name}"]: a name has letters, digits, _ and - only, and is not '
            '"model".',
            "Write for example [model.fallbacks.ollama].",
        )
