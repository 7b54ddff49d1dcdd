"""Open check-ins: warning signs to acknowledge, words to read, families to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from allay_metrics import formatting as fmt
from allay_metrics.actions.check_in_requests import SAME_COURSE
from allay_metrics.actions.open_episodes import OpenEpisode, local_now, read_open_episodes
from allay_metrics.actions.protocol import read_current_protocol
from allay_metrics.contact import ContactPermission, call_link, mail_link, parse_contact, text_link
from allay_metrics.derive.closing import DIED
from allay_metrics.metrics.attention import CheckInWait
from allay_metrics.outcomes.check_in_periods import (
    BASELINES,
    LABELS,
    CheckInPeriod,
    build_check_in_periods,
)
from allay_metrics.outcomes.safety import RedFlag, red_flags
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.tables import answer, care_closed, check_in, client, family, red_flag
from allay_metrics.records.tables.check_ins import FORM


@dataclass(frozen=True)
class DueCheckIn:
    """A check-in to ask for now. `asked_at`, `asked_by` and `expires_at` are of its link.

    `expires_at` is None without an open link; moments are epoch seconds.
    """

    course: OpenEpisode
    asking: CheckInPeriod
    check_in_id: str | None = None
    asked_at: int | None = None
    asked_by: str | None = None
    sent_at: int | None = None
    expires_at: int | None = None
    begun: bool = False

    @property
    def waits_for_parent(self) -> bool:
        """Return whether the family was asked and its link is open."""
        return self.expires_at is not None


@dataclass(frozen=True)
class OpenFlag:
    """A warning sign that is not acknowledged.

    `client_id` is '' while the answers are not matched; `client` is then the name they give.
    `is_gone` where the client is known but has no visit on file any more; `has_died` where the
    client is a baby who died. `contact` is whether the family may be called, `call` the link for
    it; `email` is the family's address, or the one in the answers.
    """

    check_in_id: str
    client_id: str
    client: str
    family: str
    phone: str | None
    contact: ContactPermission
    raised_at: int
    flag: RedFlag
    is_gone: bool = False
    has_died: bool = False
    email: str | None = None
    family_id: str = ""

    @property
    def card(self) -> str:
        """Return the key of a sign's card: its family, or its check-in while not matched."""
        return self.family_id or self.check_in_id

    @property
    def call(self) -> str | None:
        """Return the tel: link; None without a phone, or where nobody may call."""
        return call_link(self.contact, "sign", self.phone)

    @property
    def text(self) -> str | None:
        """Return the link that opens a text message; None as `call`."""
        return text_link(self.contact, "sign", self.phone, "")

    @property
    def mail(self) -> str | None:
        """Return the link that opens an e-mail; None without an address, or as `call`."""
        return mail_link(self.contact, "sign", self.email, "Your check-in", "")


@dataclass(frozen=True)
class UnreadWords:
    """Unread free text of a check-in: (measure, text) in the order of the form.

    `client_id` and `family` are '' where the client has no visit on file any more.
    """

    check_in_id: str
    client_id: str
    client: str
    family: str
    answered_at: int
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AcknowledgedFlag:
    """A warning sign that was acknowledged: by whom, when, and what was done."""

    client: str
    family: str
    flag: RedFlag
    raised_at: int
    by: str
    at: int
    done: str


def find_due_check_ins(scope: Scope, clock: datetime | None = None) -> tuple[DueCheckIn, ...]:
    """Return the check-ins to ask for now, those not asked yet first, then by last day.

    For each client in care, from the first visit of the episode; not for families that opted out
    or have restricted contact, nor for moments already answered, also in another form.
    """
    today = local_now(scope, clock)
    with scope.read() as conn:
        under_way = [
            client_course
            for client_course in read_open_episodes(conn, scope, today.date())
            if _is_asked(client_course)
        ]
        check_ins_by_client = _read_check_ins(
            conn, scope, [client_course.client_id for client_course in under_way]
        )
    due_items = [
        item
        for course in under_way
        for asking in build_check_in_periods(course.first, course.booked_on)
        if asking.is_open(today.date())
        if not (asking.moment in BASELINES and course.session <= today.timestamp())
        if (
            item := _build_due(course, asking, check_ins_by_client.get(course.client_id, []), today)
        )
        is not None
    ]
    return tuple(
        sorted(due_items, key=lambda due_item: (due_item.waits_for_parent, due_item.asking.closes))
    )


def _is_asked(course: OpenEpisode) -> bool:
    return not course.opted_out and course.contact.allows("check-in")


