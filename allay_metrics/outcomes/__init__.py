"""Reported parent outcomes: pure formulas over answers, no database.

The questions are data in data/reference/ (measures, concerns, norms, red flags, trials); the rules
for what a practice may state about the answers are here, each with its source. A change is always
signed so that positive is better, and it is a reported change while in care: nothing here estimates
an effect.
"""
