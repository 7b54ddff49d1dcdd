"""What is kept in memory is kept for whoever asked, and for nobody else."""

from dataclasses import replace

from allay_metrics.records import Viewer
from allay_metrics.ui.cached_by_version import cached_by_version


def test_an_answer_is_kept_for_its_own_viewer_alone(sqlite_scope):
    asked = []

    @cached_by_version
    def read(scope):
        asked.append(scope.viewer)
        return scope.viewer

    others = [
        Viewer("therapist", "maya"),
        Viewer("therapist", "ines"),
        Viewer("owner", person_id="p"),
        Viewer("form", link="a"),
        Viewer("form", link="b"),
    ]
    scopes = [sqlite_scope, *(replace(sqlite_scope, viewer=other) for other in others)]
    for _ in range(2):
        assert [read(scope) for scope in scopes] == [scope.viewer for scope in scopes]
    assert len(asked) == len(scopes)
