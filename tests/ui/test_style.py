"""The style sheet as a browser reads it."""

import re
from itertools import accumulate

import pytest

from allay_metrics.ui.shell import CASELOAD_STYLE, STYLE


@pytest.mark.parametrize("sheet", [STYLE, CASELOAD_STYLE])
def test_no_brace_is_left_over(sheet):
    # A brace too many is no error to a browser: it drops the rule after it, and nobody is told.
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    depths = list(accumulate({"{": 1, "}": -1}.get(letter, 0) for letter in text))
    assert min(depths) == 0
    assert depths[-1] == 0
