"""No text of ours claims an effect: reported change while in care is all it says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = ("allay_metrics", "pages", "docs", "data/reference", "scripts")
FILES = ("README.md", "CHANGELOG.md", "dashboard.py")
ENDS = {".py", ".md", ".csv", ".toml", ".html", ".css", ".txt", ".json"}
# Spelt apart, so that this file may be read too.
SAID = ("effec" + "tive", "success " + "rate", "resolved " + "by", r"\bcured\b")
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