def read_open_flags(scope: Scope, client_id: str | None = None) -> tuple[OpenFlag, ...]:
    """Return the open warning signs, most urgent first, then the oldest.

    With `client_id` those of one client. A therapist: of her own families.
    """
    which: list[ColumnElement[bool]] = [red_flag.c.acknowledged_at.is_(None)]
    if client_id is not None:
        which.append(check_in.c.client_id == client_id)
    with scope.read() as conn:
        rows = _flags(conn, scope, *which)
    flags_by_id = {flag.id: flag for flag in red_flags()}
    flags = [
        OpenFlag(row.check_in_id, row.on_file or "", _who(row), row.family or "", row.phone,
                 parse_contact(row.contact or "yes", row.contact_reason), row.raised_at,
                 flags_by_id[row.sign], is_gone=row.on_file is None and row.client_id is not None,
                 has_died=row.closed_because == DIED, email=row.email or row.respondent_email,
                 family_id=row.family_id or "")
        for row in rows
    ]  # fmt: skip
    return tuple(
        sorted(
            flags,
            key=lambda open_flag: (open_flag.flag.tier, open_flag.raised_at, open_flag.flag.id),
        )
    )


def acknowledged_flags(scope: Scope, most: int = 20) -> tuple[AcknowledgedFlag, ...]:
    """Return the latest acknowledged signs, newest first."""
    with scope.read() as conn:
        rows = _flags(conn, scope, red_flag.c.acknowledged_at.is_not(None))
    rows.sort(key=lambda row: -row.acknowledged_at)
    return _acknowledged(rows[:most])


def acknowledged_of(scope: Scope, check_in_id: str) -> tuple[AcknowledgedFlag, ...]:
    """Return the acknowledged signs of one check-in; none where the viewer may not see it."""
    with scope.read() as conn:
        rows = _flags(
            conn,
            scope,
            red_flag.c.acknowledged_at.is_not(None),
            red_flag.c.check_in_id == check_in_id,
        )
    return _acknowledged(rows)


def read_unread_words(scope: Scope) -> tuple[UnreadWords, ...]:
    """Return the unread free text of submitted check-ins, oldest first."""
    statement = (
        select(
            check_in.c.id.label("check_in_id"),
            check_in.c.client_id,
            check_in.c.respondent_name,
            check_in.c.respondent_email,
            client.c.id.label("on_file"),
            client.c.name.label("client"),
            family.c.name.label("family"),
            check_in.c.answered_at,
            answer.c.measure,
            answer.c.text,
        )
        .select_from(_with_family(check_in, outer=True).join(answer))
        .where(
            _own(scope, nobodys=True),
            check_in.c.client_id.is_not(None),
            check_in.c.answered_at.is_not(None),
            check_in.c.words_read_at.is_(None),
            answer.c.text.is_not(None),
        )
        .order_by(check_in.c.answered_at, check_in.c.id, answer.c.saved_at)
    )
    words_by_check_in: dict[str, UnreadWords] = {}
    with scope.read() as conn:
        for row in conn.execute(statement):
            id_ = row.check_in_id
            before = words_by_check_in[id_].texts if id_ in words_by_check_in else ()
            texts = (*before, (row.measure, row.text))
            who, of_family = _who(row), row.family or ""
            words_by_check_in[id_] = UnreadWords(
                id_, row.on_file or "", who, of_family, row.answered_at, texts
            )
    return tuple(words_by_check_in.values())


def list_waiting(scope: Scope, clock: datetime | None = None) -> tuple[CheckInWait, ...]:
    """Return open items in check-ins of the viewer's families: words to read, then overdue ones.

    Overdue is a check-in past its day and still open, asked or not; never the one at booking,
    because the one before the first visit replaces it. Nothing while check-ins are off.
    """
    today = local_now(scope, clock).date()
    words_to_read = [
        CheckInWait(
            check_in_words.client_id,
            "a parent's words to read",
            fmt.short_day(datetime.fromtimestamp(check_in_words.answered_at, scope.zone).date()),
            "act",
        )
        for check_in_words in read_unread_words(scope)
        if check_in_words.client_id
    ]
    if read_current_protocol(scope) is None:
        return tuple(words_to_read)
    late = [
        CheckInWait(
            due_item.course.client_id,
            f"check-in {LABELS[due_item.asking.moment]} "
            + ("not answered yet" if due_item.waits_for_parent else "not asked yet"),
            f"due {fmt.short_day(due_item.asking.due)}",
            "soon" if due_item.waits_for_parent else "act",
        )
        for due_item in find_due_check_ins(scope, clock)
        if due_item.asking.due < today and due_item.asking.moment != BASELINES[0]
    ]
    return (*words_to_read, *late)


