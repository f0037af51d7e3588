"""Every test of Slack has a house of its own."""

from pathlib import Path

import pytest
from tests.slack.house import House, house_in


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return house_in(tmp_path, monkeypatch)
