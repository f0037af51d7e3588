"""Target 12: how much the web page loads, how soon it can be used, and how smoothly it reads."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page

from benchmarks.harness import first_load
from benchmarks.harness.browser import find_browser, opened
from benchmarks.harness.home import TOKEN, assistant, folder
from benchmarks.harness.process import ROOT, Failed
from benchmarks.harness.report import Report, Row, at_most, shown
from benchmarks.harness.streaming import model

APP = ROOT / "src" / "aizuchi" / "surfaces" / "web" / "static" / "app"
FIRST_LOAD_KB, USABLE_MS, HEARD_MS, LONGEST_TASK_MS = 130, 1000, 50, 100
SHORT, LONG, PACE = 5, 2000, 200.0
ANSWER_WITHIN_MS = 60_000

# Notes when the message field is there, when a sign of the server's appears, and what takes long.
WATCH = """
window.tasks = []; window.usable = 0; window.asked = 0; window.heard = 0;
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: 'longtask' });
addEventListener('keydown', (event) => {
  if (event.key === 'Enter') { asked = event.timeStamp; heard = 0; }
}, true);
new MutationObserver(() => {
  usable ||= document.querySelector('textarea') ? performance.now() : 0;
  const sign = document.querySelector('[role=status]')?.innerText.trim();
  if (asked && sign && !sign.startsWith('Sending')) heard ||= performance.now();
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
BE_BUSY = (
    "setTimeout(() => { const from = performance.now(); while (performance.now() < from + 90); })"
)
IS_AT_REST = """() => {
  const stop = document.querySelector('[aria-label=Stop], #stop');
  return heard && (!stop || stop.hidden) && !document.querySelector('[role=status]').innerText;
}"""


def run(quick: bool) -> Report:
    path = find_browser()
    if path is None:
        raise Failed("there is no browser here; install chromium (apt install chromium)")
    if not (APP / "index.html").exists():
        raise Failed("the web page is not built; run make web")
    usable = [_usable_ms(path) for _ in range(2 if quick else 9)]
    heard = _heard_ms(path, 5 if quick else 60)
    tasks = _tasks_ms(path)
    return Report(
        "page",
        [*_of_loading(usable), *_of_reading(heard, tasks)],
        notes=["each cold load is in a browser just started; the server and the model run beside"],
        rounds={"usable_ms": usable, "heard_ms": heard, "long_tasks_ms": tasks},
    )


def _usable_ms(path: str) -> float:
    """From the navigation to a message field, in a browser that has seen nothing yet."""
    with _chat(path, SHORT, 0) as page:
        return float(page.evaluate("usable"))


def _heard_ms(path: str, times: int) -> list[float]:
    """From the Enter key to the first sign of the server's on the screen."""
    with _chat(path, SHORT, 0) as page:
        return [_ask(page) for _ in range(times)]


def _tasks_ms(path: str) -> list[float]:
    """How long the page was busy at a time while a long answer was written, from 50 ms on."""
    with _chat(path, LONG, PACE) as page:
        page.evaluate(BE_BUSY)
        page.wait_for_function("() => tasks.length")  # else nothing would show as nothing long
        page.evaluate("tasks.length = 0")
        _ask(page)
        found: list[float] = page.evaluate("tasks")
        return found


@contextmanager
def _chat(path: str, tokens: int, per_s: float) -> Iterator[Page]:
    """The page in a browser just started, with a server and a model of its own."""
    with (
        folder() as home,
        model(home, tokens, per_s) as asked,
        assistant(home, "openai:bench", asked.port) as server,
        opened(path) as browser,
    ):
        page, address = browser.new_page(), f"http://127.0.0.1:{server.port}/"
        page.context.request.get(f"{address}?token={TOKEN}", max_redirects=0)
        page.add_init_script(WATCH)
        page.goto(address)
        page.wait_for_function("() => usable")
        yield page


def _ask(page: Page) -> float:
    field = page.get_by_role("textbox", name="Message")
    field.fill("Are you there?")
    field.press("Enter")
    page.wait_for_function(IS_AT_REST, timeout=ANSWER_WITHIN_MS)
    return float(page.evaluate("heard - asked"))


def _of_loading(usable: Sequence[float]) -> list[Row]:
    scripts = first_load.scripts(APP)
    return [
        at_most(
            "JavaScript of the first load", first_load.gzipped_kb(scripts), "kB gz", FIRST_LOAD_KB
        ),
        at_most("cold browser to usable", statistics.median(usable), "ms", USABLE_MS),
        shown("cold browser to usable, slowest", max(usable), "ms"),
    ]


def _of_reading(heard: Sequence[float], tasks: Sequence[float]) -> list[Row]:
    p95 = statistics.quantiles(heard, n=20)[-1]
    longest = max(tasks, default=0.0)
    return [
        shown("Enter to the first sign, p50", statistics.median(heard), "ms"),
        at_most("Enter to the first sign, p95", p95, "ms", HEARD_MS),
        at_most("longest task while 2,000 tokens come", longest, "ms", LONGEST_TASK_MS),
    ]
