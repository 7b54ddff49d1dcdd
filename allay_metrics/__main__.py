"""Starts the command line."""

import sys

from allay_metrics.cli import main

sys.exit(main())
