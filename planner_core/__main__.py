"""`python -m planner_core` is `flplan`."""

from __future__ import annotations

import sys

from planner_core.cli import main

if __name__ == "__main__":  # processes of a sweep import this module again
    sys.exit(main())
