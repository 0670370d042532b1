"""Run `python -m vadose`."""

import sys

from vadose.cli import main

if __name__ == "__main__":
    sys.exit(main())
