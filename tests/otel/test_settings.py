"""Where traces go: nowhere unless somebody says so and the key is there, and no key to another."""

import base64
from pathlib import Path

import pytest

from aizuchi.cli.greeting import traces_lines
from aizuchi.errors import SettingsError
from aizuchi.settings import load
from aizuchi.settings.tracing import Destination

LANGSMITH = {"LANGSMITH_API_KEY": "lsv2_pt_1"}
LANGFUSE = {"LANGFUSE_PUBLIC_KEY": "pk-lf-1", "LANGFUSE_SECRET_KEY": "sk-lf-2"}
OTLP = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example:4318/",
    "OTEL_EXPORTER_OTLP_HEADERS": "api-key=k%20y, x-tenant = kiso",
}
ALL = {**LANGSMITH, **LANGFUSE, **OTLP}


def destination(to: str, **environment: str) -> Destination | None:
    return load(None, {"AIZUCHI__TRACING__TO": to, **environment}).tracing.destination


def test_nothing_is_sent_by_default_whatever_keys_there_are() -> None:
    assert load(None, ALL).tracing.destination is None
    assert load(None, {}).tracing.text is False


def test_langsmith_takes_its_key_and_its_project() -> None:
    assert destination("langsmith", **ALL) == Destination(
        "https://api.smith.langchain.com/otel/v1/traces", {"x-api-key": "lsv2_pt_1"}
    )
    named = destination("langsmith", **LANGSMITH, LANGSMITH_PROJECT="kiso")
    assert named
    assert named.headers == {"x-api-key": "lsv2_pt_1", "Langsmith-Project": "kiso"}
    own = destination("langsmith", **LANGSMITH, LANGSMITH_ENDPOINT="https://kiso.example/api/v1")
    assert own
    assert own.url == "https://kiso.example/api/v1/otel/v1/traces"


def test_langfuse_takes_both_keys_as_name_and_password() -> None:
    sent = destination("langfuse", **ALL)
    assert sent
    assert sent.url == "https://cloud.langfuse.com/api/public/otel/v1/traces"
    kind, _, pair = sent.headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"pk-lf-1:sk-lf-2")
    assert sent.headers["x-langfuse-ingestion-version"] == "4"
    own = destination("langfuse", **LANGFUSE, LANGFUSE_HOST="http://127.0.0.1:3000")
    assert own
    assert own.url == "http://127.0.0.1:3000/api/public/otel/v1/traces"


def test_any_collector_is_named_as_opentelemetry_does() -> None:
    assert destination("otlp") == Destination("http://localhost:4318/v1/traces", {})
    assert destination("otlp", **ALL) == Destination(
        "https://collector.example:4318/v1/traces", {"api-key": "k y", "x-tenant": "kiso"}
    )


@pytest.mark.parametrize(
    ("to", "keys", "missing"),
    [
        ("langsmith", LANGFUSE, ("LANGSMITH_API_KEY",)),
        ("langfuse", LANGSMITH, ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY")),
        ("langfuse", {"LANGFUSE_PUBLIC_KEY": "pk"}, ("LANGFUSE_SECRET_KEY",)),
        ("langfuse", {**LANGFUSE, "LANGFUSE_SECRET_KEY": ""}, ("LANGFUSE_SECRET_KEY",)),
    ],
)
def test_without_its_key_it_is_off_and_the_start_says_so(
    to: str, keys: dict[str, str], missing: tuple[str, ...]
) -> None:
    tracing = load(None, {"AIZUCHI__TRACING__TO": to, **keys}).tracing
    assert tracing.destination is None
    assert tracing.missing == missing
    assert traces_lines(tracing) == [f"off: {' and '.join(missing)} is not set"]


def test_the_start_says_where_traces_go_and_whether_with_text() -> None:
    environment = {"AIZUCHI__TRACING__TO": "langfuse", **LANGFUSE}
    assert traces_lines(load(None, environment).tracing) == ["to cloud.langfuse.com, without text"]
    with_text = {**environment, "AIZUCHI__TRACING__TEXT": "yes"}
    assert traces_lines(load(None, with_text).tracing) == ["to cloud.langfuse.com, with all text"]
    assert traces_lines(load(None, ALL).tracing) == []


def test_an_address_of_another_protocol_matters_only_where_it_is_used() -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"}
    assert load(None, environment).tracing.destination is None
    with pytest.raises(SettingsError) as refused:
        load(None, {"AIZUCHI__TRACING__TO": "otlp", **environment})
    assert "localhost:4317" in refused.value.what
    assert "4318" in refused.value.mend


def test_its_keys_are_secrets(tmp_path: Path) -> None:
    settings = load(None, ALL)
    secrets = [secret.reveal() for secret in settings.secrets]
    assert {"lsv2_pt_1", "pk-lf-1", "sk-lf-2"} <= set(secrets)
    assert "lsv2_pt_1" not in repr(settings)
    file = tmp_path / "aizuchi.toml"
    file.write_text('[tracing]\nto = "langsmith"\nlangsmith_key = "lsv2_pt_1"\n')
    with pytest.raises(SettingsError, match="never the secret itself"):
        load(file, {})
