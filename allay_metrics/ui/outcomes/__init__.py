"""Outcomes: what families reported."""
