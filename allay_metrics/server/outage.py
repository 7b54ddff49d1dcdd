"""The response while the records are unreachable: one sentence, and the page tries again."""

from starlette.responses import Response

from allay_metrics.errors import AllayError
from allay_metrics.server.auth_html import notice_page

AGAIN = 5  # seconds
_READS = ("GET", "HEAD")


def outage_page(error: AllayError, method: str) -> Response:
    """Return a page with the error's sentence.

    A page that was only read reloads itself; a form must be sent again by the person.
    """
    reads = method in _READS
    more = "This page tries again by itself." if reads else "Go back, and send it once more."
    headers = {"Retry-After": str(AGAIN), **({"Refresh": str(AGAIN)} if reads else {})}
    page = notice_page("One moment", f"{error} {more}")
    return Response(page, 503, headers, media_type="text/html")
