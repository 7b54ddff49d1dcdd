"""Every write: import, undo, decide, keep. Each is one transaction."""
