"""Security headers of every response: the browser may load nothing from other hosts."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from allay_metrics.server.site import RequestInfo

_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def _hash_inline_scripts() -> str:
    """Return the CSP hashes of the inline scripts in Streamlit's own page."""
    module_spec = find_spec("streamlit")
    assert module_spec is not None
    assert module_spec.origin is not None
    page = (Path(module_spec.origin).parent / "static" / "index.html").read_bytes()
    hashes = (b64encode(sha256(script).digest()).decode() for script in _INLINE.findall(page))
    return "".join(f" 'sha256-{hash_}'" for hash_ in hashes)


# 'wasm-unsafe-eval': Streamlit reads tables in WebAssembly. 'unsafe-inline': it writes styles.
POLICY = (
    f"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{_hash_inline_scripts()}; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self' {sockets}; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-src 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000"
# Streamlit's own files and the typeface: the same for everybody, and named by their content.
_KEPT = ("/static/", "/app/static/fonts/")
_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


def add_headers(send: Send, *, path: str, request_info: RequestInfo) -> Send:
    """Wrap `send` to add the headers; a response's own Content-Security-Policy is kept."""

    async def protected(message: Message) -> None:
        if message["type"] in _STARTS:
            _set_headers(MutableHeaders(raw=_header_list(message)), path, request_info)
        await send(message)

    return protected


def _header_list(message: Message) -> list[tuple[bytes, bytes]]:
    """Return the message's own list of headers, to be changed in place."""
    message["headers"] = list(message.get("headers", ()))
    headers: list[tuple[bytes, bytes]] = message["headers"]
    return headers


def _set_headers(headers: MutableHeaders, path: str, request_info: RequestInfo) -> None:
    for name, value in ALWAYS.items():
        headers[name] = value
    if "content-security-policy" not in headers:
        # Not every browser applies 'self' to WebSockets.
        sockets = f"{'wss' if request_info.is_tls else 'ws'}://{request_info.host}"
        headers["Content-Security-Policy"] = POLICY.format(sockets=sockets)
    if not path.startswith(_KEPT):
        headers["Cache-Control"] = "no-store"
    if request_info.is_tls:
        headers["Strict-Transport-Security"] = HSTS
