"""The tables of the page of costs, made of the estimate that `deploy` shows.

`python -m tests.deploy.cost_tables` writes them into both pages anew.
"""

import re
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from aizuchi.deploy.aws import estimate as sums
from aizuchi.deploy.aws.estimate import (
    DAYS,
    OF_PLATFORMS,
    OF_SOCKETS,
    OF_THE_WEB,
    WAIT_S,
    Item,
    Uses,
    crossover,
    estimate,
)
from aizuchi.deploy.stack import STACK

DOCS = Path(__file__).resolve().parents[2] / "docs" / "explanation"
PAGES = {"en": DOCS / "costs.md", "ja": DOCS / "costs.ja.md"}
BLOCK = re.compile(r"(<!-- table: (\w+) -->\n)(?:(?!<!-- ).*\n)*(<!-- end -->)")
DEFAULTS = {each.name: str(each.default or "") for each in STACK.parameters}
MUCH = 1_000_000
PIECE = sums.PUSH + sums.WRITE + sums.READ
"""A message, and the row by which its frames are numbered; for a million."""

SLOTS, PEAK = 64, 4
"""Answers that a container makes at once, and how much busier the busiest hour is."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "what": "what",
        "dollars": "$",
        "per_thousand": "$ for 1,000",
        "entry": "HTTP API",
        "waiting": f"the function waits for the model, {WAIT_S:.0f} s at 512 MB",
        "own": "the same function's own work",
        "table": "DynamoDB",
        "queues": "SQS",
        "invocations": "invocations of Lambda",
        "logs": "logs",
        "functions": "the other functions' time",
        "pushes": f"messages of WebSockets, {sums.pushes(WAIT_S):.0f} for an answer",
        "sum": "**in all**",
        "alarms": "alarms",
        "dashboard": "dashboard (`MakeDashboard=yes`)",
        "polls": "Lambda looks into the queues",
        "platforms": "1,000 messages of Slack or Discord",
        "streamed": "1,000 messages of the web chat, streamed",
        "pushed": "1,000 messages of the web chat over WebSockets",
        "idle": "a month with nobody talking",
        "month": "a month of 1,000 messages a day",
        "assumption": "assumed",
        "price": "$ for a million, or as said",
        "uses": "of one message",
        "of_platforms": "Slack, Discord",
        "of_the_web": "web chat, streamed",
        "of_sockets": "web chat over WebSockets",
        "writes": "write units",
        "reads": "read units",
        "in_order": "requests to the FIFO queue",
        "beside": "requests to the other queue",
        "side": "invocations of `side`",
        "own_s": "seconds of whoever answers, besides waiting",
        "log_kb": "kB of logs",
        "a_day": "messages a day",
        "lambda": "functions, $ a month",
        "container": "containers, $ a month",
        "how_many": "containers",
        "every": "a piece every",
        "wait": "the model takes",
    },
    "ja": {
        "what": "項目",
        "dollars": "ドル",
        "per_thousand": "1,000件あたりドル",
        "entry": "HTTP API",
        "waiting": f"モデルを待つ関数（{WAIT_S:.0f}秒、512 MB）",
        "own": "同じ関数自身の処理",
        "table": "DynamoDB",
        "queues": "SQS",
        "invocations": "Lambdaの呼び出し",
        "logs": "ログ",
        "functions": "ほかの関数の時間",
        "pushes": f"WebSocketのメッセージ（答え1件に{sums.pushes(WAIT_S):.0f}通）",
        "sum": "**合計**",
        "alarms": "アラーム",
        "dashboard": "ダッシュボード（`MakeDashboard=yes`）",
        "polls": "Lambdaによるキューの確認",
        "platforms": "SlackまたはDiscordのメッセージ1,000件",
        "streamed": "ウェブチャット（ストリーミング）1,000件",
        "pushed": "ウェブチャット（WebSocket）1,000件",
        "idle": "誰も話さない1か月",
        "month": "1日1,000件の1か月",
        "assumption": "前提",
        "price": "100万あたりドル（または記載の単位）",
        "uses": "メッセージ1件あたり",
        "of_platforms": "Slack・Discord",
        "of_the_web": "ウェブチャット（ストリーミング）",
        "of_sockets": "ウェブチャット（WebSocket）",
        "writes": "書き込みユニット",
        "reads": "読み込みユニット",
        "in_order": "FIFOキューへのリクエスト",
        "beside": "もう1つのキューへのリクエスト",
        "side": "`side`の呼び出し",
        "own_s": "答える側の処理時間（秒、待ち時間を除く）",
        "log_kb": "ログ（kB）",
        "a_day": "1日のメッセージ",
        "lambda": "関数（月額ドル）",
        "container": "コンテナー（月額ドル）",
        "how_many": "コンテナー数",
        "every": "送る間隔",
        "wait": "モデルの所要時間",
    },
}
PRICES = (
    ("DynamoDB WCU / RCU", f"{sums.WRITE} / {sums.READ}"),
    ("SQS FIFO / standard", f"{sums.IN_ORDER} / {sums.BESIDE}"),
    ("Lambda", f"{sums.INVOCATION}; ${sums.GB_S['arm64']:.10f} GB-s (arm64)"),
    ("HTTP API / REST API", f"{sums.ENTRY['HttpApi']} / {sums.ENTRY['RestApi']}"),
    ("WebSocket API", f"{sums.PUSH}"),
    ("CloudWatch Logs", f"${sums.LOG_GB} GB"),
    ("CloudWatch alarm / dashboard", f"${sums.ALARM} / ${sums.DASHBOARD}"),
    ("Fargate arm64, 1 vCPU, 2 GB", f"${sums.FARGATE_HOUR} h"),
)


def tables(language: str) -> Mapping[str, str]:
    """Every table of a page, by its name there."""
    said = WORDS[language]
    ways = (sums.of_platforms(DEFAULTS), sums.streamed(DEFAULTS), sums.pushed(DEFAULTS))
    return {
        "short": _short(said),
        **{
            name: _itemised(items, said)
            for name, items in zip(("platforms", "streamed", "pushed"), ways, strict=True)
        },
        "idle": _itemised(sums.idle(DEFAULTS), said, "dollars", ".2f"),
        "uses": _uses(said),
        "prices": _table((said["what"], said["price"]), PRICES),
        "waits": _waits(said),
        "pieces": _pieces(said),
        "much": _much(said),
    }


def crossing() -> int:
    """From how many messages a day on a container is cheaper, in hundreds."""
    return round(crossover(DEFAULTS) / 100) * 100


def _short(said: Mapping[str, str]) -> str:
    whole = estimate(DEFAULTS)
    rows = [
        (said["platforms"], f"{whole.thousand:.3f}"),
        (said["streamed"], f"{whole.streamed:.3f}"),
        (said["pushed"], f"{whole.pushed:.3f}"),
        (said["idle"], f"{whole.idle:.2f}"),
        (said["month"], f"{whole.month():.2f}"),
    ]
    return _table((said["what"], said["dollars"]), rows)


def _itemised(
    items: Sequence[Item], said: Mapping[str, str], head: str = "per_thousand", form: str = ".4f"
) -> str:
    rows = [(said[item.what], format(item.dollars, form)) for item in items if item.dollars]
    total = format(sum(item.dollars for item in items), form)
    return _table((said["what"], said[head]), [*rows, (said["sum"], f"**{total}**")])


def _uses(said: Mapping[str, str]) -> str:
    ways: Sequence[Uses] = (OF_PLATFORMS, OF_THE_WEB, OF_SOCKETS)
    rows = [(said[name], *(f"{getattr(uses, name):g}" for uses in ways)) for name in Uses._fields]
    head = (said["uses"], said["of_platforms"], said["of_the_web"], said["of_sockets"])
    return _table(head, rows)


def _waits(said: Mapping[str, str]) -> str:
    rows = [
        (f"{seconds:g} s", f"{estimate(DEFAULTS, seconds).thousand:.3f}") for seconds in (2, 4, 8)
    ]
    return _table((said["wait"], said["per_thousand"]), rows)


def _pieces(said: Mapping[str, str]) -> str:
    rows = [
        (f"{seconds} s", f"{WAIT_S / seconds * PIECE / 1000:.3f}") for seconds in (0.1, 0.25, 0.5)
    ]
    return _table((said["every"], said["per_thousand"]), rows)


def containers_for(a_day: int) -> int:
    at_once = a_day / 86_400 * (WAIT_S + OF_PLATFORMS.own_s) * PEAK
    return max(1, ceil(at_once / SLOTS))


def _much(said: Mapping[str, str]) -> str:
    rows = []
    for a_day in (1_000, 10_000, 100_000, MUCH):
        many = containers_for(a_day)
        boxed = {**DEFAULTS, "Worker": "Container", "WorkerCount": str(many)}
        months = (estimate(each).month(a_day) for each in (DEFAULTS, boxed))
        rows.append((f"{a_day:,}", *(f"{month:,.0f}" for month in months), str(many)))
    return _table((said["a_day"], said["lambda"], said["container"], said["how_many"]), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def renewed(page: str, language: str) -> str:
    """A page with its tables as they are now."""
    fresh = tables(language)
    return BLOCK.sub(lambda found: f"{found[1]}{fresh[found[2]]}\n{found[3]}", page)


if __name__ == "__main__":
    for name, path in PAGES.items():
        path.write_text(renewed(path.read_text("utf-8"), name), "utf-8")
    print(f"{DAYS} days in a month; a container is cheaper from {crossing():,} messages a day")
