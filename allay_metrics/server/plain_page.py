"""The HTML document of all pages beside the dashboard: inline style, no script."""

from base64 import b64encode
from hashlib import sha256


def policy(style: str, more: str = "") -> str:
    """Return the Content-Security-Policy of a page; `more` allows further sources."""
    hash_ = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{hash_}'; {more}img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def document(language: str, title: str, style: str, body: str) -> str:
    """Return a whole page; `title` is already escaped, `body` is the HTML of its body element."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex,nofollow"><link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{style}</style></head>{body}</html>"
    )
