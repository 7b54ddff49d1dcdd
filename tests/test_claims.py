"""No text of ours claims an effect: reported change while in care is all it says."""

import re
from pathlib import Path

import pytest

from allay_metrics.outcomes.research import CONTEXT, RESEARCH, UNVALIDATED
from allay_metrics.outcomes.wording import LANGUAGES, phrases, signs, wordings
from allay_metrics.review.concern import HISTORY, NO_HEADLINE
from allay_metrics.ui.outcomes.picture import HOW, TITLE

ROOT = Path(__file__).resolve().parent.parent
READ = ("allay_metrics", "pages", "docs", "data/reference", "scripts")
FILES = ("README.md", "CHANGELOG.md", "dashboard.py")
ENDS = {".py", ".md", ".csv", ".toml", ".html", ".css", ".txt", ".json", ".svg"}
# Spelt apart, so that this file may be read too.
SAID = ("effec" + "tive", "success " + "rate", "resolved " + "by", r"\bcured\b",
        r"\befec" + r"tiv[oa]s?\b", r"\befi" + r"caz", "tasa de " + "éxito",
        r"\bcura" + r"d[oa]s?\b", "se resuelve " + "con")  # fmt: skip
CLAIMS = re.compile("|".join(SAID), re.IGNORECASE)


def texts():
    found = [ROOT / name for name in FILES]
    found += [path for name in READ for path in (ROOT / name).rglob("*") if path.suffix in ENDS]
    return [path for path in found if path.is_file()]


def test_no_text_claims_an_effect():
    said = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in texts()
        for match in CLAIMS.finditer(" ".join(path.read_text(encoding="utf-8").split()))
    ]
    assert said == []


def test_the_texts_are_looked_at():
    assert len(texts()) > 300
    assert CLAIMS.search("an Effec" + "tive cure")
    assert CLAIMS.search("un tratamiento efi" + "caz")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_claims_no_effect_in_either_language(language):
    told = [
        *phrases(language).values(),
        *(wording.question for wording in wordings(language).values()),
    ]
    told += [word for sign in signs(language) for word in (sign.question, sign.action)]
    assert len(told) > 60
    assert [sentence for sentence in told if CLAIMS.search(sentence)] == []


def test_what_is_exported_claims_no_effect():
    said = (CONTEXT, UNVALIDATED, RESEARCH, TITLE, HOW, NO_HEADLINE, HISTORY)
    assert [sentence for sentence in said if CLAIMS.search(sentence)] == []
