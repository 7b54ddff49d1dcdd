"""Who a provider vouches for: every check of its token, over the wire against a real one."""

import logging
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from allay_metrics import config
from allay_metrics.config import OidcSettings
from allay_metrics.errors import ConfigProblem
from allay_metrics.server import oidc
from allay_metrics.server.oidc import OidcRefused, Provider, ProviderIdentity
from tests.support.oidc_server import CLIENT, CORRUPT, SECRET, SEEN_AS, independent, key, vouching

BACK = "http://localhost:8501/login/oidc/back"
EMAIL = "maya@practice.example"


@pytest.fixture
def provider():
    with vouching() as running:
        yield running


@pytest.fixture
def client(provider):
    return Provider(OidcSettings(provider.url, CLIENT, SECRET, "Test"))


def come_back(address):
    """Follow the provider's own redirect and return the code it sends back with."""
    sent = httpx.get(address, follow_redirects=False)
    return parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]


def signed_in(client):
    address, asked = client.begin(BACK)
    return client.finish(asked, come_back(address), BACK)


def test_the_good_way_says_who_it_is(client, provider):
    assert signed_in(client) == ProviderIdentity(provider.url, SEEN_AS, EMAIL)


def test_what_is_asked_for_carries_state_nonce_and_challenge_and_no_secret(client):
    address, asked = client.begin(BACK)
    told = parse_qs(urlsplit(address).query)
    assert told["state"] == [asked.state]
    assert told["nonce"] == [asked.nonce]
    assert told["code_challenge_method"] == ["S256"]
    assert asked.verifier not in address
    assert SECRET not in address
    _address, other = client.begin(BACK)
    assert {asked.state, asked.nonce, asked.verifier}.isdisjoint(
        {other.state, other.nonce, other.verifier}
    )


@pytest.mark.parametrize("corrupt", CORRUPT)
def test_a_corrupt_token_is_refused(client, provider, corrupt):
    provider.corrupt = corrupt
    with pytest.raises(OidcRefused):
        signed_in(client)


@pytest.mark.parametrize(
    ("more", "let_in"),
    [
        ({"email_verified": False}, False),
        ({"email_verified": "false"}, False),
        ({"email_verified": None}, False),
        # Only Microsoft's own word may stand in for it.
        ({"email_verified": None, "xms_edov": True}, False),
        ({"email": None}, False),
        ({"sub": None}, False),
        ({"aud": "another", "azp": CLIENT}, False),
        ({"aud": [CLIENT, "another"]}, False),
        ({"aud": [CLIENT, "another"], "azp": "another"}, False),
        ({"aud": [CLIENT, "another"], "azp": CLIENT}, True),
        ({"azp": "another"}, False),
        ({"nonce": None}, False),
        ({"exp": None}, False),
        ({"at_hash": "of-another-token"}, False),
    ],
)
def test_each_claim_is_checked(client, provider, more, let_in):
    provider.more = more
    if let_in:
        assert signed_in(client).email == EMAIL
    else:
        with pytest.raises(OidcRefused):
            signed_in(client)


def test_a_code_is_worth_nothing_without_the_verifier_it_was_asked_with(client):
    address, asked = client.begin(BACK)
    code = come_back(address)
    with pytest.raises(OidcRefused, match="does not answer"):
        client.finish(replace(asked, verifier="of-somebody-else"), code, BACK)


def test_a_key_the_provider_changed_to_is_fetched_when_a_token_names_it(
    client, provider, monkeypatch
):
    signed_in(client)
    provider.own = key("second")
    with pytest.raises(OidcRefused):
        signed_in(client)  # asked for a moment ago: not again within a minute
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(oidc, "_AGAIN", 0)
    assert signed_in(client).email == EMAIL


def test_descriptions_and_keys_are_kept_and_not_asked_for_at_every_sign_in(client, provider):
    signed_in(client)
    signed_in(client)
    assert provider.asked.count("/keys") == 1
    assert provider.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    ("methods", "asked"),
    [((), "/token by header"), (("client_secret_post",), "/token")],
)
def test_the_client_proves_itself_as_the_provider_asks(client, provider, methods, asked):
    provider.methods = methods
    signed_in(client)
    assert asked in provider.asked


def test_another_name_than_the_one_set_is_refused(provider):
    client = Provider(OidcSettings(f"{provider.url}/", CLIENT, SECRET, "Test"))
    with pytest.raises(OidcRefused, match="calls itself otherwise"):
        client.begin(BACK)


def test_a_provider_that_does_not_answer_is_a_sentence_and_no_secret_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    with vouching() as gone:
        client = Provider(OidcSettings(gone.url, CLIENT, SECRET, "Test"))
        signed_in(client)
    stale = Provider(client.settings)
    with pytest.raises(OidcRefused, match="does not answer"):
        stale.begin(BACK)
    assert SECRET not in caplog.text
    assert SECRET not in repr(client.settings)


def test_an_independent_provider_is_understood(tmp_path):
    person = {"sub": "maya", "email": EMAIL, "email_verified": True}
    with independent("localhost", tmp_path, person) as issuer:
        client = Provider(OidcSettings(issuer, CLIENT, SECRET, "Test"))
        address, asked = client.begin(BACK)
        sent = httpx.post(address, data={"sub": "maya"}, follow_redirects=False)
        code = parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]
        assert client.finish(asked, code, BACK) == ProviderIdentity(issuer, "maya", EMAIL)


@pytest.mark.parametrize(
    ("claim", "let_in"), [(True, True), ("1", True), (False, False), (None, False)]
)
def test_microsofts_own_word_for_a_proven_domain_counts_at_microsoft(claim, let_in):
    settings = OidcSettings("https://login.microsoftonline.com/abc/v2.0", "a", "b", "Microsoft")
    assert Provider(settings)._is_verified({"xms_edov": claim}) is let_in
    assert not Provider(settings)._is_verified({"xms_edov": True, "email_verified": False})


@pytest.mark.parametrize(
    ("issuer", "label"),
    [
        ("https://accounts.google.com", "Google"),
        ("https://login.microsoftonline.com/abc/v2.0", "Microsoft"),
        ("https://id.example", "id.example"),
        ("http://127.0.0.1:9400", "127.0.0.1"),
    ],
)
def test_the_button_names_the_provider(monkeypatch, issuer, label):
    for name, value in (("ISSUER", issuer), ("CLIENT_ID", "a"), ("CLIENT_SECRET", "b")):
        monkeypatch.setenv(f"ALLAY_OIDC_{name}", value)
    assert config.oidc() == OidcSettings(issuer, "a", "b", label)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ISSUER": "https://id.example"}, "needs ALLAY_OIDC_CLIENT_ID and"),
        ({"ISSUER": "http://id.example", "CLIENT_ID": "a", "CLIENT_SECRET": "b"}, "https://"),
        (
            {
                "ISSUER": "https://login.microsoftonline.com/common/v2.0",
                "CLIENT_ID": "a",
                "CLIENT_SECRET": "b",
            },
            "your own tenant",
        ),
    ],
)
def test_a_half_set_provider_is_refused_in_a_sentence(monkeypatch, given, sentence):
    for name, value in given.items():
        monkeypatch.setenv(f"ALLAY_OIDC_{name}", value)
    with pytest.raises(ConfigProblem, match=sentence):
        config.oidc()


def test_without_any_setting_nobody_vouches():
    assert config.oidc() is None
