"""A parent with a link, at the form's own endpoint: without a browser, step by step."""

import re
from html.parser import HTMLParser

from tests.support.asked import request


class _Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = {}

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "input" and told.get("type") == "hidden":
            self.found[told["name"]] = told["value"]


def hidden(page):
    """Return the hidden fields of a page's own step: those of its last form."""
    reader = _Fields()
    reader.feed(page.text)
    return reader.found


class Parent:
    """Somebody who holds a link and presses what stands on the page."""

    def __init__(self, door, token):
        self.door, self.token = door, token
        self.page = request(door, "GET", token)

    def press(self, **fields):
        """Save the step that is shown and follow to the next page."""
        sent = {**hidden(self.page), **fields}
        self.page = request(self.door, "POST", self.token, sent)
        if self.page.status == 303:
            self.page = request(self.door, "GET", self.page.headers["location"])
        return self.page

    def title(self):
        return re.search(r"<h1>(.*?)</h1>", self.page.text)[1]
