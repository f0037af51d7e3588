"""Everything that can go wrong with a model, and what has to come of it."""

from typing import Literal, NamedTuple

from aizuchi.simulator.model import Behaviour
from aizuchi.words import Language

AT_ONCE_S = 1.0
SOON_S = 5.0

# What the person can do about it, in the words that have to stand in the line.
MENDS: dict[str, dict[Language, str]] = {
    "model_unreachable": {"en": "Try again shortly", "ja": "もう一度お送りください"},
    "model_key": {"en": "has to check it", "ja": "鍵の確認を依頼"},
    "model_not_found": {"en": "check its name and address", "ja": "名前とアドレスの確認を依頼"},
    "model_request": {"en": "Start afresh with “reset”", "ja": "「reset」で最初から"},
    "model_rate_limited": {"en": "Ask again in", "ja": "もう一度お送りください"},
    "model_unavailable": {"en": "Ask again in a few minutes", "ja": "数分後にもう一度"},
    "model_cut": {"en": "Please ask again", "ja": "もう一度お送りください"},
    "model_silent": {"en": "Please ask again", "ja": "もう一度お送りください"},
    "model_malformed": {"en": "Ask again", "ja": "もう一度お送りください"},
    "model_empty": {"en": "ask in other words", "ja": "言い方を変えて"},
    "context_overflow": {"en": "Send a shorter message", "ja": "短くするか"},
    "content_filtered": {"en": "ask in other words", "ja": "言い方を変えて"},
    "token_limit": {"en": "Write “go on”", "ja": "「続けて」"},
    "bug": {"en": "Please ask again", "ja": "もう一度お送りください"},
}


class Cause(NamedTuple):
    """What the endpoint does each time, and what is to be seen of it.

    `calls` is how often the model is asked; `within_s` (seconds) bounds how long the person waits;
    `by` says whose fault it is where the endpoint is not at fault.
    """

    name: str
    code: str
    calls: int
    behaviour: Behaviour = Behaviour()
    within_s: float = SOON_S
    outcome: str = "failed"
    by: Literal["endpoint", "nobody", "us"] = "endpoint"
    seconds: tuple[int, ...] = ()


def _waits(form: Literal["seconds", "date", "ms"]) -> Behaviour:
    return Behaviour(fail="429", retry_after=30, retry_form=form)


CAUSES = (
    Cause("refused", "model_unreachable", 1, within_s=AT_ONCE_S, by="nobody"),
    Cause("400", "model_request", 1, Behaviour(fail="400"), AT_ONCE_S),
    Cause("422", "model_request", 1, Behaviour(fail="422"), AT_ONCE_S),
    Cause("401", "model_key", 1, Behaviour(fail="401"), AT_ONCE_S),
    Cause("403", "model_key", 1, Behaviour(fail="403"), AT_ONCE_S),
    Cause("404", "model_not_found", 1, Behaviour(fail="404"), AT_ONCE_S),
    Cause("429", "model_rate_limited", 2, Behaviour(fail="429")),
    Cause("429-soon", "model_rate_limited", 2, Behaviour(fail="429", retry_after=1)),
    Cause("429-later", "model_rate_limited", 1, _waits("seconds"), AT_ONCE_S, seconds=(30,)),
    Cause("429-ms", "model_rate_limited", 1, _waits("ms"), AT_ONCE_S, seconds=(30,)),
    Cause("429-date", "model_rate_limited", 1, _waits("date"), AT_ONCE_S, seconds=(29, 30)),
    Cause("500", "model_unavailable", 2, Behaviour(fail="500")),
    Cause("502", "model_unavailable", 2, Behaviour(fail="502")),
    Cause("503", "model_unavailable", 2, Behaviour(fail="503")),
    Cause("529", "model_unavailable", 2, Behaviour(fail="529")),
    Cause("error-in-stream", "model_unavailable", 2, Behaviour(tokens=3, end="error")),
    Cause("cut-at-once", "model_cut", 2, Behaviour(tokens=0, end="cut")),
    Cause("cut", "model_cut", 2, Behaviour(tokens=3, end="cut")),
    Cause("no-end", "model_cut", 2, Behaviour(tokens=3, end="no_finish")),
    Cause("silent-head", "model_silent", 1, Behaviour(head=60), 2),
    Cause("silent", "model_silent", 1, Behaviour(tokens=0, end="silence"), 2),
    Cause("silent-later", "model_silent", 1, Behaviour(tokens=3, end="silence"), 2),
    Cause("only-pings", "model_silent", 1, Behaviour(tokens=0, end="pings"), 2),
    Cause("only-pings-later", "model_silent", 1, Behaviour(tokens=3, end="pings"), 2),
    Cause("bad-json", "model_malformed", 2, Behaviour(tokens=3, pace=30, end="bad_json")),
    Cause("no-events", "model_malformed", 2, Behaviour(form="text")),
    Cause("web-page", "model_malformed", 2, Behaviour(form="html")),
    Cause("junk-later", "model_cut", 2, Behaviour(tokens=3, end="not_sse")),
    Cause("empty", "model_empty", 2, Behaviour(tokens=0)),
    Cause("only-done", "model_empty", 2, Behaviour(tokens=0, end="done_only")),
    Cause("context-openai", "context_overflow", 1, Behaviour(fail="context_openai"), AT_ONCE_S),
    Cause("context-llamacpp", "context_overflow", 1, Behaviour(fail="context_llamacpp"), AT_ONCE_S),
    Cause("context-vllm", "context_overflow", 1, Behaviour(fail="context_vllm"), AT_ONCE_S),
    Cause("context-ollama", "context_overflow", 1, Behaviour(fail="context_ollama"), AT_ONCE_S),
    Cause("filter-openai", "content_filtered", 1, Behaviour(fail="filter_openai")),
    Cause("filter-azure", "content_filtered", 1, Behaviour(fail="filter_azure")),
    Cause("filter-later", "content_filtered", 1, Behaviour(tokens=3, end="content_filter")),
    Cause("length", "token_limit", 1, Behaviour(tokens=3, end="length"), outcome="answered"),
    Cause("bug", "bug", 1, Behaviour(tokens=3, pace=20), by="us"),
)
