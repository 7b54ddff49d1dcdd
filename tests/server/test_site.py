"""Where a server may be asked, and whose word on it counts."""

import pytest

from allay_metrics.errors import ConfigProblem
from allay_metrics.server.access_rules import Rules
from allay_metrics.server.identity import Identity, seal, unseal
from allay_metrics.server.site import Site, parse_networks
from tests.support.forged import with_another_letter

PUBLIC = Site(
    "0.0.0.0",  # noqa: S104  behind a proxy
    8501,
    "https://care.example.test",
    parse_networks(["172.30.0.0/24"]),
)
LOCAL = Site("127.0.0.1", 8501)


def _asked(site, peer="127.0.0.1", scheme="http", **headers):
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return site.read({"type": "http", "scheme": scheme, "client": (peer, 1), "headers": told})


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_this_computer_is_known_by_its_own_names(host):
    assert LOCAL.is_keyboard(_asked(LOCAL, host=host))


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("127.0.0.1", {"host": "evil.test"}),  # a name that was made to lead here
        ("127.0.0.1", {"host": "localhost:8502"}),
        ("127.0.0.1", {}),
        ("127.0.0.1", {"host": "localhost:8501", "x_forwarded_for": "10.0.0.7"}),
        ("127.0.0.1", {"host": "localhost:8501", "forwarded": "for=10.0.0.7"}),
        ("10.0.0.7", {"host": "localhost:8501"}),
    ],
)
def test_nobody_else_is_the_person_at_the_keyboard(peer, headers):
    asked = _asked(LOCAL, peer, **headers)
    assert not LOCAL.is_keyboard(asked)
    assert not LOCAL.knows(asked)


def test_a_proxy_that_is_named_says_who_asked_and_how():
    told = {"host": "care.example.test", "x_forwarded_proto": "https"}
    asked = _asked(PUBLIC, "172.30.0.5", **told, x_forwarded_for="1.1.1.1, 8.8.8.8")
    assert PUBLIC.may_sign_in(asked)
    assert asked.client == "8.8.8.8"  # the last one it saw itself: those before may be invented
    assert PUBLIC.is_own_origin(
        _asked(PUBLIC, "172.30.0.5", **told, origin="https://care.example.test")
    )


@pytest.mark.parametrize(
    ("peer", "told", "client", "throttle_key"),
    [
        ("8.8.8.8", "1.1.1.1", "8.8.8.8", "8.8.8.8"),  # no proxy of ours: its word is none
        ("172.30.0.5", "", "172.30.0.5", "172.30.0.5"),
        ("172.30.0.5", "1.1.1.1, 172.30.0.9", "1.1.1.1", "1.1.1.1"),  # two of ours
        ("::ffff:172.30.0.5", "::ffff:1.1.1.1", "1.1.1.1", "1.1.1.1"),
        ("172.30.0.5", "1.1.1.1:443", "1.1.1.1", "1.1.1.1"),
        ("172.30.0.5", "[2001:DB8::0:1]:443", "2001:db8::1", "2001:db8::/64"),
        ("172.30.0.5", "fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("172.30.0.5", "1.1.1.1, unknown", "172.30.0.5", "172.30.0.5"),
        ("172.30.0.5", "9" * 5_000, "172.30.0.5", "172.30.0.5"),
        ("", "1.1.1.1", "", ""),  # a socket without addresses
        ("testclient", "1.1.1.1", "testclient", "testclient"),
    ],
)
def test_a_client_is_whom_the_last_proxy_of_ours_heard(peer, told, client, throttle_key):
    asked = _asked(PUBLIC, peer, x_forwarded_for=told)
    assert (asked.client, asked.throttle_key) == (client, throttle_key)


def test_proxies_that_add_a_line_each_are_read_like_those_that_add_to_one():
    lines = [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"8.8.8.8")]
    lines += [(b"x-forwarded-proto", b"https"), (b"x-forwarded-proto", b"http")]
    peer = {"type": "http", "scheme": "http", "client": ("172.30.0.5", 1), "headers": lines}
    asked = PUBLIC.read(peer)
    assert (asked.client, asked.is_tls) == ("8.8.8.8", False)


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("8.8.8.8", {"x_forwarded_proto": "https"}),  # no proxy of ours
        ("172.30.0.5", {"x_forwarded_proto": "http"}),
        ("172.30.0.5", {}),
        ("172.30.0.5", {"x_forwarded_proto": "https", "host": "evil.test"}),
    ],
)
def test_nobody_signs_in_past_the_proxy_or_in_the_open(peer, headers):
    asked = _asked(PUBLIC, peer, **{"host": "care.example.test", **headers})
    assert not PUBLIC.knows(asked)
    assert not PUBLIC.may_sign_in(asked)


def test_a_proxy_that_is_none_is_named_in_the_message():
    with pytest.raises(ConfigProblem, match="ALLAY_PROXY"):
        parse_networks(["nowhere"])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "page"),
        ("/cities", "page"),
        ("/loginx", "page"),
        ("/login", "door"),
        ("/join/abc", "door"),
        ("/c/abc", "open"),
        ("/app/static/fonts/x.woff2", "open"),
        ("/app/static/fonts/../../dashboard.py", "inside"),
        ("/_stcore/health", "health"),
        ("/_stcore/healthy", "inside"),
        ("/_stcore/metrics", "nothing"),
        ("/_stcore/metrics/", "nothing"),
        ("/_stcore/agent/mcp", "nothing"),
        ("/_stcore/upload_file/a/b", "upload"),
        ("/media/x", "inside"),
        ("/static/js/x.js", "inside"),
    ],
)
def test_each_path_leads_to_one_kind_of_thing(path, kind):
    rules = Rules(LOCAL, lambda: None, ("/login", "/join"), b"", bool)
    assert rules.kind(path) == kind


def test_a_sealed_identity_is_read_back_and_no_other():
    told = Identity("person", "s", "p1", "Ana · Reyes", "therapist", "t1")
    sealed = seal(told)
    assert unseal(sealed) == told
    body = sealed.partition(".")[0]
    forged = with_another_letter(sealed)
    for wrong in (None, "", ".", body, f"{body}.", forged, f"x{sealed}", 7):
        assert unseal(wrong) is None
