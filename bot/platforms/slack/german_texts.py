"""The words after `/earmark` in German; Slack translates no command, so both are understood."""

from collections.abc import Mapping
from types import MappingProxyType

GERMAN: Mapping[str, str] = MappingProxyType(
    {
        "einreichen": "submit",
        "prüfen": "check",
        "meine": "mine",
        "aufrufe": "calls",
        "datenschutz": "privacy",
        "warteschlange": "queue",
        "nächster": "next",
        "titel": "track",
        "rückgängig": "undo",
        "wochenbericht": "digest",
        "einrichten": "setup",
        "sperrliste": "blocklist",
        "hilfe": "help",
    }
)
