"""What the guides show can be used: their settings load, in both languages the same."""

import re
from pathlib import Path

import pytest

from aizuchi.settings import load
from aizuchi.settings.parameters import Parameters, unread

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
ENVIRONMENT = {
    "TOKEN_OF_KISO": "xoxb-1",
    "TOKEN_OF_NAGISO": "xoxb-2",
    "SECRET_OF_NAGISO": "secret",
    "MISTRAL_API_KEY": "key",
    "TRACKER_TOKEN": "secret",
}


@pytest.mark.parametrize("guide", sorted(GUIDES.glob("*.md")), ids=lambda path: path.name)
def test_its_settings_load(guide: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        file = tmp_path / "aizuchi.toml"
        file.write_text(block, "utf-8")
        assert load(file, ENVIRONMENT, Parameters(unread)).folder == tmp_path


def test_both_languages_of_a_guide_show_the_same_settings() -> None:
    for name in ("slack", "discord", "models"):
        english, japanese = (
            re.findall(r"^(?!#)(\[.+\]|\w+ =)", (GUIDES / file).read_text("utf-8"), re.MULTILINE)
            for file in (f"{name}.md", f"{name}.ja.md")
        )
        assert english == japanese


def test_the_guide_to_slack_names_every_setting_that_one_chooses() -> None:
    for name in ("slack.md", "slack.ja.md"):
        text = (GUIDES / name).read_text("utf-8")
        chosen = (
            "commands",
            "ephemeral",
            "ack_text",
            "quote",
            "greeting",
            "follow_threads",
            "sign",
        )
        assert all(f"{key} = " in text for key in chosen)
