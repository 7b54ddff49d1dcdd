"""When a visit is missing, asked about or not confirmed: slowly and obviously, file by file.

A practice's files are plain lists of rows. Nothing here reads a line of the package under test.
Moments are plain numbers of seconds; a day has 86,400 of them.
"""

from dataclasses import dataclass, field

DAY = 86_400
LEFT_OUT_OF_KEPT = ["cancelled", "no_show", "rescheduled"]


@dataclass(frozen=True)
class Row:
    key: str
    family: str
    therapist: str
    visit_type: str
    start: int
    end: int
    month: str
    marked: str = "none"

    @property
    def slot(self):
        return self.family, self.therapist, self.start

    @property
    def groups(self):
        return [("therapist", self.therapist), ("month", self.month), ("type", self.visit_type)]


@dataclass
class File:
    name: str
    as_of: int
    rows: list
    holds: str = "kept"
    told: tuple | None = None  # first and last moment it was said to cover
    batch: str | None = None
    doubted: bool = False
    # Once its question was answered: what is gone by key, and by group it did not hold the keys.
    gone: set = field(default_factory=set)
    not_held: dict = field(default_factory=dict)

    def row_of(self, key):
        return next((row for row in self.rows if row.key == key), None)


@dataclass
class Verdicts:
    missing: dict = field(default_factory=dict)  # by key, the file it is missing from
    asked: dict = field(default_factory=dict)  # by key, the file whose question it waits for
    unconfirmed: set = field(default_factory=set)


def take_in(files, file, answer):
    """Let one more file come in; the owner answers what it asks by groups it did not hold.

    The files end up with what she said; None for an answer says nothing.
    """
    files.append(file)
    if answer is None:
        return
    for key, where in judge(files, lambda moment: moment).asked.items():
        asking = next(f for f in files if f.name == where)
        if asking.rows != file.rows:
            continue  # another file asks; the same one is it whatever moment was told with it
        row = last_file(files, key).row_of(key)
        left_out = [group for group in same_groups(row) if group in answer]
        if not left_out:
            asking.gone.add(key)
        for group in left_out:
            asking.not_held.setdefault(group, set()).add(key)


def last_file(files, key):
    return [f for f in in_order(files) if f.row_of(key)][-1]


def in_order(files):
    return sorted(files, key=lambda file: (file.as_of, files.index(file)))


def same_name(name):
    """A therapist is one person in whatever letters her name is written."""
    return name.strip().lower()


def same_groups(row):
    return [
        (kind, same_name(value) if kind == "therapist" else value) for kind, value in row.groups
    ]


def judge(files, midnight_before):
    """Say of every booking what newer files show. `midnight_before`: when a moment's day began."""
    order = in_order(files)
    keys = {row.key for file in files for row in file.rows}
    last_held = {key: [file for file in order if file.row_of(key)][-1] for key in keys}
    verdicts, stands = Verdicts(), {}
    for file in [f for f in order if f.holds in ("kept", "all")]:
        absent = [
            last_held[key].row_of(key)
            for key in sorted(keys)
            if speaks_of(file, last_held[key].row_of(key), last_held[key], order)
        ]
        decide(file, absent, last_held, verdicts, stands)
    newest = max([f.as_of for f in files if f.holds in ("kept", "all")], default=None)
    for key in keys:
        row, holder = last_held[key].row_of(key), last_held[key]
        if (
            newest is not None
            and row.end > holder.as_of
            and holder.as_of < midnight_before(newest)
            and row.marked not in LEFT_OUT_OF_KEPT
            and key not in verdicts.missing
        ):
            verdicts.unconfirmed.add(key)
    return verdicts


def speaks_of(file, row, holder, order):
    """Whether a file should hold this row that another file held last."""
    if file.as_of <= holder.as_of:
        return False
    if given_together(file, holder, order):
        return False
    if file.holds == "kept" and row.marked in LEFT_OUT_OF_KEPT:
        return False
    if same_name(row.therapist) not in [same_name(other.therapist) for other in file.rows]:
        return False
    types = {other.visit_type for other in file.rows}
    if len(types) == 1 and row.visit_type not in types:
        return False
    if file.told:
        return file.told[0] <= row.start <= file.told[1]
    starts = [other.start for other in file.rows]
    if row.start < min(starts):
        return False
    if row.start <= max(starts):
        return True
    ends_just_before = max(starts) < file.as_of <= max(starts) + 7 * DAY
    older = [f for f in order if f.as_of < file.as_of and f.holds in ("kept", "all")]
    cut_by_date = any(other.start > file.as_of for f in older for other in f.rows)
    other_part = min(other.start for other in holder.rows) > max(starts)
    return ends_just_before and row.start <= file.as_of and not cut_by_date and not other_part


def given_together(one, other, files):
    """Whether two files were given in one go, now or when one of them came in another time."""

    def batches(file):
        same = [f for f in files if f.rows == file.rows and f.as_of == file.as_of]
        return {f.batch for f in same if f.batch is not None}

    return bool(batches(one) & batches(other))


def decide(file, absent, last_held, verdicts, stands):
    def long_over(row):
        return row.end < last_held[row.key].as_of - 14 * DAY

    for row in absent:
        if row.key in file.gone:
            verdicts.missing.setdefault(row.key, file.name)
            verdicts.asked.pop(row.key, None)
    absent = [
        row for row in absent if row.key not in verdicts.missing and row.key not in verdicts.asked
    ]
    for row in absent:
        for group in same_groups(row):
            if group in file.not_held:
                stands.setdefault(row.key, []).append(file.not_held[group])
    new = [row for row in absent if row.key not in stands]
    recent = [row for row in new if not long_over(row)]
    asks = file.doubted or too_many(file, recent) or bool(blamed(file, recent))
    for row in new:
        where = verdicts.asked if asks or long_over(row) else verdicts.missing
        where[row.key] = file.name
    if not asks:
        gone_after_all(file, [row for row in absent if not long_over(row)], verdicts, stands)


def gone_after_all(file, absent, verdicts, stands):
    """Only a file that holds something of all that was left out is not cut the same way."""
    if too_many(file, absent):
        return
    left_out = blamed(file, absent)
    for row in absent:
        if (
            row.key in stands
            and not any(group in left_out for group in same_groups(row))
            and all(any(file.row_of(key) for key in keys) for keys in stands[row.key])
        ):
            verdicts.missing[row.key] = file.name


def too_many(_file, rows):
    return len({row.slot for row in rows}) > 10


def blamed(file, rows):
    """The therapists, months and types that lose too many of their visits."""
    found = []
    for group in {group for row in rows for group in same_groups(row)}:
        gone = len({row.slot for row in rows if group in same_groups(row)})
        there = len({row.slot for row in file.rows if group in same_groups(row)})
        all_of_it = gone + there
        if (gone > 3 and gone / all_of_it > 0.05) or (gone >= 2 and gone / all_of_it > 0.5):
            found.append(group)
    return found
