"""Reported parent outcomes: pure formulas over answers, no database.

What is asked stands in data/reference/ (measures, concerns, norms, red flags, trials); what a
practice may say of the answers is decided here, rule by rule, each with its source. A change is
always signed so that positive is better, and it is a reported change while in care: nothing here
estimates an effect.
"""
