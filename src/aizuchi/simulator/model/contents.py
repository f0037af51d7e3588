"""The parts of a message as OpenAI takes them: texts anywhere, images of a user alone, as data."""

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from aizuchi.simulator.model.refusals import Refusal, invalid

IMAGES = tuple(f"data:image/{kind};base64" for kind in ("png", "jpeg", "gif", "webp"))


def images_in(content: object) -> list[str]:
    """The addresses of the images in a message."""
    parts = content if isinstance(content, list) else []
    return [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]


def bad_parts(place: str, role: str, parts: Sequence[dict[str, Any]]) -> Refusal | None:
    """How the first part that cannot be is refused."""
    found = (_bad_part(f"{place}[{number}]", role, part) for number, part in enumerate(parts))
    return next((refusal for refusal in found if refusal), None)


def _bad_part(place: str, role: str, part: dict[str, Any]) -> Refusal | None:
    match part:
        case {"type": "text", "text": str()}:
            return None
        case {"type": "image_url", "image_url": {"url": str(url)}} if role == "user":
            return None if _is_image(url) else _no_image(place)
        case {"type": "image_url"} if role != "user":
            message = f"Image URLs are only allowed for messages with role 'user', not '{role}'."
            return invalid(message, param=place, code="invalid_value")
        case _:
            message = f"Invalid value: '{part.get('type')}'. Supported: 'text' and 'image_url'."
            return invalid(message, param=f"{place}.type", code="invalid_value")


def _is_image(url: str) -> bool:
    head, _, data = url.partition(",")
    try:
        return head in IMAGES and bool(b64decode(data, validate=True))
    except ValueError:
        return False


def _no_image(place: str) -> Refusal:
    message = "You uploaded an unsupported image. Please make sure your image is valid."
    return invalid(message, param=place, code="invalid_image_format")
