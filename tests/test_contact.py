"""Whom may we call? One module says so, and nothing else in the package makes a way to a family."""

import ast
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import allay_metrics
from allay_metrics import contact
from allay_metrics.contact import (
    ContactPermission,
    check_allowed,
    check_contact,
    parse_contact,
    records_age,
    strictest,
)
from allay_metrics.errors import Conflict, QuestionProblem

PACKAGE = Path(allay_metrics.__file__).parent
ROOT = PACKAGE.parent
CODE = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "dashboard.py"])
SCHEMES = ("tel:", "sms:", "mailto:")
RULE = "allay_metrics/contact.py"
# Ways that lead to no family, each with the reason.
ELSEWHERE = {
    "allay_metrics/server/form_signs.py": "a parent calls a help line: numbers of ours",
}
# Functions that hand an e-mail to the mail server, and what keeps the rule in each.
SENDERS = {("allay_metrics/actions/check_in_mail.py", "send_link"): "make_link"}
TO_COLLEAGUES = {
    ("allay_metrics/actions/invitation_mail.py", "mail_invitation"),
    ("allay_metrics/actions/alerts.py", "_send"),
}
# The functions that make a check-in's link, and what keeps the rule in each.
LINK_MAKERS = {("allay_metrics/actions/check_in_requests.py", "make_link"): "_open_episode"}
PURPOSES = ("visit", "sign", "list", "check-in")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts(node: ast.AST) -> Iterator[str]:
    """Yield every text of a piece of code but its docstrings."""
    docs = {
        id(child.body[0].value)
        for child in ast.walk(node)
        if isinstance(child, ast.Module | ast.ClassDef | ast.FunctionDef) and child.body
        if isinstance(child.body[0], ast.Expr)
    }
    for child in ast.walk(node):
        if (
            isinstance(child, ast.Constant)
            and isinstance(child.value, str)
            and id(child) not in docs
        ):
            yield child.value


def ways_of(modules) -> set[str]:
    """Return the files that write the beginning of a call, a text or an e-mail."""
    return {
        name
        for name, node in modules
        for text in texts(node)
        if any(scheme in text.lower() for scheme in SCHEMES)
    }


def calls(modules, *wanted: str) -> dict[tuple[str, str], set[str]]:
    """Return by (file, function) what it calls, of the functions that call one of these."""
    found = {}
    for file, node in modules:
        for child in ast.walk(node):
            if isinstance(child, ast.FunctionDef):
                called = {
                    ast.unparse(each.func).rpartition(".")[2]
                    for each in ast.walk(child)
                    if isinstance(each, ast.Call)
                }
                if called & set(wanted):
                    found[file, child.name] = called
    return found


def modules():
    return [(name(path), tree(path)) for path in CODE]


def test_calls_texts_and_mails_are_made_by_the_rule_alone():
    assert ways_of(modules()) == {RULE, *ELSEWHERE}


@pytest.mark.parametrize("way", ['f"tel:{phone}"', "\"<a href='SMS:' + to\", 1", '"mailto:" + to'])
def test_one_more_way_to_a_family_is_found(way):
    new = ast.parse(f'"""May say tel: here."""\ndef link(phone, to):\n    return {way}\n')
    assert ways_of([("new.py", new)]) == {"new.py"}
    assert ways_of([("new.py", ast.parse('"""May say tel: here."""\n'))]) == set()


def test_every_way_the_rule_makes_asks_it_first():
    makers = {
        statement.name: ast.unparse(statement)
        for statement in tree(ROOT / RULE).body
        if isinstance(statement, ast.FunctionDef)
        if any(scheme in text for text in texts(statement) for scheme in SCHEMES)
    }
    assert makers.keys() == {"call_link", "text_link", "mail_link"}
    for code in makers.values():
        assert "contact.allows(purpose)" in code
    for purpose in PURPOSES:
        for level in contact.LEVELS:
            who = parse_contact(level, "asked")
            ways = (
                contact.call_link(who, purpose, "+15105550101"),
                contact.text_link(who, purpose, "+15105550101", "Hello"),
                contact.mail_link(who, purpose, "ana@example.org", "Hello", "Hello"),
            )
            assert {way is not None for way in ways} == {who.allows(purpose)}


def test_a_check_ins_link_is_made_where_the_rule_is_asked():
    makers = {
        (file, child.name)
        for file, node in modules()
        for child in ast.walk(node)
        if isinstance(child, ast.FunctionDef)
        for joined in ast.walk(child)
        if isinstance(joined, ast.JoinedStr | ast.BinOp)
        if "PATH}" in ast.unparse(joined) or "/c/" in ast.unparse(joined)
        if "token" in ast.unparse(joined)
    }
    assert makers == LINK_MAKERS.keys()
    called = calls(modules(), "check_allowed")
    assert ("allay_metrics/actions/check_in_requests.py", "_open_episode") in called
    for maker, rule in LINK_MAKERS.items():
        assert rule in calls(modules(), rule)[maker]


def test_whoever_sends_an_e_mail_to_a_family_asks_the_rule():
    found = calls(modules(), "send_mail")
    assert found.keys() - TO_COLLEAGUES == SENDERS.keys()
    for sender, rule in SENDERS.items():
        assert rule in found[sender]


def test_tokens_of_check_ins_are_made_in_one_place():
    found = calls(modules(), "new_token")
    check_ins = {file for file, _ in found if "check_in" in file}
    assert check_ins == {"allay_metrics/actions/check_in_requests.py"}


def test_what_each_level_allows():
    allowed = {
        level: {p for p in PURPOSES if parse_contact(level, "asked").allows(p)}
        for level in contact.LEVELS
    }
    assert allowed == {"yes": set(PURPOSES), "practical": {"visit", "sign"}, "none": set()}
    assert contact.levels_for("list") == ("yes",)


def test_the_strictest_counts_and_what_nobody_understands_is_none():
    none, some = ContactPermission("none", "asked"), ContactPermission("practical", "hospital")
    assert strictest([ContactPermission(), some, none, ContactPermission()]) == none
    assert strictest([]) == ContactPermission()
    assert parse_contact("perhaps", None).level == "none"


def test_only_what_is_on_the_list_can_be_chosen():
    with pytest.raises(QuestionProblem, match="no contact 'maybe'"):
        check_contact("maybe", "asked")
    with pytest.raises(QuestionProblem, match="no reason 'rude'"):
        check_contact("none", "rude")
    assert check_contact("yes", "") == ContactPermission()


def test_a_refusal_says_why_and_the_way_on():
    with pytest.raises(Conflict, match=r"No contact: bereaved.*contact is set anew"):
        check_allowed(ContactPermission("none", "bereaved"), "check-in")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (15, ""),
        (16, "These records are from 12 Nov, 4 days old: somebody may have booked since."),
        (17, "These records are from 12 Nov, 5 days old: somebody may have booked since."),
    ],
)
def test_a_list_made_from_old_records_says_so(day, said):
    assert records_age(date(2026, 11, 12), date(2026, 11, day)) == said
