"""Every test of Discord has a house of its own, in which nothing wrong is left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.discord.house import House, house_in


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    house = house_in(tmp_path, monkeypatch)
    yield house
    house.discord.assert_clean()
