"""A page of the dashboard as AppTest sees it: its HTML, its figures, and clicks told to it."""

import html
import json
import re
from datetime import date
from pathlib import Path

from streamlit.testing.v1 import AppTest

from allay_metrics.ui.click_listener import CLICK_KEY

DASHBOARD = Path(__file__).parents[2] / "dashboard.py"


def page_of(name: str) -> AppTest:
    """Return the dashboard with one page open, not yet run.

    AppTest knows a page whose address is not its file's name only after some page was run.
    """
    at = AppTest.from_file(DASHBOARD, default_timeout=60)
    return at.switch_page("pages/practice/definitions.py").run().switch_page(f"pages/{name}.py")


def run(at: AppTest) -> AppTest:
    """Run the page and insist that nothing went wrong in it."""
    at.run()
    assert not at.exception
    assert "This did not work" not in bodies(at)
    return at


def bodies(at: AppTest) -> str:
    """Return all HTML of the page and its drawer."""
    return "\n".join(each.proto.body for each in at.get("html"))


def text(at: AppTest) -> str:
    """Return the words of that HTML."""
    return html.unescape(re.sub(r"<[^>]+>", " ", bodies(at)))


def table_rows(at: AppTest, caption: str) -> dict[str, list[str]]:
    """Return a table's cells by the first of each row."""
    tables = re.findall(r"<table.*?</table>", bodies(at), re.DOTALL)
    (found,) = [table for table in tables if f"<caption>{caption}</caption>" in table]
    rows = [
        [_words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", found.split("<tbody>")[1])
    ]
    return {row[0]: row[1:] for row in rows}


def figures(at: AppTest) -> list[dict]:
    """Return the JSON of each figure."""
    return [json.loads(each.proto.spec) for each in at.get("plotly_chart")]


def click_word(at: AppTest, word: str) -> AppTest:
    """Click a number that opens."""
    assert f'data-al-open="{html.escape(word)}"' in bodies(at), word
    at.session_state[CLICK_KEY] = word
    return run(at)


def click_mark(at: AppTest, figure: str, *customdata: object) -> AppTest:
    """Click a mark of a figure."""
    points = [{"customdata": list(customdata)}]
    at.session_state[f"al-fig-{figure}-light-0"] = {
        "selection": {"points": points, "point_indices": [0]}
    }
    return run(at)


def own_dates(at: AppTest, *days: date) -> AppTest:
    """Choose own dates: both, or only the first."""
    at.session_state["period"] = "Own dates"
    at.session_state["dates"] = days
    return run(at)


def _words(cell: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split())
