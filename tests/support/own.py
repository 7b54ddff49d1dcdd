"""Measures a practice may add of its own."""

from dataclasses import replace

from allay_metrics.outcomes.own_measures import MeasureDraft

ARCHING = MeasureDraft(
    label="Arching",
    questions={
        "en": "In the last 24 hours, how often did your baby arch the back?",
        "es": "En las últimas 24 horas, ¿con qué frecuencia arqueó la espalda su bebé?",
    },
    ends={"en": ("never", "all the time"), "es": ("nunca", "siempre")},
    choices={"en": (), "es": ()},
    low=0, high=10, step=1, unit="", higher_is="worse", threshold=2,
    basis="our own choice, provisional",
    concerns=("digestion",),
    moments=("B0", "B1", "day7", "day28"),
)  # fmt: skip
MOOD = replace(
    ARCHING,
    label="Mood at waking",
    questions={"en": "How was your baby's mood at waking?", "es": "¿Cómo despertó su bebé hoy?"},
    choices={"en": ("Cross", "Calm", "Merry"), "es": ("Molesto", "Tranquilo", "Alegre")},
    higher_is="better", threshold=1, concerns=("crying", "digestion"),
)  # fmt: skip
