"""Settings come from the file and the environment; a wrong one is named with its place and mend."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings, load
from aizuchi.settings.reading import line_of
from aizuchi.settings.secrets import Secret

Load = Callable[..., Settings]


@pytest.fixture
def load_text(tmp_path: Path) -> Load:
    """Loads settings out of a text and an environment."""

    def load_it(text: str = "", **environment: str) -> Settings:
        file = tmp_path / "aizuchi.toml"
        file.write_text(text, "utf-8")
        return load(file, environment)

    return load_it


def refusal(load_text: Load, text: str = "", **environment: str) -> SettingsError:
    with pytest.raises(SettingsError) as refused:
        load_text(text, **environment)
    return refused.value


def test_no_file_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings()


def test_a_file_asked_for_by_name_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "other.toml", {})


def test_every_section_of_the_file_is_read(load_text: Load) -> None:
    settings = load_text(
        """
        persona = { name = "Mai", closing = "Stay kind." }
        memory.scope = "channel"
        [limits]
        answer_within_s = 30
        [web]
        hosts = ["chat.example"]
        enabled = false
        """
    )
    assert settings.persona.name == "Mai"
    assert settings.memory.scope == "channel"
    assert settings.limits.answer_within_s == 30.0
    assert settings.web.hosts == ("chat.example",)
    assert settings.web.enabled is False


def test_any_setting_can_be_given_in_the_environment(load_text: Load) -> None:
    settings = load_text(
        "[limits]\nwaiting = 3",
        AIZUCHI__LIMITS__ANSWER_WITHIN_S="30",
        AIZUCHI__LIMITS__WAITING="4",
        AIZUCHI__WEB__ENABLED="off",
        AIZUCHI__WEB__HOSTS="a.example, b.example",
        AIZUCHI__PERSONA__CLOSING="",
    )
    assert settings.limits.answer_within_s == 30.0
    assert settings.limits.waiting == 4
    assert settings.web.enabled is False
    assert settings.web.hosts == ("a.example", "b.example")


def test_the_names_everybody_knows_count_too(load_text: Load) -> None:
    settings = load_text(
        OPENAI_API_KEY="sk-1",
        OPENAI_BASE_URL="http://127.0.0.1:11434/v1",
        AIZUCHI_MODEL="openai:qwen",
        AIZUCHI_PORT="9000",
        AIZUCHI_WEB_TOKEN="ann:t1,bob:t2",
        AIZUCHI_HOME="/srv/state",
    )
    assert settings.model.api_key.reveal() == "sk-1"
    assert settings.model.base_url == "http://127.0.0.1:11434/v1"
    assert settings.model.choice == ("openai", "qwen")
    assert settings.server.port == 9000
    assert settings.web.token.reveal() == "ann:t1,bob:t2"
    assert settings.home == Path("/srv/state")


def test_an_empty_variable_is_as_good_as_none(load_text: Load) -> None:
    settings = load_text(OPENAI_API_KEY="", AIZUCHI_PORT="", AIZUCHI_WEB_TOKEN="", AIZUCHI_HOME="")
    assert settings == Settings(folder=settings.folder)


def test_our_own_name_goes_before_the_known_one_and_both_before_the_file(load_text: Load) -> None:
    file = '[model]\nname = "echo"'
    assert load_text(file, AIZUCHI_MODEL="local").model.name == "local"
    both = {"AIZUCHI_MODEL": "local", "AIZUCHI__MODEL__NAME": "openai:x"}
    assert load_text(file, **both).model.name == "openai:x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limit]\nx = 1", ("[limit]", "line 1", "Did you mean [limits]?")),
        ("\n[limits]\nwaitin = 1", ("[limits] waitin", "line 3", "Did you mean waiting?")),
        ("[persona]\nzzz = 1", ("[persona] zzz", "[persona] has name, instructions, closing.")),
        ("limits = 3", ("limits is a section", "Write [limits].")),
        ('[limits]\nwaiting = "many"', ('[limits] waiting = "many"', "a whole number", "line 2")),
        ("[limits]\nwaiting = true", ("waiting = true", "a whole number")),
        ("[limits]\nwaiting = 0", ("waiting = 0", "from 1 to 1000")),
        ("[limits]\nanswer_within_s = inf", ("answer_within_s = inf", "a number")),
        ('[memory]\nscope = "all"', ('"all"', 'one of "thread", "channel", "user", "none"')),
        ('[access]\nallow = "U1"', ('"U1"', "a list of texts")),
        ("[web]\nenabled = 1", ("enabled = 1", "true or false")),
        ('[model]\nbase_url = "localhost"', ('"localhost"', "http://127.0.0.1:11434/v1")),
        ('[persona]\nname = ""', ('name = ""', "a text such as")),
        ('[persona]\nname = "Mai', ("is not TOML", "Unterminated")),
        ('[web]\nproxies = ["elsewhere"]', ('"elsewhere"', "no address")),
    ],
)
def test_what_cannot_be_is_named_with_its_place(
    load_text: Load, text: str, said: tuple[str, ...]
) -> None:
    whole = str(refusal(load_text, text))
    for part in said:
        assert part in whole


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AIZUCHI__LIMITS__WAITING", "x", 'AIZUCHI__LIMITS__WAITING="x" is not a whole number'),
        ("AIZUCHI__LIMITS__WAITIN", "1", "Did you mean AIZUCHI__LIMITS__WAITING?"),
        ("AIZUCHI__LIMTS__WAITING", "1", "Did you mean [limits]?"),
        ("DISCORD_PUBLIC_KEY", "cafe", "64 hexadecimal digits"),
        ("AIZUCHI_PORT", "99999", "from 1 to 65535"),
        ("AIZUCHI_MODEL", "two words", "openai:<model>"),
    ],
)
def test_a_wrong_variable_is_named(load_text: Load, variable: str, value: str, said: str) -> None:
    assert said in str(refusal(load_text, **{variable: value}))


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "aizuchi.toml"
    file.write_bytes('[persona]\nname = "麻衣"'.encode("shift-jis"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load(file, {})


@pytest.mark.parametrize(
    ("environment", "choice"),
    [
        ({}, ("local", "")),
        ({"OPENAI_API_KEY": "k"}, ("openai", "")),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, ("openai", "")),
        ({"OPENAI_API_KEY": "k", "AIZUCHI_MODEL": "echo"}, ("echo", "")),
        ({"AIZUCHI_MODEL": "openai:llama3:8b"}, ("openai", "llama3:8b")),
        ({"AIZUCHI_MODEL": "openai:org/model"}, ("openai", "org/model")),
    ],
)
def test_the_model_follows_from_what_is_there(
    load_text: Load, environment: dict[str, str], choice: tuple[str, str]
) -> None:
    model = load_text(**environment).model
    assert model.choice == choice
    assert model.is_chosen == bool(environment)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "my.host", "127.evil.example"])
@pytest.mark.parametrize(
    ("web", "environment", "may"),
    [
        ("", {}, False),
        ("", {"AIZUCHI_WEB_TOKEN": ""}, False),
        ("", {"AIZUCHI_WEB_TOKEN": "long"}, True),
        ("enabled = false", {}, True),
        ('auth = "header"\nidentity_header = "X-User"\nproxies = ["127.0.0.1"]', {}, True),
    ],
)
def test_the_network_is_reached_only_with_a_guard(
    load_text: Load, host: str, web: str, environment: dict[str, str], may: bool
) -> None:
    text = f'[server]\nhost = "{host}"\n[web]\n{web}'
    if may:
        assert load_text(text, **environment).server.host == host
    else:
        assert f'host = "{host}"' in str(refusal(load_text, text, **environment))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_this_machine_needs_no_guard(load_text: Load, host: str) -> None:
    assert load_text(f'[server]\nhost = "{host}"').server.host == host


def test_identity_by_header_needs_the_header_and_the_proxies(load_text: Load) -> None:
    assert "proxies" in str(refusal(load_text, '[web]\nauth = "header"'))


def test_bounds_and_allowance_are_those_of_the_limits(load_text: Load) -> None:
    settings = load_text("[limits]\nwait_within_s = 5\nwaiting = 2\ntokens_per_day = 7")
    assert settings.bounds.wait_within_s == 5.0
    assert settings.bounds.waiting == 2
    assert settings.bounds.lease_s == 30
    assert settings.allowance == (10, 200, 7)


@given(st.text(), st.sampled_from(["persona", "limits", "web"]), st.sampled_from(["name", "port"]))
def test_a_line_number_is_found_or_not_but_nothing_breaks(
    text: str, section: str, key: str
) -> None:
    assert 0 <= line_of(text, section, key) <= len(text.splitlines())


def test_settings_are_read_quickly() -> None:
    """The edge imports them on Lambda: nothing heavy may come with them."""
    script = "import sys, aizuchi.settings; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout
    heavy = {"dataclasses", "asyncio", "importlib.metadata", "difflib", "httpx2", "starlette"}
    assert not heavy & set(loaded.split())


def test_an_unset_secret_is_false() -> None:
    assert not Secret()


def test_tokens_of_several_workspaces_are_a_table_of_references(load_text: Load) -> None:
    file = '[slack]\nbot_tokens = { T1 = "env:ONE" }\n[slack.signing_secrets]\napp = "env:TWO"'
    slack = load_text(file, ONE="xoxb-1", TWO="s2", SLACK_BOT_TOKEN="xoxb-0").slack
    assert slack.tokens == {"": "xoxb-0", "T1": "xoxb-1"}
    assert [secret.reveal() for secret in slack.signing] == ["s2"]
    assert "xoxb-1" not in repr(slack)


def test_a_table_of_references_may_come_from_the_environment(load_text: Load) -> None:
    given = {"AIZUCHI__SLACK__BOT_TOKENS": "T1=env:ONE, T2=env:TWO", "ONE": "1", "TWO": "2"}
    assert load_text(**given).slack.tokens == {"T1": "1", "T2": "2"}


@pytest.mark.parametrize("table", ['"env:ONE"', '{ T1 = "xoxb-9" }', '{ T1 = "env:UNSET" }'])
def test_a_table_that_is_none_is_told_without_its_secret(load_text: Load, table: str) -> None:
    with pytest.raises(SettingsError) as told:
        load_text(f"[slack]\nbot_tokens = {table}", ONE="1")
    assert "[slack] bot_tokens" in str(told.value)
    assert "xoxb-9" not in str(told.value)


def test_slack_is_on_once_there_is_something_to_connect_with(load_text: Load) -> None:
    assert not load_text().slack.is_on
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        settings = load_text(**{name: "x"})
        assert settings.slack.is_on
        assert [secret.reveal() for secret in settings.secrets] == ["x"]