def _acknowledged(rows: list[Any]) -> tuple[AcknowledgedFlag, ...]:
    flags_by_id = {flag.id: flag for flag in red_flags()}
    return tuple(
        AcknowledgedFlag(_who(row), row.family or "", flags_by_id[row.sign], row.raised_at,
                     row.acknowledged_by, row.acknowledged_at, row.done)
        for row in rows
    )  # fmt: skip


def _build_due(
    course: OpenEpisode, asking: CheckInPeriod, check_in_rows: list[Any], today: datetime
) -> DueCheckIn | None:
    """Return the due check-in of one moment; None where it is answered, here or elsewhere."""
    ours = [
        row
        for row in check_in_rows
        if row.source == FORM
        and row.moment == asking.moment
        and abs(row.due_on - asking.due) <= SAME_COURSE
    ]
    on = [
        datetime.fromtimestamp(row.answered_at, today.tzinfo).date()
        for row in check_in_rows
        if row.answered_at is not None
    ]
    if any(asking.is_open(day) for day in on) or any(row.answered_at for row in ours):
        return None
    if not ours:
        return DueCheckIn(course, asking)
    row = ours[-1]
    is_open = row.expires_at is not None and row.expires_at > datetime.now(today.tzinfo).timestamp()
    return DueCheckIn(course, asking, row.id, row.asked_at, row.asked_by, row.sent_at,
               row.expires_at if is_open else None, row.consented_at is not None)  # fmt: skip


def _read_check_ins(conn: Connection, scope: Scope, clients: list[str]) -> dict[str, list[Any]]:
    """Return the check-ins on file by client."""
    names = ("id", "client_id", "moment", "due_on", "source", "answered_at", "asked_at", "asked_by",
             "sent_at", "expires_at", "consented_at")  # fmt: skip
    statement = (
        select(*(check_in.c[name] for name in names))
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.client_id.in_(among(conn, clients)),
        )
        .order_by(check_in.c.due_on)
    )
    check_ins_by_client: dict[str, list[Any]] = {}
    for row in conn.execute(statement):
        check_ins_by_client.setdefault(row.client_id, []).append(row)
    return check_ins_by_client


def _flags(conn: Connection, scope: Scope, *which: ColumnElement[bool]) -> list[Any]:
    names = ("check_in_id", "sign", "raised_at", "acknowledged_by", "acknowledged_at", "done")
    closed = and_(
        care_closed.c.practice_id == client.c.practice_id, care_closed.c.client_id == client.c.id
    )
    statement = (
        select(
            *(red_flag.c[name] for name in names),
            check_in.c.client_id,
            check_in.c.respondent_name,
            check_in.c.respondent_email,
            client.c.id.label("on_file"),
            client.c.name.label("client"),
            family.c.name.label("family"),
            family.c.id.label("family_id"),
            family.c.phone,
            family.c.email,
            family.c.contact,
            family.c.contact_reason,
            care_closed.c.reason.label("closed_because"),
        )
        .select_from(
            _with_family(check_in, outer=True)
            .join(red_flag)
            .join(care_closed, closed, isouter=True)
        )
        .where(_own(scope, nobodys=True), *which)
    )
    return list(conn.execute(statement))


def _who(row: Any) -> str:
    """Return the client's name, or for unmatched answers what they say."""
    label = row.respondent_name or row.respondent_email or "somebody who gave no name"
    if row.client_id is not None and row.respondent_name and row.respondent_email:
        label = f"{row.respondent_name}, {row.respondent_email}"
    return str(row.client or f"Not matched: {label}")


def _with_family(table: Any, *, outer: bool = False) -> Any:
    of_client = and_(client.c.practice_id == table.c.practice_id, client.c.id == table.c.client_id)
    return table.join(client, of_client, isouter=outer).join(family, isouter=outer)


def _own(scope: Scope, *, nobodys: bool = False) -> ColumnElement[bool]:
    """Return the condition for check-ins of the viewer's families.

    With `nobodys`, which needs an outer join of clients, for the owner also unmatched ones.
    """
    in_practice = check_in.c.practice_id == scope.practice_id
    own: ColumnElement[bool] = client.c.family_id.in_(scope.own_families())
    if nobodys and scope.viewer.role == "owner":
        own = own | client.c.id.is_(None)
    return and_(in_practice, own)
