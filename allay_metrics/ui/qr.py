"""A link as a QR code, rendered here and never by a service."""

import segno

from allay_metrics.ui.html import escape


def qr_image(link: str, label: str) -> str:
    """Return an `<img>` of the link as a QR code, dark on white in both themes."""
    code = segno.make(link, error="m", micro=False)
    picture = code.svg_data_uri(scale=4, border=3, dark="#25231E", light="#FFFFFF")
    return f'<img class="al-qr" src="{escape(picture)}" alt="{escape(label)}">'
