"""Random practices: whatever files and choices make of names and families, nothing kept is lost.

No open sign leaves the owner's page, no death and no wish not to be asked goes, and contact gets no
looser. What must hold is said here a second time, from what stood before and after each step.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from allay_metrics.actions.check_in_requests import acknowledge
from allay_metrics.actions.contact_changes import set_contact
from allay_metrics.actions.death import save_death
from allay_metrics.actions.family_decisions import merge, split, unlink
from allay_metrics.actions.missing_decisions import decide_missing, reopen_missing
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.contact import LEVELS
from allay_metrics.derive.closing import DIED
from allay_metrics.errors import AllayError
from allay_metrics.records.tables import (
    booking,
    care_closed,
    check_in,
    client,
    client_detail,
    family,
    family_link,
    import_,
    red_flag,
    visit_client,
)
from allay_metrics.review.open_check_ins import read_open_flags
from tests.support.chosen import choose
from tests.support.exports import ZONE, appointment
from tests.support.on_file import missing_ids
from tests.support.random_exports import a_desk

KEYS = "12345"
FEVER = 3

which = st.integers(0, 20)
rows = st.fixed_dictionaries({
    "infants": st.sampled_from(("", "Baby", "Baby", "Mia", "Theo", "Baby & Mia", "Mia & Theo")),
    "who": st.sampled_from(("Ana Lee", "Ana Lee", "Bea Moss")),
    "email": st.sampled_from(("a@example.org", "a@example.org", "b@example.org", "")),
    "type": st.sampled_from(("Infant CST", "Infant CST", "Infant CST", "Massage")),
})  # fmt: skip
files = st.dictionaries(st.sampled_from(KEYS), rows, min_size=1, max_size=5)
steps = st.one_of(
    st.tuples(st.just("file"), files),
    st.tuples(st.just("file"), files),
    st.tuples(st.just("rename"), which, rows),
    st.tuples(st.just("rename"), which, rows),
    st.tuples(st.just("undo")),
    st.tuples(st.sampled_from(("delete", "reopen"))),
    st.tuples(st.just("merge"), which, which),
    st.tuples(st.just("split"), which, which),
    st.tuples(st.just("unlink"), which),
    st.tuples(st.just("contact"), which, st.sampled_from(LEVELS)),
    st.tuples(st.just("died"), which, st.sampled_from((*LEVELS, None))),
    st.tuples(st.just("sign"), which),
    st.tuples(st.just("opt out"), which),
    st.tuples(st.just("acknowledge"), which),
)


@dataclass
class Stood:
    """What stands on file: families by booking, people by visit, and what is kept of them."""

    homes: dict[str, str]
    levels: dict[str, int]  # of contact, by family; the greater the stricter
    keys: dict[str, str]  # what families are matched by: the same in every run, unlike ids
    people: dict[str, dict[str, str]]  # by visit: ids by name
    dead: set[str]
    silent: set[str]  # who asked not to be asked again

    @classmethod
    def of(cls, scope):
        seen = select(visit_client.c.visit_id, client.c.name, client.c.id).join(
            client, client.c.id == visit_client.c.client_id
        )
        died = select(care_closed.c.client_id).where(care_closed.c.reason == DIED)
        out = select(client_detail.c.client_id).where(client_detail.c.opted_out_at.is_not(None))
        people = {}
        with scope.read() as conn:
            for visit_id, name, id_ in conn.execute(seen):
                people.setdefault(visit_id, {})[name.casefold()] = id_
            families = conn.execute(select(family.c.id, family.c.contact, family.c.match_key)).all()
            return cls(
                dict(map(tuple, conn.execute(select(booking.c.id, booking.c.family_id)))),
                {row.id: LEVELS.index(row.contact) for row in families},
                {row.id: row.match_key for row in families},
                people,
                set(conn.execute(died).scalars()),
                set(conn.execute(out).scalars()),
            )

    def visits_of(self, id_):
        return {v: name for v, there in self.people.items() for name, clients in there.items()
                if clients == id_}  # fmt: skip


class Practice:
    """A practice in which one step after another is taken, and what must hold after each."""

    def __init__(self, desk):
        self.desk, self.scope = desk, desk.scope
        self.rows, self.minutes = {}, 0
        self.signs, self.numbers = set(), count()
        self.floors = {}  # the loosest each booking's family may be contacted

    def take(self, step):
        before = Stood.of(self.scope)
        said = None
        # Nothing to do it to, or refused: nothing is lost by that either.
        with suppress(AllayError):
            said = getattr(self, step[0].replace(" ", "_"))(before, *step[1:])
        after = Stood.of(self.scope)
        self.must_hold(before, after, said)

    # What may happen

    def file(self, _before, rows):
        self.rows = rows
        self.minutes += 10
        at = datetime(2026, 6, 1, 8, tzinfo=ZONE) + timedelta(minutes=self.minutes)
        told = [
            appointment(key, f"2026-03-{2 + int(key):02} 10:00", **row)
            for key, row in sorted(rows.items())
        ]
        self.desk.take_in(told, f"{at:%Y-%m-%d %H:%M}")

    def rename(self, before, n, row):
        if self.rows:
            key = sorted(self.rows)[n % len(self.rows)]
            self.file(before, self.rows | {key: row})

    def undo(self, _before):
        asked = select(import_.c.id).where(import_.c.undone_at.is_(None))
        with self.scope.read() as conn:
            last = conn.execute(asked.order_by(import_.c.sequence.desc())).scalars().first()
        if last:
            undo_import(self.scope, last)

    def delete(self, _before):
        decide_missing(self.scope, missing_ids(self.scope), "deleted")

    def reopen(self, _before):
        reopen_missing(self.scope, missing_ids(self.scope))

    def merge(self, _before, n, into):
        choose(self.scope, (merge, n, into))

    def split(self, _before, n, name):
        choose(self.scope, (split, n, name))

    def unlink(self, _before, n):
        columns = (family_link.c.match_key, family_link.c.client_name, family_link.c.into_key)
        with self.scope.read() as conn:
            links = sorted(map(tuple, conn.execute(select(*columns))))
        if links:
            unlink(self.scope, *links[n % len(links)])

    def contact(self, before, n, level):
        if before.levels:
            family_id = sorted(before.levels, key=before.keys.get)[n % len(before.levels)]
            set_contact(self.scope, family_id, level, "" if level == "yes" else "asked")
            return family_id
        return None

    def died(self, before, n, level):
        if id_ := self.anybody(before, n):
            save_death(self.scope, id_, date(2026, 5, 1), level)
            return before.homes[next(iter(before.visits_of(id_)))]
        return None

    def sign(self, before, n):
        if id_ := self.anybody(before, n):
            key = f"asked-{next(self.numbers)}"
            row = {"practice_id": self.scope.practice_id, "id": key, "client_id": id_}
            row |= {"moment": "day7", "due_on": date(2026, 3, 1 + n), "source": "form"}
            row |= {"source_key": key, "language": "en", "in_totals": 1}
            sign = {"practice_id": self.scope.practice_id, "check_in_id": key, "sign": FEVER}
            with self.scope.write("tick a sign") as conn:
                conn.execute(insert(check_in), row)
                conn.execute(insert(red_flag), {**sign, "raised_at": n})
            self.signs.add(key)

    def opt_out(self, before, n):
        id_ = self.anybody(before, n)
        if id_ and id_ not in before.silent:
            row = {"practice_id": self.scope.practice_id, "client_id": id_, "opted_out_at": n}
            with self.scope.write("opt out") as conn:
                conn.execute(insert(client_detail), row)

    def acknowledge(self, _before, n):
        if self.signs:
            key = sorted(self.signs)[n % len(self.signs)]
            acknowledge(self.scope, key, FEVER, "Rang them")
            self.signs.remove(key)

    def anybody(self, before, n):
        seen = {
            (before.keys[before.homes[visit_id]], name): id_
            for visit_id, there in before.people.items()
            for name, id_ in there.items()
        }
        return seen[sorted(seen)[n % len(seen)]] if seen else None

    # What must hold

    def must_hold(self, before, after, said):
        assert sorted(flag.check_in_id for flag in read_open_flags(self.scope)) == sorted(
            self.signs
        )
        self.contact_is_no_looser(before, after, said)
        for id_ in before.dead:
            self.death_is_kept(id_, before, after)
        for id_ in before.silent:
            self.nobody_is_asked_again(id_, before, after)

    def contact_is_no_looser(self, before, after, said):
        if said is not None:  # somebody said otherwise of this family, as it is now
            for id_, home in after.homes.items():
                if home == said:
                    self.floors[id_] = after.levels[said]
        stood = {before.homes[v] for v in before.people if v in before.homes}
        for home in set(after.homes.values()):
            theirs = [id_ for id_, client_id in after.homes.items() if client_id == home]
            floor = max(self.floors.get(id_, 0) for id_ in theirs)
            if home in stood and home != said:
                floor = max(floor, before.levels[home])
            assert after.levels[home] >= floor
            for id_ in theirs:
                self.floors[id_] = floor

    def death_is_kept(self, id_, before, after):
        same, came = self.became(id_, before, after)
        if same:
            assert same & after.dead
        elif came:
            silent = all(after.levels[home] > 0 for _, home in came)
            assert {client_id for client_id, _ in came} & after.dead or silent
        else:
            assert id_ in after.dead

    def nobody_is_asked_again(self, id_, before, after):
        same, came = self.became(id_, before, after)
        if not same and not came:
            assert id_ in after.silent
        assert same | {client_id for client_id, _ in came} <= after.silent

    def became(self, id_, before, after):
        """Return who has her visits now: by her name, and by others in her family, with it."""
        same, came = set(), set()
        for visit_id, name in before.visits_of(id_).items():
            now, home = after.people.get(visit_id, {}), after.homes.get(visit_id)
            if name in now:
                same.add(now[name])
            elif home == before.homes[visit_id]:
                came |= {(client_id, home) for other, client_id in now.items()
                         if other not in before.people[visit_id]}  # fmt: skip
        return same, came


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(files, st.lists(steps, min_size=4, max_size=12))
def test_nothing_kept_about_a_person_is_lost_or_loosened(
    sqlite_template, tmp_path_factory, first, taken
):
    with a_desk(sqlite_template, tmp_path_factory.getbasetemp()) as desk:
        practice = Practice(desk)
        for step in [("file", first), *taken]:
            practice.take(step)
        assert check_records(desk.scope) == []
