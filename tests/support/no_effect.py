"""A practice with no effect at all, and the page of docs/ about it.

Babies age along the published norms, families book on a bad day, and nothing else happens.
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from allay_metrics.outcomes.intervals import regression_to_the_mean
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.norms import expected
from allay_metrics.outcomes.summary import Episode, Summary, summarise
from allay_metrics.outcomes.windows import Answer

FIRST = date(2026, 3, 2)
FAMILIES, SD, STEADY, CUT_OFF = 400, 60, 0.5, 180
SEED = 11
_DAYS = (FIRST - timedelta(days=1), FIRST + timedelta(days=28))


def summary(*, cut_off: float = CUT_OFF, seed: int = SEED) -> Summary:
    """Return what the Outcomes page would say of families who book at this many minutes or more."""
    period = FIRST, FIRST + timedelta(days=60)
    return summarise(_episodes(cut_off, seed), concerns()["crying"], period, period[1])[0]


def by_chance() -> float:
    """Return the fall that booking on a bad day explains, by the truncated normal."""
    usual = expected("fuss_cry_mean", 39 / 7)
    return regression_to_the_mean(float(usual or 0), SD, CUT_OFF, STEADY)


def _episodes(cut_off: float, seed: int) -> list[Episode]:
    """Return families that book because a day is bad; nothing but age and chance moves them."""
    rng = np.random.default_rng(seed)
    session = int(datetime(FIRST.year, FIRST.month, FIRST.day, 17, tzinfo=UTC).timestamp())
    made: list[Episode] = []
    while len(made) < FAMILIES:
        # Five to six weeks old at the first visit, nine to ten at the answer.
        born = FIRST - timedelta(days=int(rng.integers(36, 44)))
        steady = rng.normal() * SD * STEADY**0.5
        noise = rng.normal(size=2) * SD * (1 - STEADY) ** 0.5
        usual = [expected("fuss_cry_mean", (day - born).days / 7) or 0.0 for day in _DAYS]
        values = [u + steady + n for u, n in zip(usual, noise, strict=True)]
        if values[0] < cut_off:
            continue
        told = tuple(
            Answer("cry_min", max(float(value), 0.0), session + (day - FIRST).days * 86_400, day)
            for day, value in zip(_DAYS, values, strict=True)
        )
        id_ = str(len(made))
        made.append(Episode(id_, id_, "crying", FIRST, session, born, None, True, told))
    return made


def markdown() -> str:
    """Return docs/no_effect.md."""
    bad, any_day = summary(), summary(cut_off=0)
    assert bad.mean
    assert bad.better
    rows = [
        (
            name,
            f"{page.mean.mean:.0f} ({page.mean.low:.0f} to {page.mean.high:.0f})",
            f"{page.expected:.0f}",
            f"{page.remainder:.0f}",
            f"{page.better.count} of {page.better.n}, {page.better.share:.0%}",
        )
        for name, page in (
            (f"crying {CUT_OFF} minutes or more", bad),
            ("any day", any_day),
        )
        if page.mean and page.better
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"""# A practice with no effect at all

Made by `make docs` from tests/support/no_effect.py, which invents {FAMILIES} families. Their
babies are five to six weeks old and cry as babies of their age do in
[norms.csv](../data/reference/norms.csv), with a spread of {SD} minutes a day: half of it the
baby's own, half of it the day's (two looks correlate by {STEADY:.1f}). Care changes nothing in it.
What the Outcomes page would say:

| who books | raw change, minutes a day | expected by age | remainder | "better" beyond age |
|---|---|---|---|---|
{table}

![Raw change, what age brings, and what is left](no_effect.svg)

- **Raw change** looks like a large success: {bad.mean.mean:.0f} minutes less a day, and an interval
  that is nowhere near nought. Intervals tell how sure a mean is, never what caused it.
- **Age** accounts for {bad.expected:.0f} minutes of it: crying falls by itself after six weeks.
- **The remainder** is regression to the mean. Whoever books on a bad day is measured on a more
  ordinary one later. The formula SD(1 - r) phi(c) / (1 - Phi(c)) expects {by_chance():.0f} minutes
  here; the simulation left {bad.remainder:.0f}. Families who book on any day keep
  {any_day.remainder:.0f}.
- Even "better beyond the change expected by age" is said of {bad.better.share:.0%} of the families,
  though nothing was done.

So the page never calls a change an effect, shows expected change and remainder beside each mean,
and carries its context line into every export. `tests/outcomes/test_no_effect.py` holds these
numbers.
"""


def figure() -> str:
    """Return docs/no_effect.svg: of each group the raw change, parted in age and remainder."""
    import altair as alt
    import vl_convert

    groups = (("books on a bad day", summary()), ("books on any day", summary(cut_off=0)))
    rows = [
        {"who": who, "part": part, "order": place, "minutes": round(value or 0.0, 1)}
        for who, page in groups
        for place, (part, value) in enumerate(
            (("expected by age", page.expected), ("remainder: chance alone", page.remainder))
        )
    ]
    base = alt.Chart(alt.Data(values=rows), width=520, height=120).encode(
        y=alt.Y("who:N", title=None, sort=[who for who, _ in groups]),
        x=alt.X("minutes:Q", title="minutes less crying a day, with no effect at all"),
        order="order:Q",
    )
    colours = alt.Scale(range=["#8FBAB3", "#A39D92"])
    bars = base.mark_bar().encode(color=alt.Color("part:N", title=None, scale=colours,
                                                  legend=alt.Legend(orient="top")))  # fmt: skip
    spec = bars.configure(font="sans-serif", background="#FFFFFF", padding=12).to_dict()
    return str(vl_convert.vegalite_to_svg(spec, vl_version="6.1"))
