"""`python -m benchmarks [PART ...]`: measure, and write docs/benchmarks.md.

The parts are those of PARTS; without any, all of them but those that are asked for by name.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from allay_metrics.records import open_practice
from benchmarks.gate_cost import PAIRS, RUNS, click_ms
from benchmarks.interaction import city_changes_ms, cold_loads_ms
from benchmarks.measured import ROOT, Took, in_own_process
from benchmarks.scoped import on_postgresql, on_sqlite
from benchmarks.taking_in import write_export
from benchmarks.ten_million import ten_times
from benchmarks.week_queries import practice_of, week_ms
from tests.support.browser import open_browser
from tests.support.server import start_server

REPORT = ROOT / "docs" / "benchmarks.md"
ROWS, MORE_ROWS = 100_000, 400_000
TURNS = 5
SIZES = (20_000, 1_000_000)
CHOICES = ("Oakland", "San Francisco", "Berkeley")
FLOOR = ("sh", "-c", (f'exec "{sys.executable}" -m streamlit run benchmarks/floor_page.py'
         ' --server.headless=true --server.port "$2"'), "sh")  # fmt: skip
Lines = list[str]


def measure_import(folder: Path) -> Lines:
    """Return the import's lines: time and memory beside pandas, in turn."""
    export = write_export(folder / "export", ROWS)
    ours, theirs = [], []
    for turn in range(TURNS):
        theirs.append(in_own_process("taking_in:by_pandas", export, folder / f"pandas{turn}.db"))
        ours.append(_take_in(export, folder / f"allay{turn}.db"))
    large = write_export(folder / "large", MORE_ROWS)
    more = _take_in(large, folder / "large.db")
    wall, cpu = _middle(ours, "wall"), _middle(ours, "cpu")
    return [
        f"## Import of {ours[0].said:,} rows",
        "",
        "Into a practice without records, everything derived and rolled up, against pandas",
        "`read_csv` (all text) plus `to_sql` of the same file; each in a fresh process, in turn,",
        f"median of {TURNS}.",
        "",
        "| | wall s | CPU s | rows a second | peak MB |",
        "|---|---|---|---|---|",
        _row("Allay", wall, cpu, ours[0].said / wall, _middle(ours, "peak_mb")),
        _row(
            "pandas", _middle(theirs, "wall"), _middle(theirs, "cpu"),
            theirs[0].said / _middle(theirs, "wall"), _middle(theirs, "peak_mb"),
        ),
        (f"| **ratio** (target 5, then 2) | **{wall / _middle(theirs, 'wall'):.2f}** "
        f"| {cpu / _middle(theirs, 'cpu'):.2f} | | "
        f"{_middle(ours, 'peak_mb') / _middle(theirs, 'peak_mb'):.2f} |"),
        _row(f"Allay, {more.said:,}", more.wall, more.cpu, more.said / more.wall, more.peak_mb),
        "",
    ]  # fmt: skip


def _take_in(export: Path, database: Path) -> Took:
    open_practice(f"sqlite:///{database}").close()
    return in_own_process("taking_in:by_allay", export, database)


def measure_queries(folder: Path) -> Lines:
    """Return the lines of the Week's queries at both sizes."""
    lines = [
        "## All queries of the Week together",
        "",
        "Warm, SQLite, median of 15, milliseconds: the statements alone, asked again one after",
        "the other; and the whole review as plain values, judging and comparing included.",
        "",
        "| visits | queries: all cities | one city | target | whole: all cities | one city |",
        "|---|---|---|---|---|---|",
    ]
    for visits, target in zip(SIZES, (15, 150), strict=True):
        taken = week_ms(practice_of(folder, visits))
        every, one = taken["all cities"], taken["one city"]
        lines.append(
            f"| {visits:,} | **{every.queries:.1f}** | {one.queries:.1f} | {target} "
            f"| {every.whole:.1f} | {one.whole:.1f} |"
        )
    return [*lines, ""]


def measure_browser(folder: Path) -> Lines:
    """Return the lines of a city change and a cold load, beside the floor page."""
    lines = [
        "## A city chosen, in the browser",
        "",
        "Headless Chromium, 1400 x 2400, from the click to the page's last change; the floor is",
        "`benchmarks/floor_page.py`: 8 ready-made Plotly figures, 6 metrics, no data work. Page",
        "after page in turn, median of 15 after a round that does not count, milliseconds.",
        "",
        "| | city change | ratio (target 0.7) | cold load | ratio (target 0.8) |",
        "|---|---|---|---|---|",
    ]
    served = {visits: practice_of(folder, visits).database_url for visits in SIZES}
    with ExitStack() as stack:
        browser = stack.enter_context(open_browser())
        urls = [stack.enter_context(start_server(folder / "floor", command=FLOOR)).url]
        for visits, records in served.items():
            server = start_server(folder / f"serve{visits}", database_url=records)
            urls.append(stack.enter_context(server).url)
        changes = city_changes_ms(browser, urls, "City", CHOICES)
        loads = cold_loads_ms(browser, urls)
    lines.append(f"| floor | {changes[0]:.0f} | 1 | {loads[0]:.0f} | 1 |")
    lines += [
        f"| Week, {visits:,} visits | {change:.0f} | **{change / changes[0]:.2f}** "
        f"| {load:.0f} | **{load / loads[0]:.2f}** |"
        for visits, change, load in zip(SIZES, changes[1:], loads[1:], strict=True)
    ]
    return [*lines, ""]


