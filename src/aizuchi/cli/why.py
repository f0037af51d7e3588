"""`aizuchi why`: the whole life of one message, and the reasons for it."""

import argparse
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from aizuchi.cli.common import load_settings
from aizuchi.cli.records import add_store, open_records
from aizuchi.cli.references import reference_of
from aizuchi.cli.usage import cost_of
from aizuchi.errors import SettingsError
from aizuchi.history import Event, Trace
from aizuchi.settings import Settings
from aizuchi.surfaces.web.inbound import chat_prefix
from aizuchi.traces import Listed, Told, elsewhere

DESCRIPTION = """\
Tells the life of one message, from its acceptance to the last call, with times, tokens and reasons.
Name it by a link to it or to its answer, by the id of its turn, or by the number that a person was
told when something went wrong. Of a link to a web chat it lists the last messages, and tells of the
newest. It reads beside a server that runs, or with --stage an installation on AWS. It
shows no text.
"""
WEB = re.compile(r"https?://[^/\s]+/(\?[^#\s]*)?#(?P<chat>[\w.~-]{1,128})")
MOST_LISTED = 10
CALLS = {
    "AppendStream": "to write on in a stream",
    "AttachFile": "to attach a file",
    "CloseStream": "to close a stream",
    "DeletePage": "to take a page away",
    "EditPage": "to rewrite a page",
    "Find": "to look for a post",
    "HandOver": "to go on elsewhere",
    "OpenStream": "to open a stream",
    "PostPage": "to post a page",
    "ShowEnd": "to take the sign away",
    "ShowWorking": "to show that it works",
}
OF_CALLS = {
    "busy": "429, the platform had too much to do when asked {call}: it asked for {detail} s",
    "doubtful": "no reply when asked {call}: it may have been done, and no post is repeated unseen",
    "refused": "the platform refused {call}: {detail}",
    "ended": "the platform did not take it any more when asked {call}: {detail}",
    "absent": "a post whose reply was lost is not there, so it is made again",
}
MEANINGS = {
    "text": "the first words of the model",
    "posting": "page {detail} is about to be posted",
    "shown": "page {detail} stands there",
    "came_again": "the same message came again: it was known, and is not answered twice",
    "asked_again": "the model failed ({detail}) and is asked once more",
    "fell_back": "the model failed, and a fallback is asked ({detail})",
    "asked_instead": "[model] rests after it failed several times: {detail} is asked",
    "not_again": "the model failed ({detail}) and is not asked again: too many calls have failed "
    "within this minute",
}
ENDS = {
    "answered": "the answer is complete and durable: the model is not asked again",
    "stopped": "it was stopped by whoever asked",
    "gave_up": "it was interrupted too often, and given up",
    "took_too_long": "it took longer than [limits] answer_within_s",
    "waited_too_long": "it had waited longer than [limits] wait_within_s",
    "too_fast": "refused: more than [limits] messages_per_minute",
    "day_used": "refused: more than [limits] answers_per_day",
    "tokens_used": "refused: [limits] tokens_per_day are used up",
    "full": "refused: more than [limits] waiting messages wait in the conversation",
    "not_allowed": "refused: [access] does not let this person in",
}


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("message", metavar="MESSAGE", help="a link, an id, or an error's number")
    add_store(parser)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    web = WEB.fullmatch(options.message.strip())
    with open_records(options, settings) as store:
        listed = store.chat(chat_prefix(web["chat"]), MOST_LISTED) if web else ()
        found = [each.turn_id for each in listed] or store.turns(*reference_of(options.message))
        told = store.life(found[0]) if found else None
    if told is None:
        raise SettingsError(
            f'No message is known by "{options.message}".',
            "Copy the link of the message or of its answer. What is older than [retention] "
            "ids_days is gone.",
        )
    print("\n".join([*lines_of_chat(listed), *lines_of(told, settings)]))
    return 0


def lines_of_chat(listed: Sequence[Listed]) -> Iterator[str]:
    if listed:
        yield "The last messages of this chat, the newest first; aizuchi why ID tells of each:"
        for turn_id, at, outcome in listed:
            yield f"  {_clock(at)}  {outcome or 'open':<10}{turn_id}"
        yield ""


def lines_of(told: Told, settings: Settings) -> Iterator[str]:
    trace = told.trace
    yield told.turn_id
    if told.person:
        yield f"  from {told.person}, in {told.place}"
    yield f"{_clock(trace.accepted_at)}  accepted: authentic, and stored before it was acknowledged"
    last = 0
    for event in trace.events:
        yield f"{_since(event.at, trace)}  {_meaning(event, last)}"
        last = int(event.detail) if event.code == "attempt" else last
    yield from _end(told, settings)


def _end(told: Told, settings: Settings) -> Iterator[str]:
    trace = told.trace
    if not trace.settled_at:
        yield "…  it is not settled yet"
        return
    why = f" ({trace.reason})" if trace.reason else ""
    yield f"{_since(trace.settled_at, trace)}  settled as {trace.settled_as}{why}"
    used = [elsewhere(event.detail) for event in trace.events if event.code == "used_at"]
    read, cost = trace.tokens - trace.written, cost_of(trace.tokens, trace.written, settings, used)
    yield f"  tokens: {read:,} read, {trace.written:,} written; cost: {cost}"
    if told.incident:
        yield f"  the log has more under {told.incident}"


def _meaning(event: Event, last: int) -> str:
    match event.code:
        case "attempt" if last or event.detail != "1":
            return (
                f"attempt {event.detail} takes over: the one before left no end "
                "(its process died, was stopped, or froze past its lease)"
            )
        case "attempt":
            return "attempt 1 begins"
        case "used_at":
            endpoint, tokens, written = elsewhere(event.detail)
            read = tokens - written
            return f"at the fallback {endpoint}: {read:,} tokens read, {written:,} written"
        case "finished":
            return ENDS.get(event.detail, f"it ended: {event.detail}")
        case code if code in OF_CALLS:
            detail, _, operation = event.detail.rpartition(" ")
            call = CALLS.get(operation, "to do something")
            return OF_CALLS[code].format(call=call, detail=detail)
        case code:
            return MEANINGS.get(code, f"{code} {{detail}}").format(detail=event.detail)


def _since(at: float, trace: Trace) -> str:
    return f"{f'+{at - trace.accepted_at:.3f} s':>29}"


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds")
