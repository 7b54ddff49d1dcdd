"""Tables, engine, scope, migrations, roll-ups: the only package that opens a database engine."""

from allay_metrics.records.engine import PATIENCE, build_unreachable, file_of, open_engine
from allay_metrics.records.hashes import compute_row_hashes
from allay_metrics.records.migrate import upgrade
from allay_metrics.records.practice import UNKNOWN, VIRTUAL, open_practice
from allay_metrics.records.scope import DOOR, OWNER, Scope, Viewer

__all__ = [
    "DOOR",
    "OWNER",
    "PATIENCE",
    "UNKNOWN",
    "VIRTUAL",
    "Scope",
    "Viewer",
    "build_unreachable",
    "compute_row_hashes",
    "file_of",
    "open_engine",
    "open_practice",
    "upgrade",
]
