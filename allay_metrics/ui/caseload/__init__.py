"""Caseload: a therapist's morning."""
