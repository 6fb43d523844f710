"""How long a text is against how long it may be."""

from collections.abc import Iterator

from bot.sandbox.discord.errors import Problem


def too_long(path: str, text: object, most: int) -> Iterator[Problem]:
    if isinstance(text, str) and len(text) > most:
        yield Problem(path=path, rule=f"{len(text)} characters, at most {most}")


def of_length(path: str, text: object, least: int, most: int) -> Iterator[Problem]:
    length = len(text) if isinstance(text, str) else 0
    if not least <= length <= most:
        yield Problem(path=path, rule=f"{length} characters, must be {least} to {most}")
