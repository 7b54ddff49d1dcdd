"""The server is killed while a parent's form is sent; sent again, there is one answered form."""

import os
import random
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing, contextmanager

from sqlalchemy import select

from allay_metrics.actions.parent_form import save_consent, save_signs
from allay_metrics.records import open_practice
from allay_metrics.records.tables import answer, check_in
from allay_metrics.server.form_routes import FormRequest
from tests.support.asked import asked
from tests.support.exports import Desk
from tests.support.ports import free_port
from tests.support.server import ROOT, SERVE, Server, _wait_for_health

TIMES = 5
WORDS = "Better nights"


@contextmanager
def served(url, folder):
    """Yield a server and its process, killed afterwards without a word."""
    port = free_port()
    log = folder / f"server-{port}.log"
    variables = {**os.environ, "ALLAY_DATA_DIR": str(folder), "ALLAY_DATABASE_URL": url}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*SERVE, "--port", str(port)], cwd=ROOT, env=variables, stdin=subprocess.DEVNULL,
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}", folder, log)
    try:
        _wait_for_health(server, process, 120)
        yield server, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def _send(server, token):
    """Press the form's button; return the address that answered, or nothing."""
    key = FormRequest(token, {}, {}, (), "").key
    body = urllib.parse.urlencode({"step": "words", "key": key, "text": WORDS}).encode()
    try:
        with urllib.request.urlopen(f"{server.url}/c/{token}", body, timeout=30) as told:
            return told.url
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def test_a_form_sent_to_a_server_that_dies_is_sent_once(
    scope, engine_kind, tmp_path, record_property
):
    chance, kept = random.Random(engine_kind), 0
    desk = Desk(scope, tmp_path)
    token = asked(desk)
    save_consent(scope, token, in_totals=True, language="en")
    save_signs(scope, token, [])
    for _ in range(TIMES):
        with served(scope.database_url, tmp_path) as (server, process):
            pressing = threading.Thread(target=_send, args=(server, token))
            pressing.start()
            time.sleep(chance.uniform(0, 0.3))
            os.killpg(process.pid, signal.SIGKILL)
            pressing.join()
        with closing(open_practice(scope.database_url)) as after, after.read() as conn:
            kept += conn.execute(select(check_in.c.answered_at)).scalar_one() is not None
        if kept:
            break
    with served(scope.database_url, tmp_path) as (server, _):
        again = _send(server, token)
    assert again is not None
    assert again.endswith("/c/done/en")
    with scope.read() as conn:
        said = conn.execute(select(answer.c.text).where(answer.c.measure == "words")).scalars()
        assert list(said) == [WORDS]
        assert conn.execute(select(check_in.c.answered_at)).scalar_one() is not None
    record_property("hardening", f"{engine_kind}: 1 record, killed at save and sent again")
