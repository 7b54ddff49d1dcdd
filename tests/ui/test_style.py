"""The style sheet as a browser reads it."""

import re
from itertools import accumulate

from allay_metrics.ui.shell import STYLE


def test_no_brace_is_left_over():
    # A brace too many is no error to a browser: it drops the rule after it, and nobody is told.
    text = re.sub(r"/\*.*?\*/", "", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    depths = list(accumulate({"{": 1, "}": -1}.get(letter, 0) for letter in text))
    assert min(depths) == 0
    assert depths[-1] == 0
