"""The Allay Practice Dashboard: scheduling exports in, numbers an owner can act on out.

Each layer may import the layers below it and nothing above or beside it. The table is read by
tests/test_layers.py, which fails on an import that goes the other way.

    cli                 the commands; __main__ only starts them
    ui                  what the pages are made of; the only layer that knows Streamlit
    server              the one server: Streamlit's own app, and what stands beside it
    demo                the invented practice
    charts              (tidy frame, metric) -> plotly figure; never draws, never reads
    review, caseload    what the two homes show, as plain values
    metrics             the registry, the question, the answer
    actions             every write: import, undo, correct, close care, check in, invite
    derive              state, city, type, family, first and next flags, drive legs, episodes
    intake              read, recognise, map, check: bytes to checked rows
    outcomes, travel    pure formulas, no database
    records             tables, engine, scope and who sees what, migrations, roll-up
    spreadsheet         tables as CSV and XLSX, with nothing in them that a spreadsheet would run
    contact             whether a family may be contacted and for what, and the links that do it
    words               how numbers, dates and times are spelt to a person
    plausibility        what can be so of a date or number, and the sentence that says it
    config              where things lie; the only reader of the environment
    log                 what may stand in the log
    errors              the one family of errors shown without a traceback

Further rules, enforced by the same test: pages import `streamlit` and `allay_metrics.ui` only;
`server` takes Streamlit's `App` and nothing else of it; only `records` opens a database; only
`records`, `metrics`, `review`, `caseload`, `actions` and `derive` build SQL, and only through
a scope.
"""

__version__ = "1.0.0-dev"
