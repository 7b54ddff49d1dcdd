"""Check-ins: whom to ask, what calls, the protocol."""
