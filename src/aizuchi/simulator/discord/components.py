"""Buttons, menus, modals' fields: what is wrong with them, and what a reader sees of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from aizuchi.simulator.discord.refusals import Problems
from aizuchi.simulator.discord.shapes import records

ROW, BUTTON, MENU, TEXT_INPUT = 1, 2, 3, 4
MENUS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, CONTAINER, LABEL = 9, 10, 17, 18
LINK, PREMIUM = 5, 6
ROWS, BUTTONS_OF_ROW, CHOICES = 5, 5, 25
COMPONENTS, DISPLAYED_CHARS = 40, 4000
CUSTOM_ID_CHARS, BUTTON_CHARS, PLACEHOLDER_CHARS = 100, 80, 150
MESSAGE_V1 = (ROW,)
MESSAGE_V2 = (ROW, SECTION, TEXT_DISPLAY, 11, 12, 13, 14, CONTAINER)
MODAL = (ROW, TEXT_DISPLAY, LABEL)


def every(components: list[dict[str, Any]], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each component with its path, those within others too."""
    for number, one in enumerate(components):
        here = f"{path}.{number}"
        yield here, one
        yield from every(records(one.get("components")), f"{here}.components")
        for single in ("component", "accessory"):
            if isinstance(one.get(single), dict):
                yield f"{here}.{single}", one[single]


def check_components(
    problems: Problems,
    given: list[dict[str, Any]],
    path: str,
    outermost: tuple[int, ...],
    *,
    most: int = ROWS,
) -> None:
    """Complains of components that Discord would refuse."""
    if len(given) > most:
        problems.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
    for number, one in enumerate(given):
        if one.get("type") not in outermost:
            problems.choice(f"{path}.{number}.type", outermost)
    known: set[str] = set()
    for here, one in every(given, path):
        _check_one(problems, one, here)
        _check_id(problems, one, here, known)


def check_displayed(problems: Problems, given: list[dict[str, Any]]) -> None:
    """The bounds of a message that is made of nothing but components."""
    all_of_them = [one for _, one in every(given, "components")]
    chars = sum(len(str(one.get("content", ""))) for one in all_of_them)
    if chars > DISPLAYED_CHARS:
        words = f"The total text of the components must be {DISPLAYED_CHARS} or fewer in length."
        problems.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)
    if len(all_of_them) > COMPONENTS:
        words = f"Must be {COMPONENTS} or fewer in length."
        problems.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", words)


def _check_one(problems: Problems, one: Mapping[str, Any], path: str) -> None:
    kind = one.get("type")
    if kind == ROW:
        _check_row(problems, one, path)
    elif kind == BUTTON:
        _check_button(problems, one, path)
    elif kind in MENUS:
        problems.length(
            f"{path}.placeholder", str(one.get("placeholder", "")), 0, PLACEHOLDER_CHARS
        )
        if kind == MENU and not 1 <= len(records(one.get("options"))) <= CHOICES:
            words = f"Must be between 1 and {CHOICES} in length."
            problems.add(f"{path}.options", "BASE_TYPE_BAD_LENGTH", words)
    elif kind == TEXT_DISPLAY:
        problems.length(f"{path}.content", str(one.get("content", "")), 1, DISPLAYED_CHARS)


def _check_row(problems: Problems, row: Mapping[str, Any], path: str) -> None:
    if not 1 <= len(records(row.get("components"))) <= BUTTONS_OF_ROW:
        words = f"Must be between 1 and {BUTTONS_OF_ROW} in length."
        problems.add(f"{path}.components", "BASE_TYPE_BAD_LENGTH", words)


def _check_button(problems: Problems, button: Mapping[str, Any], path: str) -> None:
    style = button.get("style")
    if style not in range(1, 7):
        problems.choice(f"{path}.style", tuple(range(1, 7)))
    if style == LINK and not button.get("url"):
        problems.required(f"{path}.url")
    if style != PREMIUM and not (button.get("label") or button.get("emoji")):
        problems.add(path, "BUTTON_COMPONENT_INVALID_EMOJI_OR_LABEL", "A button must have a label")
    problems.length(f"{path}.label", str(button.get("label", "")), 0, BUTTON_CHARS)


def _check_id(problems: Problems, one: Mapping[str, Any], path: str, known: set[str]) -> None:
    has_none = one.get("type") == BUTTON and one.get("style") in (LINK, PREMIUM)
    if one.get("type") not in (BUTTON, TEXT_INPUT, *MENUS) or has_none:
        return
    custom_id = one.get("custom_id")
    if not isinstance(custom_id, str):
        problems.required(f"{path}.custom_id")
        return
    problems.length(f"{path}.custom_id", custom_id, 1, CUSTOM_ID_CHARS)
    if custom_id in known:
        words = "Component custom id cannot be duplicated"
        problems.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", words)
    known.add(custom_id)


def buttons(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons and menus that somebody can use."""
    return [
        one
        for _, one in every(components, "")
        if one.get("type") in (BUTTON, *MENUS) and not one.get("disabled")
    ]


def shown(components: list[dict[str, Any]]) -> str:
    """What a reader sees of them."""
    lines = [str(one["content"]) for _, one in every(components, "") if one.get("content")]
    labels = [str(one.get("label") or one.get("placeholder") or "…") for one in buttons(components)]
    return "\n".join([*lines, *([" ".join(f"[{label}]" for label in labels)] if labels else [])])
