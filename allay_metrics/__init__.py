"""The Allay Practice Dashboard: scheduling exports in, numbers an owner can act on out.

Each layer may import the layers below it and nothing above or beside it. The table is read by
tests/test_layers.py, which fails on an import that goes the other way.

    cli                 commands; __main__ only starts them
    ui                  what pages are made of; the only layer that imports Streamlit
    server              the server: Streamlit's own app, sign-in, the parent's form
    demo                the invented practice
    charts              plain values to plotly figures; never draws on a page, never queries
    review, caseload    what pages show, queried into plain values
    metrics             the registry of metrics and the query engine
    actions             every write: import, undo, correct, close care, check in, invite
    derive              state, city, type, family, first and next flags, drive legs, episodes
    intake              bytes to checked rows: read, recognise, map, check
    outcomes, travel    pure formulas, no database
    records             tables, engine, scope and policies, migrations, roll-up
    spreadsheet         tables as CSV and XLSX, without anything a spreadsheet would execute
    contact             whether a family may be contacted and for what, and the links that do it
    formatting          numbers, dates and times for people
    validation          tables of keys checked by pydantic, and the sentence on what is wrong
    plausibility        which dates and numbers are plausible, and the sentence that says so
    config              paths, URLs and secrets; the only reader of the environment
    log                 the log: what may be written to it
    errors              the errors shown without a traceback

Further rules, enforced by the same test: pages import `streamlit` and `allay_metrics.ui` only;
`server` takes Streamlit's `App` and nothing else of it; only `records` opens a database; only
`records`, `metrics`, `review`, `caseload`, `actions` and `derive` build SQL, and only through
a scope.
"""

__version__ = "1.0.0-dev"
