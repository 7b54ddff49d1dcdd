"""What parents reported, in a browser: the figure is taken, words are read, the Week leads on."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from allay_metrics.records import open_practice
from allay_metrics.records.tables import answer, audit, check_in, client, visit
from tests.support.axe import violations
from tests.support.browser import press, settle
from tests.support.dashboard import visit as go_to
from tests.support.server import Server


def test_the_owner_takes_the_figure_and_its_file_names_nobody(
    own_demo: tuple[Server, str], page: Page
) -> None:
    server, url = own_demo
    go_to(page, server)
    page.get_by_role("link", name="Who answered, and how sure it is").click()
    expect(page.locator("h1.al-title")).to_contain_text("Outcomes")
    settle(page)
    page.get_by_role("button", name="Export").click()
    for label, begins, end in (
        ("Figure (PNG)", b"\x89PNG", "png"), ("Figure (PDF)", b"%PDF", "pdf"),
    ):  # fmt: skip
        with page.expect_download() as taken:
            page.get_by_role("button", name=label).click()
        assert re.fullmatch(rf"figure_[0-9a-f]{{16}}\.{end}", taken.value.suggested_filename)
        assert Path(taken.value.path()).read_bytes().startswith(begins)
    scope = open_practice(url)
    with scope.read() as conn:
        newest = select(audit.c.action, audit.c.about).order_by(audit.c.number.desc()).limit(2)
        told = [tuple(row) for row in conn.execute(newest)]
    scope.close()
    assert [action for action, _ in told] == ["take an export"] * 2
    assert [about.rpartition(".")[2] for _, about in told] == ["pdf", "png"]


def _unread(url: str) -> tuple[str, str]:
    """Return a client whose parent's words nobody has read, and a therapist who saw the family."""
    asked = (
        select(client.c.id, visit.c.therapist_id)
        .join(visit, visit.c.family_id == client.c.family_id)
        .join(check_in, check_in.c.client_id == client.c.id)
        .join(answer, answer.c.check_in_id == check_in.c.id)
        .where(
            answer.c.text.is_not(None),
            check_in.c.words_read_at.is_(None),
            check_in.c.answered_at.is_not(None),
            visit.c.state == "completed",
        )
        .order_by(client.c.id, visit.c.id)
    )
    scope = open_practice(url)
    with scope.read() as conn:
        found = conn.execute(asked).first()
    scope.close()
    assert found is not None
    return str(found[0]), str(found[1])


def test_a_therapist_reads_a_parents_words_on_the_babys_page(
    own_demo: tuple[Server, str], phone: Page
) -> None:
    server, url = own_demo
    client_id, therapist = _unread(url)
    go_to(phone, server, f"baby?as={therapist[:8]}&client={client_id}")
    card = phone.locator(f".st-key-al-card-said-{client_id}")
    expect(card).to_contain_text("read me")
    button = card.get_by_role("button", name="I have read it").first
    assert button.bounding_box()["height"] >= 44
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(phone) == []
    unread = card.get_by_role("button", name="I have read it").count()
    press(button)
    expect(card.get_by_role("button", name="I have read it")).to_have_count(unread - 1)
    expect(card).to_contain_text("read by")
