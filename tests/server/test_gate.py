"""The gate of a real server: what it lets pass, what it refuses, what it cuts."""

import asyncio
import sys
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import update
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import ConnectionClosed, InvalidStatus, connect

from allay_metrics.actions.sessions import (
    ABSOLUTE,
    IDLE,
    hash_session_token,
    open_session,
    read_session,
)
from allay_metrics.actions.sign_in import change_password
from allay_metrics.actions.users import disable, enable
from allay_metrics.records import open_practice
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import login_session
from allay_metrics.server.identity import HEADER, Identity, seal
from tests.support.apart import run_apart
from tests.support.gated import ask, gated, make_records, people_of
from tests.support.people import ANA, PASSWORD, SECRET
from tests.support.server import start_server
from tests.support.wire import STREAM, led_on, open_wire, run_page

PAGES = (
    "/", "/cities", "/types", "/outcomes", "/records", "/check-ins", "/therapists", "/practice",
    "/definitions", "/caseload", "/baby", "/nothing-here", "/index.html", "/pages/owner/week.py",
)  # fmt: skip
INSIDE = (
    "/_stcore/host-config", "/_stcore/allowed-message-origins", "/media/0123456789abcdef.csv",
    "/static/js/index.js", "/app/static/fonts.css", "/component/x/index.html",
    "/_stcore/bidi-components/allay_metrics.opening/opening.js", "/_stcore/upload_file/a/b",
)  # fmt: skip
NOTHING = (
    "/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/mcp",
    "/_stcore/script-health-check", "/auth/login", "/oauth2callback",
)  # fmt: skip
OWNERS = {
    "cities": "Cities", "types": "Visit types", "outcomes": "Outcomes", "records": "Records",
    "therapists": "Therapists", "practice": "Practice",
}  # fmt: skip
# Streamlit alone, told to believe the header; start_server adds --port N at the end.
AROUND = (
    f"exec {sys.executable} -m streamlit run dashboard.py --server.trustedUserHeaders "
    f'\'{{"{HEADER}": "allay_who"}}\' --server.port $2'
)
PROTECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A practice with people behind its gate, for tests that leave it as it is."""
    with gated(tmp_path_factory.mktemp("gated")) as running:
        yield running


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)


def _cookie(token):
    return {"Cookie": f"sid={token}"}


def _fresh(here, who):
    """Open a session of its own for a test that ends it."""
    with here.door.write_accounts() as conn:
        return open_session(conn, here.door.practice_id, who.id, way="password", label="x")


def _age(here, token, **times):
    """Let a session be as old as told."""
    with here.door.write_accounts() as conn:
        this = login_session.c.id_hash == hash_session_token(token)
        conn.execute(update(login_session).where(this).values(times))


async def _refusal(url, **told):
    """The status a handshake is refused with, and its headers; 101 where it is not."""
    try:
        wire = await open_wire(url, **told)
    except InvalidStatus as error:
        return error.response.status_code, error.response.headers
    await wire.close()
    return 101, {}


async def _said(wire, patience):
    """What a socket says until it is closed, or silent for so many seconds; and its close code."""
    told = []
    try:
        while True:
            message = await asyncio.wait_for(wire.recv(), patience)
            told.append(ForwardMsg.FromString(message).WhichOneof("type"))
    except TimeoutError:
        return told, None
    except ConnectionClosed as closed:
        return told, closed.rcvd.code


async def _farewell(wire):
    """Whether all a socket says is to load the page anew, before it is closed."""
    return await _said(wire, 60) == (["auth_redirect"], 1008)


def test_nobody_is_told_anything(here):
    names = here.names()
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        for path, statuses in [
            *((path, {303} if method in ("GET", "HEAD") else {401}) for path in PAGES),
            *((path, {401}) for path in INSIDE),
            *((path, {404}) for path in NOTHING),
        ]:
            told = here.ask(path, method)
            assert told.status in statuses, (method, path, told.status)
            assert len(told.body) < 6_000, path
            assert not [name for name in names if name in told.body], path
            assert told.headers.items() >= PROTECTED.items(), path
            assert "frame-ancestors 'none'" in told.headers["content-security-policy"], path
    assert here.ask("/cities?city=Oakland").headers["location"] == (
        "/login?next=%2Fcities%3Fcity%3DOakland"
    )
    assert here.ask("/_stcore/health").body == b"ok"


def test_nobody_opens_a_socket(here):
    async def attempt():
        status, headers = await _refusal(here.server.url)
        assert (status, headers["x-content-type-options"]) == (401, "nosniff")
        for shapeless in ("", "../../x", "x" * 42):
            told = _cookie(shapeless)
            assert (await _refusal(here.server.url, headers=told))[0] == 401
        unknown = await open_wire(here.server.url, headers=_cookie("x" * 43))
        assert await _farewell(unknown)

    run_apart(attempt())


def test_a_foreign_page_opens_no_socket_even_with_her_cookie(here):
    async def attempt():
        for origin in ("https://evil.test", "null", "http://127.0.0.1", "http://localhost:1"):
            told = {"origin": origin, "headers": _cookie(here.ana.token)}
            assert (await _refusal(here.server.url, **told))[0] == 403
        there = urlsplit(here.server.url)
        with pytest.raises(InvalidStatus) as refused:  # no origin at all: no browser
            await connect(f"ws://{there.netloc}{STREAM}", additional_headers=_cookie("x" * 43))
        assert refused.value.response.status_code == 403

    run_apart(attempt())


def test_a_foreign_name_or_form_is_refused(here):
    for host in ("evil.test", "127.0.0.1:1", "localhost", ""):
        told = here.ask("/", token=here.ana.token, headers={"Host": host})
        assert told.status == 403, host
    for sent in (
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": here.server.url, "X-Forwarded-For": "10.0.0.1"},
    ):
        told = here.ask("/logout", "POST", token=here.ana.token, fields={}, headers=sent)
        assert told.status == 403, sent
    assert read_session(here.door, here.ana.token) is not None


def test_each_role_has_its_pages_by_address_and_by_script(here):
    ana, maya = _fresh(here, here.ana), _fresh(here, here.maya)

    async def pages(token):
        wire = await open_wire(here.server.url, headers=_cookie(token))
        ran = await run_page(wire)
        told = [
            message.navigation
            for message in ran.messages
            if message.WhichOneof("type") == "navigation"
        ]
        await wire.close()
        return {page.url_pathname: page.page_script_hash for page in told[-1].app_pages}

    async def shown(token, page_hash):
        wire = await open_wire(here.server.url, headers=_cookie(token))
        ran = await run_page(wire, page_hash=page_hash)
        await wire.close()
        return ran

    async def attempt():
        owners, hers = await pages(ana), await pages(maya)
        assert owners.keys() >= OWNERS.keys()
        assert not hers.keys() & OWNERS.keys()
        assert hers.keys() >= {"caseload", "baby", "check-ins", "definitions"}
        for path, title in OWNERS.items():
            heading = f'al-title">{title}'
            assert (await shown(ana, owners[path])).holds(heading), path
            ran = await shown(maya, owners[path])
            assert not ran.holds(heading), path
        assert (await shown(ana, owners["caseload"])).holds("not for you to see")
        assert (await shown(maya, hers["caseload"])).holds("My families")

    run_apart(attempt())


def test_a_stolen_streamlit_session_opens_a_fresh_one_of_the_thiefs_own(here):
    maya = _cookie(_fresh(here, here.maya))  # another test ends the session she came with

    async def attempt():
        hers = await open_wire(here.server.url, headers=_cookie(here.ana.token))
        live = (await run_page(hers)).session_id
        thief = await open_wire(here.server.url, session_id=live, headers=maya)
        ran = await run_page(thief)
        assert ran.session_id != live
        assert not ran.holds("Week of")
        await thief.close()
        await hers.close()
        stored = await open_wire(here.server.url, session_id=live, headers=maya)
        assert (await run_page(stored)).session_id != live
        await stored.close()
        assert (await _refusal(here.server.url, session_id=live))[0] == 401
        again = await open_wire(here.server.url, session_id=live, headers=_cookie(here.ana.token))
        assert (await run_page(again)).session_id == live  # a lost connection goes on
        await again.close()

    run_apart(attempt())


def test_an_identity_a_client_brings_along_counts_for_nothing(here):
    claims = Identity("person", person_id=here.ana.id, name="Ana Reyes", role="owner")
    spoofed = {"X-App-Who": seal(claims), "x-app-role": "owner"}
    told = {**_cookie(_fresh(here, here.maya)), **spoofed}

    async def attempt():
        assert (await _refusal(here.server.url, headers=spoofed))[0] == 401
        wire = await open_wire(here.server.url, headers=told)
        assert not (await run_page(wire)).holds("Week of")
        await wire.close()

    run_apart(attempt())
    assert here.ask("/_stcore/host-config", headers=spoofed).status == 401


def test_around_the_gate_a_spoofed_identity_gets_nothing(here, tmp_path):
    """Streamlit told to believe the header, without the process that could have signed it."""
    command = ("sh", "-c", AROUND, "sh")
    claims = Identity("person", person_id=here.ana.id, name="Ana Reyes", role="owner")

    async def attempt(url):
        for told in ({}, {"X-App-Who": seal(claims)}, {"X-App-Who": "e30=.00"}):
            wire = await open_wire(url, headers=told)
            ran = await run_page(wire)
            assert ran.holds("not for you to see")
            assert not ran.holds("Week of")
            await wire.close()

    database = here.scope.database_url
    with start_server(tmp_path, database_url=database, command=command) as server:
        run_apart(attempt(server.url))


@pytest.mark.parametrize("event", ["sign out", "shut out", "new password", "idle", "too old"])
def test_an_open_tab_is_cut_at_its_next_click(here, event):
    token = _fresh(here, here.maya)

    def happen():
        if event == "sign out":
            assert here.ask("/logout", "POST", token=token, fields={}).status == 303
        elif event == "shut out":
            disable(here.scope, here.maya.id)
            enable(here.scope, here.maya.id)
        elif event == "new password":
            told = (PASSWORD, here.maya.next_code(), PASSWORD)
            change_password(here.door, here.maya.id, *told, label="x")
        else:
            past = now() - (IDLE if event == "idle" else ABSOLUTE) - 5
            _age(here, token, **{"seen_at" if event == "idle" else "created_at": past})

    async def attempt():
        wire = await open_wire(here.server.url, headers=_cookie(token))
        assert (await run_page(wire)).session_id
        await led_on(wire)  # from her home to her caseload
        await asyncio.to_thread(happen)
        click = BackMsg()
        click.rerun_script.query_string = ""
        await wire.send(click.SerializeToString())
        assert await _farewell(wire)
        waking = await open_wire(here.server.url, headers=_cookie(token))
        assert await _farewell(waking)

    run_apart(attempt())
    assert here.ask("/caseload", token=token).headers["location"] == "/login?next=%2Fcaseload"
    assert here.ask("/_stcore/host-config", token=token).status == 401


def test_a_large_body_is_refused_before_it_is_read(here):
    announced = {"Content-Length": str(10**9)}
    for path in ("/login", "/_stcore/upload_file/a/b"):
        told = here.ask(path, "POST", token=here.ana.token, headers=announced)
        assert told.status == 413, path
    long = {"email": "a" * 100_000}
    assert here.ask("/login", "POST", fields=long).status == 413


def test_a_page_to_go_to_is_one_of_ours(here):
    for told in ("https://evil.test", "//evil.test", "/\\evil.test", "javascript:x", "/a\nb", ""):
        page = here.ask(f"/login?next={quote(told, safe='')}")
        assert page.status == 200
        assert b'name="next" value="/"' in page.body, told
    page = here.ask("/login?next=%2Fcities%3Fcity%3DOakland")
    assert b'name="next" value="/cities?city=Oakland"' in page.body


def test_a_code_signs_in_once_and_another_address_waits_alone(here):
    code = here.ana.next_code()
    told = {"email": ANA, "password": PASSWORD, "code": code, "next": "/types"}
    first = here.ask("/login", "POST", fields=told)
    assert (first.status, first.headers["location"]) == (303, "/types")
    cookie = first.headers["set-cookie"].lower()
    assert cookie.startswith("sid=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert here.ask("/login", "POST", fields=told).status == 403
    unknown = {**told, "email": "nobody@example.test"}
    tried = [here.ask("/login", "POST", fields=unknown).status for _ in range(7)]
    assert tried == [403] * 5 + [429] * 2


def test_the_first_request_of_a_fresh_server_may_be_a_deep_link(tmp_path):
    scope = open_practice(make_records(tmp_path))
    people_of(scope)
    scope.close()
    with start_server(tmp_path, environment={"ALLAY_SECRET": SECRET}) as server:
        told = ask(server.url, "/caseload")
        assert told.headers["location"] == "/login?next=%2Fcaseload"
        assert told.body == b""
        assert run_apart(_refusal(server.url))[0] == 401
