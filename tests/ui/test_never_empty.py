"""No page breaks because a text it draws is empty: Streamlit refuses to draw nothing."""

import ast
from pathlib import Path

import pytest
import streamlit as st

import allay_metrics.ui
from allay_metrics.ui.card import draw

ROOT = Path(allay_metrics.ui.__file__).parent
MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}
FUNCTIONS = [
    (path, node)
    for path, tree in MODULES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef)
]


def has_text(node, path, names=()):
    """Return whether this expression is a text with something in it, whatever the data say."""
    match node:
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.JoinedStr(values=parts):
            return any(has_text(part, path, names) for part in parts)
        case ast.FormattedValue(value=value):
            return has_text(value, path, names)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return has_text(left, path, names) or has_text(right, path, names)
        case ast.BoolOp(op=ast.Or(), values=values):
            return has_text(values[-1], path, names)
        case ast.IfExp(body=body, orelse=other):
            return has_text(body, path, names) and has_text(other, path, names)
        case ast.Name(id=name):
            return name.isupper()  # a constant of the module
        case ast.Call(func=ast.Attribute(attr=name)):
            return name not in names and returns_text(name, None, (*names, name))
        case ast.Call(func=ast.Name(id=name)):
            return name not in names and returns_text(name, path, (*names, name))
    return False


def returns_text(name, path, names):
    """Return whether the function of this name returns such a text at each of its ends.

    That of the module itself, else all of this name.
    """
    known = [(where, function) for where, function in FUNCTIONS if function.name == name]
    own = [(where, function) for where, function in known if where == path]
    ends = [
        (node.value, where)
        for where, function in own or known
        for node in ast.walk(function)
        if isinstance(node, ast.Return)
    ]
    return bool(ends) and all(has_text(value, where, names) for value, where in ends)


def drawn_texts():
    """Return what is handed to Streamlit to draw as HTML or Markdown: (expression, where)."""
    return [
        pytest.param(node.args[0], path, id=f"{path.relative_to(ROOT)}:{node.lineno}")
        for path, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("html", "markdown")
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "st"
        if path.name != "card.py" or ast.unparse(node.args[0]) != "text"  # `draw` itself
    ]


@pytest.mark.parametrize(("text", "path"), drawn_texts())
def test_what_may_be_empty_is_drawn_by_the_one_function_that_draws_nothing_then(text, path):
    assert has_text(text, path), f"{ast.unparse(text)} may be empty: draw it with card.draw"


def test_an_empty_text_is_drawn_as_nothing(monkeypatch):
    drawn = []
    monkeypatch.setattr(st, "html", lambda text, **told: drawn.append((text, told)))
    for text in ("", "<p>Here.</p>"):
        draw(text, width="content")
    assert drawn == [("<p>Here.</p>", {"width": "content"})]
