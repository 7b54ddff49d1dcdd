"""The demo practice as data: therapists and their areas, prices, goals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from allay_metrics.demo.demo_cities import CITIES
from allay_metrics.demo.invented_names import FAMILY_NAMES, PARENTS, ascii_part
from allay_metrics.metrics.metric import MetricKey

PRACTICE_NAME = "Allay demo practice"
TIMEZONE = "America/Los_Angeles"
SKILLS: tuple[str, ...] = ("cst", "lactation", "massage")


@dataclass(frozen=True)
class DemoTherapist:
    """One therapist. `routes` names the areas she drives to, Monday (0) to Saturday (5)."""

    name: str
    email: str
    base_city: str
    skills: tuple[str, ...]
    routes: tuple[tuple[str, ...], ...]
    offered_hours: float

    @property
    def areas(self) -> tuple[str, ...]:
        """Return every area on her week, in the order of the days."""
        return tuple(dict.fromkeys(area for day in self.routes for area in day))

    @property
    def cities(self) -> tuple[str, ...]:
        """Return the names of the cities she drives to."""
        return tuple(city.name for city in CITIES if city.area in self.areas)


@dataclass(frozen=True)
class DemoPractice:
    """What the demo needs beside the exports: people, goals by metric key (rates as shares)."""

    name: str
    timezone: str
    therapists: tuple[DemoTherapist, ...]
    goals: dict[str, float]


TEAM: tuple[DemoTherapist, ...] = (
    DemoTherapist(
        "Maya Lopez", "maya.lopez@example.com", "Oakland", ("cst", "lactation"),
        (("east",), ("east",), ("valley", "east"), ("east",), ("east",), ("east",)), 22,
    ),
    DemoTherapist(
        "Priya Raman", "priya.raman@example.com", "San Francisco", ("lactation", "cst"),
        (("sf",), ("mid",), ("sf",), ("mid",), ("sf", "marin"), ()), 16,
    ),
    DemoTherapist(
        "Hannah Weiss", "hannah.weiss@example.com", "San Mateo", ("cst", "massage"),
        (("mid",), ("sf",), ("silicon", "south"), ("sf",), ("mid",), ("mid",)), 24,
    ),
    DemoTherapist(
        "Linh Tran", "linh.tran@example.com", "Sunnyvale", ("cst", "lactation"),
        (("south",), ("silicon",), ("south",), ("silicon",), ("south",), ()), 24,
    ),
    DemoTherapist(
        "Grace Okafor", "grace.okafor@example.com", "Berkeley", ("massage",),
        (("east",), ("sf", "marin"), ("sf",), ("east", "valley"), (), ("east",)), 18,
    ),
)  # fmt: skip

GOALS: dict[str, float] = {
    MetricKey.COMPLETED: 48,
    MetricKey.NEW_FAMILIES: 9,
    MetricKey.ON_BOOKS: 44,
    MetricKey.SHOW_RATE: 0.95,
    MetricKey.REBOOKED_RATE: 0.70,
    MetricKey.FIELD_UTILISATION: 0.65,
    MetricKey.WAIT_DAYS: 3,
}

# Kinds of visit, in the order of KIND_SKILL. Type names are spelled as practices spell them in
# Acuity, including double and trailing spaces.
PRENATAL, LACTATION, CST, POSTPARTUM = range(4)
KIND_SKILL: tuple[int, ...] = (2, 1, 0, 2)


@dataclass(frozen=True)
class Service:
    """One appointment type: its name in Acuity, its minutes and its list price in dollars."""

    name: str
    minutes: int
    price: int


SERVICES: tuple[Service, ...] = (
    Service("Prenatal Massage  at home, 75 min", 75, 175),
    Service("Lactation Consult - initial, 90 min ", 90, 245),
    Service("Lactation follow-up", 60, 185),
    Service("Infant CST - initial visit (60 min) ", 60, 185),
    Service("Infant CST  follow-up", 45, 165),
    Service("Postpartum massage, 60 min ", 60, 165),
    Service("CST + Lactation visit ", 90, 260),
    Service("Lactation + CST visit", 90, 260),
    Service("Virtual lactation follow-up (Zoom) ", 45, 145),
    Service("Rebozo  session", 60, 155),
)
(
    S_PRENATAL, S_LACTATION_FIRST, S_LACTATION, S_CST_FIRST, S_CST, S_POSTPARTUM,
    S_CST_LACTATION, S_LACTATION_CST, S_VIRTUAL, S_REBOZO,
) = range(len(SERVICES))  # fmt: skip


@cache
def therapists(teams: int = 1) -> tuple[DemoTherapist, ...]:
    """Return the five therapists; for benchmarks also copies under further names."""
    further = []
    for number in range(len(TEAM), teams * len(TEAM)):
        like = TEAM[number % len(TEAM)]
        first = PARENTS[number * 7 % len(PARENTS)]
        last = FAMILY_NAMES[number * 11 % len(FAMILY_NAMES)]
        email = f"{ascii_part(first)}.{ascii_part(last)}@example.com"
        further.append(
            DemoTherapist(
                f"{first} {last}", email, like.base_city, like.skills, like.routes,
                like.offered_hours,
            )
        )  # fmt: skip
    return TEAM + tuple(further)


def demo_practice(teams: int = 1) -> DemoPractice:
    """Return the practice beside its exports; `teams` as in `Invented.teams`."""
    return DemoPractice(PRACTICE_NAME, TIMEZONE, therapists(teams), GOALS)
