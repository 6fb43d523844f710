"""`python -m bot` is `earmark`."""

import sys

from bot.cli import main

sys.exit(main())
