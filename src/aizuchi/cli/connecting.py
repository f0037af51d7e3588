"""What connects a platform to what was deployed: done here where it can be, else said where to do
it by hand; what stands already is not said twice."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from aizuchi.cli.invocation import command_name
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.trying import address_of
from aizuchi.errors import AizuchiError
from aizuchi.settings import Settings
from aizuchi.settings.home import prepare, replace
from aizuchi.surfaces import Finding
from aizuchi.surfaces.discord.portal import PORTAL
from aizuchi.surfaces.discord.registration import title
from aizuchi.surfaces.discord.setup import Ask
from aizuchi.surfaces.discord.syncing import Place, Sync
from aizuchi.surfaces.slack.manifest import manifest

APPS = "https://api.slack.com/apps"
STANDS = "What was deployed stands."


def connected(
    settings: Settings, base: str, installation: Installation, ask: Ask
) -> Iterator[Finding]:
    """Everything about the platforms that are on, for an installation at this address; `ask` calls
    Discord."""
    if settings.slack.is_on:
        yield _manifest(settings, base, installation)
    if settings.discord.is_on:
        if settings.discord.bot_token:
            yield _commands(settings, ask)
        yield _endpoint(settings, address_of(base, "Discord"), ask)


def told_of(findings: Sequence[Finding]) -> int:
    """Prints what was done, and what is left to be done by hand; the exit code."""
    for finding in findings:
        mark = ("to do" if finding.mend else "ok   ") if finding.well else "WRONG"
        print(f"{mark}  {finding.what}")
        if finding.mend:
            print(f"       {finding.mend}")
    return 0 if all(finding.well for finding in findings) else 1


# ── Slack ─────────────────────────────────────────────────────────────────────


def _manifest(settings: Settings, base: str, installation: Installation) -> Finding:
    """Written where the operator can take it from; it is new, or as it was."""
    file = settings.home / f"slack-manifest-{installation.stack}.json"
    address = address_of(base, "Slack")
    try:
        wanted = json.dumps(manifest(settings, base), indent=2, ensure_ascii=False) + "\n"
        if _text_of(file) == wanted:
            return Finding(True, f"Slack's manifest is as it was: {file}")
        prepare(settings.home)
        replace(file, wanted)
    except AizuchiError as error:
        return Finding(False, f"Slack's manifest: {error.what}", f"{error.mend} {STANDS}")
    return Finding(
        True,
        f"Slack's manifest is written to {file}, for requests to {address}",
        f"Paste it at {APPS}: Create New App, From a manifest; or for an app of yours, its App "
        "Manifest. Then install the app.",
    )


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError:
        return ""


# ── Discord ───────────────────────────────────────────────────────────────────


def _commands(settings: Settings, ask: Ask) -> Finding:
    sync = f"{command_name()} discord sync"
    try:
        sync_all = Sync(settings.discord, ask)
        places = sync_all.places(settings.discord.guilds)
        for place in places:
            sync_all.write(place)
    except AizuchiError as error:
        return Finding(False, error.what, f"{error.mend} {STANDS} {sync} tries this again.")
    doomed = sum(len(place.plan.delete) for place in places)
    left = f"{doomed} of no use any more are left: {sync} deletes them." if doomed else ""
    return Finding(True, _told(places), left)


def _told(places: Sequence[Place]) -> str:
    written = [title(command) for place in places for command in place.plan.upserts]
    if not written:
        return "Discord knows the commands as they are declared"
    return f"Discord has been told of {', '.join(dict.fromkeys(written))}"


def _endpoint(settings: Settings, address: str, ask: Ask) -> Finding:
    reply = ask("GET", "/applications/@me", None) if settings.discord.bot_token else None
    if reply and reply.fields.get("interactions_endpoint_url") == address:
        return Finding(True, f"Discord sends commands to {address}")
    app_id = settings.discord.app_id or str(reply.fields.get("id", "") if reply else "")
    where = f"{PORTAL}/{app_id}/information" if app_id else f"{PORTAL}, your application"
    return Finding(
        True,
        f"Discord's Interactions Endpoint URL is to be {address}",
        f"Write it at {where}: General Information, Interactions Endpoint URL.",
    )
