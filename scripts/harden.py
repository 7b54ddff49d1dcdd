"""Run what security and reliability have to stand, and write docs/hardening.md.

tests/hard/rows.toml maps each attack to its tests. Names of rows as arguments run those alone and
leave what the document says of the others.
"""

import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import psycopg

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "tests" / "hard" / "rows.toml"
DOCUMENT = ROOT / "docs" / "hardening.md"


@dataclass
class Measured:
    """What the tests of a row came to."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: int = 0
    figures: list[str] = field(default_factory=list)

    def words(self) -> str:
        """Return the result as the table shows it."""
        if not self.passed and not self.failed:
            return "**not measured**"
        said = [f"{self.passed} passed"]
        said += [f"{self.skipped} skipped"] if self.skipped else []
        said += [f"**{len(self.failed)} failed**: {', '.join(self.failed)}"] if self.failed else []
        return "; ".join([*dict.fromkeys(self.figures), ", ".join(said)])


def main() -> int:
    """Run the tests of all rows, or of those named; return 1 where one failed."""
    rows = tomllib.loads(ROWS.read_text(encoding="utf-8"))["row"]
    named = set(sys.argv[1:])
    chosen = [row for row in rows if not named or row["key"] in named]
    tests = sorted({test for row in chosen for test in row["tests"]})
    cases = _run(tests) if tests else []
    results = [(row, _measured(row["tests"], cases)) for row in chosen]
    for row, found in results:
        print(f"{row['key']}: {found.words()}")
    told = _told() if named else {}
    told |= {row["attack"]: found.words() for row, found in results}
    DOCUMENT.write_text(_document(rows, told), encoding="utf-8")
    return int(any(found.failed for _, found in results))


def _run(tests: list[str]) -> list[ElementTree.Element]:
    """Run the tests, one after the other: figures are of a machine that does nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n0", f"--junitxml={report}", "-q"]
        command += ["-o", "junit_family=xunit1"]  # the one that knows properties of a test
        subprocess.run([*command, *tests], cwd=ROOT, check=False)  # noqa: S603 - our own tests
        tree = ElementTree.parse(report)  # noqa: S314 - pytest wrote it
        return list(tree.iter("testcase"))


def _measured(tests: list[str], cases: list[ElementTree.Element]) -> Measured:
    found = Measured()
    for case in cases:
        name = _id(case)
        if not any(name == test or name.startswith((f"{test}[", f"{test}::")) for test in tests):
            continue
        if case.find("failure") is not None or case.find("error") is not None:
            found.failed.append(str(case.get("name")))
        elif case.find("skipped") is not None:
            found.skipped += 1
        else:
            found.passed += 1
        found.figures += [
            str(told.get("value"))
            for told in case.iter("property")
            if told.get("name") == "hardening"
        ]
    return found


def _id(case: ElementTree.Element) -> str:
    """Return a test's id as pytest takes it: the report spells its file with dots."""
    return f"{str(case.get('classname')).replace('.', '/')}.py::{case.get('name')}"


def _told() -> dict[str, str]:
    """Return what the document says was measured, by attack."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines() if DOCUMENT.exists() else []
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| ")]
    return {row[1]: row[3] for row in cells if len(row) == 5}


def _document(rows: list[dict[str, str]], told: dict[str, str]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.now(UTC).date().isoformat()
    head = f"""# Hardening

What was tried against the dashboard, what has to come of it, and what came of it. Written by
`make hard-test`, last on {today}: {os.cpu_count()} cores, {memory:.0f} GB of memory, \
{platform.system()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, \
{_postgres()}. The tests of each row are in [tests/hard/rows.toml](../tests/hard/rows.toml).

| attack | expected | measured |
|---|---|---|
"""
    unknown = Measured().words()
    lines = [
        f"| {row['attack']} | {row['expected']} | {told.get(row['attack'], unknown)} |"
        for row in rows
    ]
    return head + "\n".join(lines) + "\n"


def _postgres() -> str:
    from tests.support.postgres import find_programs

    programs = find_programs()
    if programs is None:
        return f"no PostgreSQL (psycopg {psycopg.__version__})"
    said = subprocess.run(  # noqa: S603 - the server found
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return "PostgreSQL " + said.stdout.split()[2]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
