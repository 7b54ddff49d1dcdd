"""Check-ins: whom to ask, warning signs, the safety protocol."""
