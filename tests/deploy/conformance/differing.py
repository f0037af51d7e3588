"""How a test says that ministack does otherwise than AWS is documented to."""

import pytest


def differs(how: str, error: type[Exception] = AssertionError) -> pytest.MarkDecorator:
    """The test fails there, and must: where it no longer does, what makes up for it goes."""
    return pytest.mark.xfail(strict=True, raises=error, reason=f"ministack: {how}")
