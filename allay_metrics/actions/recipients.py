"""Who is mailed about a warning sign: reader and stand-in, and owners where neither can open it.

A mail is only useful to somebody who can open its link. Where people sign in, that is a user who
may sign in now: an owner, or a therapist who cares for that family. Where nobody signs in, the link
opens on the practice's own computer, and every address counts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from allay_metrics import formatting as fmt
from allay_metrics.actions.mail_server import can_send
from allay_metrics.actions.protocol import Protocol, format_unable, read_protocol
from allay_metrics.actions.users import find_unable, may_sign_in, read_listed
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.policies import NEVER_MET
from allay_metrics.records.tables import check_in, client, visit


@dataclass(frozen=True)
class Recipients:
    """The addresses that are mailed about signs, in lower case.

    `named` are those of the protocol, `all_seeing` those of them that may open every sign,
    `by_check_in` those that may open the signs of a check-in. `owners` are owners who may sign in.
    """

    named: tuple[str, ...]
    owners: tuple[str, ...]
    all_seeing: frozenset[str]
    by_check_in: dict[str, frozenset[str]]

    def readers_of(self, check_in_id: str) -> frozenset[str]:
        """Return the named addresses that can open the check-in's signs; possibly none."""
        readers = self.all_seeing | self.by_check_in.get(check_in_id, frozenset())
        return readers or frozenset(self.owners)

    def of(self, check_in_id: str) -> tuple[str, ...]:
        """Return who is mailed: everybody named, and all owners where none of those can open it."""
        return tuple(dict.fromkeys([*self.named, *sorted(self.readers_of(check_in_id))]))


def read_recipients(
    conn: Connection, scope: Scope, protocol: Protocol | None, check_in_ids: Iterable[str]
) -> Recipients:
    """Return who is mailed about the signs of these check-ins. Owner only."""
    named = protocol.duty.recipients if protocol is not None and protocol.duty is not None else ()
    people = read_listed(conn, scope)
    owners = tuple(sorted(row.email for row in people if row.role == "owner" and may_sign_in(row)))
    if not people:
        return Recipients(named, (), frozenset(named), {})
    readers = [row for row in people if row.email in named and may_sign_in(row)]
    all_seeing = frozenset(row.email for row in readers if row.role == "owner")
    therapists = {row.email: row.therapist_id for row in readers if row.role == "therapist"}
    by_check_in: dict[str, frozenset[str]] = {}
    if therapists:
        for id_, therapist_id in _read_in_care(conn, scope, set(therapists.values()), check_in_ids):
            able = {email for email, theirs in therapists.items() if theirs == therapist_id}
            by_check_in[id_] = by_check_in.get(id_, frozenset()) | able
    return Recipients(named, owners, all_seeing, by_check_in)


def describe_unable(scope: Scope) -> str:
    """Return which addresses of the protocol belong to nobody who may sign in; '' for none.

    Owner only.
    """
    with scope.read() as conn:
        protocol = read_protocol(conn, scope)
        if protocol is None or protocol.duty is None:
            return ""
        named = protocol.duty.recipients
        addresses = find_unable(conn, scope, named)
    return format_unable(addresses, named) if addresses else ""


def describe_partly_able(scope: Scope, addresses: Collection[str]) -> str:
    """Return which of these addresses open signs of their own families only, and who opens others.

    '' where none does. Owner only.
    """
    named = {address.strip().lower() for address in addresses}
    with scope.read() as conn:
        able = [row for row in read_listed(conn, scope) if row.email in named and may_sign_in(row)]
    owners = sorted(row.name for row in able if row.role == "owner")
    partly = sorted(row.name for row in able if row.role == "therapist")
    if not partly:
        return ""
    opens, possessive = ("opens", "her") if len(partly) == 1 else ("open", "their")
    if owners:
        others = f"all others are opened by {fmt.join_list(owners)}"
    elif can_send():
        others = "of all others every owner is told, too"
    else:
        others = "an owner has to open all others"
    return f"{fmt.join_list(partly)} {opens} signs of {possessive} own families only; {others}."


def find_duty_gap(scope: Scope, email: str) -> str:
    """Return why a user named in the protocol cannot open every sign; '' otherwise. Owner only.

    Shown after a user was changed.
    """
    with scope.read() as conn:
        protocol = read_protocol(conn, scope)
        named = protocol.duty.recipients if protocol is not None and protocol.duty else ()
        rows = [row for row in read_listed(conn, scope) if row.email == email]
    if email not in named or not rows:
        return ""
    if not may_sign_in(rows[0]):
        opened = "every owner is told" if can_send() else "an owner has to open them"
        return (
            f"The safety protocol names her for warning signs, and she opens none now: {opened}, "
            "unless somebody else it names opens them. Sign it with somebody who can."
        )
    if rows[0].role == "therapist":
        opened = "of others every owner is told" if can_send() else "an owner has to open others"
        return (
            "The safety protocol names her for warning signs, and she opens those of her own "
            f"families alone: {opened}, unless another it names opens them."
        )
    return ""


def _read_in_care(
    conn: Connection, scope: Scope, therapist_ids: set[str], check_in_ids: Iterable[str]
) -> list[tuple[str, str]]:
    """Return (check-in, therapist) pairs where the therapist's scope contains the family."""
    statement = (
        select(check_in.c.id, visit.c.therapist_id)
        .distinct()
        .join(
            client,
            and_(
                client.c.practice_id == check_in.c.practice_id,
                client.c.id == check_in.c.client_id,
            ),
        )
        .join(
            visit,
            and_(
                visit.c.practice_id == client.c.practice_id,
                visit.c.family_id == client.c.family_id,
            ),
        )
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.id.in_(among(conn, set(check_in_ids))),
            visit.c.therapist_id.in_(therapist_ids),
            visit.c.state.not_in(NEVER_MET),
        )
    )
    return [(row.id, row.therapist_id) for row in conn.execute(statement)]
