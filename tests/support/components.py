"""Streamlit's search for components among the installed packages, once for a whole worker.

AppTest searches for every page it opens: reading the metadata of 150 packages is most of what the
first run of a page costs.
"""

from functools import cache

from streamlit.components.v2 import manifest_scanner


def search_once() -> None:
    """From now on let every AppTest of this process have what the first one found."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
