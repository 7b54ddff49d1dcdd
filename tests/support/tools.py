"""Finds what the tests need beside Python, installs it where that is possible, or says what to do.

`python -m tests.support.tools`
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

from tests.support import browser, postgres


def main() -> int:
    """Return 0 when a browser and a PostgreSQL server are there."""
    missing = [
        problem for problem in (_provide_browser(), _provide_postgres()) if problem is not None
    ]
    for problem in missing:
        print(problem, file=sys.stderr)
    if missing:
        print("'make quick' runs the tests that need neither.", file=sys.stderr)
    return 1 if missing else 0


def _provide_browser() -> str | None:
    if _has_browser():
        return None
    _apt_install("chromium")
    if not _has_browser():
        _run([sys.executable, "-m", "playwright", "install", "chromium"])
    return None if _has_browser() else browser.HOW_TO_GET_IT


def _provide_postgres() -> str | None:
    if not postgres.find_programs():
        _apt_install("postgresql")
    return None if postgres.find_programs() else postgres.HOW_TO_GET_IT


def _has_browser() -> bool:
    with sync_playwright() as playwright:
        return browser.find_browser(playwright) is not None


def _apt_install(package: str) -> None:
    """Install a Debian package where we may; the caller looks whether it helped."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {package} for the tests.", file=sys.stderr)
    _run(["apt-get", "update", "-qq"])
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package])


def _run(command: list[str]) -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
    done = subprocess.run(
        command, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{command[0]} said: {done.stderr.strip()[-500:]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
