"""Questionnaires of other services: the export of a form, read as answers to our measures."""

from allay_metrics.intake.questionnaires.file import AnswersFile, open_answers
from allay_metrics.intake.questionnaires.questionnaire import (
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
