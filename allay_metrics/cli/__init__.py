"""The command line: `python -m allay_metrics COMMAND`."""

from allay_metrics.cli.main import main

__all__ = ["main"]
