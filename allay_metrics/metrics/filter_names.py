"""Checks the names in filters: an unknown name is an error, one without visits is not."""

from sqlalchemy import Connection, Select, select

from allay_metrics.errors import QuestionProblem, choose_from
from allay_metrics.metrics.question import Question
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import city, therapist, visit


def check_names(conn: Connection, scope: Scope, question: Question) -> None:
    """Raise QuestionProblem for the first city, county, therapist or source that is not on file."""
    for key, value in question.where:
        statement = _names_statement(key)
        if statement is None:
            continue
        table = statement.get_final_froms()[0]
        practice_statement = statement.where(table.c.practice_id == scope.practice_id).distinct()
        names = [str(name) for name in conn.execute(practice_statement).scalars()]
        if names and value not in (*names, UNKNOWN):
            raise QuestionProblem(choose_from(key.replace("_", " "), value, names))


def _names_statement(key: str) -> Select[tuple[str]] | None:
    columns = {
        "city": city.c.name,
        "county": city.c.county,
        "therapist": therapist.c.name,
        "referral_source": visit.c.referral_source,
    }
    return select(columns[key]) if key in columns else None
