"""Therapists: the weeks ahead of each."""