def measure_scope(folder: Path) -> Lines:
    """Return the lines of what the scope costs on the Week's queries, on both engines."""
    lines = [
        "## What the scope costs on the Week's queries",
        "",
        f"{SIZES[0]:,} visits, milliseconds: the same statements through a connection of the",
        "owner's scope and through one that nothing has prepared, in turn.",
        "",
        "| engine | | through the scope | past it | ratio (target 1.3) |",
        "|---|---|---|---|---|",
    ]
    taken = {
        "SQLite": on_sqlite(folder, SIZES[0]),
        "PostgreSQL": on_postgresql(folder, os.getpid(), SIZES[0]),
    }
    for engine, found in taken.items():
        lines += [
            f"| {engine} | {name} | {through:.1f} | {past:.1f} | **{through / past:.2f}** |"
            for name, (through, past) in found.items()
        ]
    return [*lines, ""]


def measure_gate(folder: Path) -> Lines:
    """Return the lines of a click with the gate and without it."""
    gated, bare = click_ms(folder / "gate")
    return [
        "## The gate",
        "",
        "The Week run anew for another city, from the message to the last answer on the socket,",
        f"with the gate and without it, in turn; median of {PAIRS} pairs of servers, each the",
        f"median of {RUNS} runs, milliseconds. The page without the gate looks a few things up by",
        "itself: read it as no more than without.",
        "",
        "| with the gate | without | ratio (target 1.1) |",
        "|---|---|---|",
        f"| {gated:.0f} | {bare:.0f} | **{gated / bare:.2f}** |",
        "",
    ]


def measure_ten_million(folder: Path) -> Lines:
    """Return the lines of one city at ten million visits beside one million."""
    timing = week_ms(practice_of(folder, SIZES[1]))["one city"]
    ten = week_ms(ten_times(folder, SIZES[1]), times=5)["one city"]
    return [
        f"## One city at {10 * SIZES[1]:,} visits",
        "",
        f"Queries of the Week {ten.queries:.0f} ms, beside {timing.queries:.0f} ms:",
        f"**{ten.queries / timing.queries:.2f}** (target 1.5). The practice is that of",
        f"{SIZES[1]:,} visits with each copied nine times, to other families of the same days,",
        "cities and therapists, and rolled up; it was not imported.",
        "",
    ]


PARTS: dict[str, Callable[[Path], Lines]] = {
    "import": measure_import,
    "queries": measure_queries,
    "scope": measure_scope,
    "browser": measure_browser,
    "gate": measure_gate,
    "ten_million": measure_ten_million,
}
BY_NAME_ONLY = ("ten_million",)  # about half an hour, and 10 GB of disk


def main(chosen: list[str]) -> None:
    """Measure the parts chosen; all of them are written to docs/benchmarks.md."""
    with tempfile.TemporaryDirectory(prefix="allay-bench-") as folder:
        where = Path(os.environ.get("ALLAY_BENCH_DIR") or folder)
        where.mkdir(parents=True, exist_ok=True)
        parts = chosen or [name for name in PARTS if name not in BY_NAME_ONLY]
        lines = [line for name in parts for line in PARTS[name](where)]
    text = "\n".join([*_head(), *lines])
    print(text)
    if not chosen:
        REPORT.write_text(text, encoding="utf-8")


def _head() -> Lines:
    today = datetime.now(UTC).date().isoformat()
    return [
        "# Benchmarks",
        "",
        (
            f"Written by `make bench` on {today}: {os.cpu_count()} cores, Python "
            f"{platform.python_version()}. Times are that machine's; read the ratios. "
            "`python -m benchmarks queries import`, or any other part, measures parts."
        ),
        "",
    ]


def _middle(taken: list[Took], what: str) -> float:
    return median(getattr(timing, what) for timing in taken)


def _row(name: str, wall: float, cpu: float, rate: float, peak: float) -> str:
    return f"| {name} | {wall:.1f} | {cpu:.1f} | {rate:,.0f} | {peak:.0f} |"


if __name__ == "__main__":
    main(sys.argv[1:])
