"""The section of aizuchi.toml that says where traces go."""

import base64
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple
from urllib.parse import unquote

from aizuchi.settings.fields import Meaning
from aizuchi.settings.secrets import Secret

OTLP = "http://localhost:4318"
LANGSMITH = "https://api.smith.langchain.com"
LANGFUSE = "https://cloud.langfuse.com"


class Destination(NamedTuple):
    """The address that takes traces by OTLP over HTTP, and what it has to be told."""

    url: str
    headers: Mapping[str, str]


class TracingSettings(NamedTuple):
    """Where a trace of every message goes, by OpenTelemetry. docs/guides/observe.md shows it. It
    needs `pip install 'aizuchi[otel]'`; where a key is missing, nothing is sent."""

    to: Annotated[
        Literal["off", "otlp", "langsmith", "langfuse"],
        Meaning("To whom: any collector that speaks OTLP over HTTP, LangSmith, Langfuse, nobody."),
    ] = "off"
    text: Annotated[
        bool,
        Meaning("Whether what people and the model say goes there too, and what tools are told."),
    ] = False
    endpoint: Annotated[
        str,
        Meaning(
            "The collector's address, to which `/v1/traces` is added.",
            variable="OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
    ] = OTLP
    headers: Annotated[
        Secret,
        Meaning(
            "What the collector wants to be told, by reference: `name=value,name=value`.",
            variable="OTEL_EXPORTER_OTLP_HEADERS",
        ),
    ] = Secret()
    langsmith_endpoint: Annotated[
        str,
        Meaning(
            "Where LangSmith's API is; a server of your own: with its `/api/v1`.",
            variable="LANGSMITH_ENDPOINT",
        ),
    ] = LANGSMITH
    langsmith_key: Annotated[
        Secret, Meaning("LangSmith's API key, by reference.", variable="LANGSMITH_API_KEY")
    ] = Secret()
    langsmith_project: Annotated[
        str,
        Meaning(
            "The project at LangSmith; not set: its default one.", variable="LANGSMITH_PROJECT"
        ),
    ] = ""
    langfuse_host: Annotated[str, Meaning("Where Langfuse is.", variable="LANGFUSE_HOST")] = (
        LANGFUSE
    )
    langfuse_public_key: Annotated[
        Secret,
        Meaning("Langfuse's public key, by reference.", variable="LANGFUSE_PUBLIC_KEY"),
    ] = Secret()
    langfuse_secret_key: Annotated[
        Secret,
        Meaning("Langfuse's secret key, by reference.", variable="LANGFUSE_SECRET_KEY"),
    ] = Secret()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All of them, set or not."""
        langfuse = (self.langfuse_public_key, self.langfuse_secret_key)
        return (self.headers, self.langsmith_key, *langfuse)

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys without which nothing is sent."""
        wanted: Mapping[str, Mapping[str, Secret]] = {
            "langsmith": {"LANGSMITH_API_KEY": self.langsmith_key},
            "langfuse": {
                "LANGFUSE_PUBLIC_KEY": self.langfuse_public_key,
                "LANGFUSE_SECRET_KEY": self.langfuse_secret_key,
            },
        }
        return tuple(name for name, key in wanted.get(self.to, {}).items() if not key)

    @property
    def destination(self) -> Destination | None:
        """Where traces go; None where they go nowhere."""
        if self.missing:
            return None
        match self.to:
            case "off":
                return None
            case "otlp":
                return _at(self.endpoint, "", _headers(self.headers.reveal()))
            case "langsmith":
                project = self.langsmith_project
                named = {"Langsmith-Project": project} if project else {}
                key = {"x-api-key": self.langsmith_key.reveal()}
                return _at(self.langsmith_endpoint, "/otel", {**key, **named})
            case "langfuse":
                keys = f"{self.langfuse_public_key.reveal()}:{self.langfuse_secret_key.reveal()}"
                basic = f"Basic {base64.b64encode(keys.encode()).decode()}"
                # Without the version, what is sent shows ten minutes later.
                told = {"Authorization": basic, "x-langfuse-ingestion-version": "4"}
                return _at(self.langfuse_host, "/api/public/otel", told)


def _at(base: str, path: str, headers: Mapping[str, str]) -> Destination:
    return Destination(f"{base.rstrip('/')}{path}/v1/traces", headers)


def _headers(text: str) -> dict[str, str]:
    """Pairs as OpenTelemetry writes them: after commas, with values as in an address."""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {name.strip(): unquote(value.strip()) for name, _, value in pairs}
