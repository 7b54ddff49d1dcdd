"""Questionnaires parents answered elsewhere: a form's export read as answers to our measures."""

from allay_metrics.intake.questionnaires.file import AnswersFile, open_answers
from allay_metrics.intake.questionnaires.profile import (
    Questionnaire,
    is_questionnaire,
    read_questionnaire,
    shipped_questionnaires,
)
from allay_metrics.intake.questionnaires.responses import FormResponse

__all__ = [
    "AnswersFile",
    "FormResponse",
    "Questionnaire",
    "is_questionnaire",
    "open_answers",
    "read_questionnaire",
    "shipped_questionnaires",
]
