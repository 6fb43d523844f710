"""Measuring texts and lists against what Slack takes."""

from collections.abc import Iterator, Sized


def too_long(what: str, text: object, most: int) -> Iterator[str]:
    if isinstance(text, str) and len(text) > most:
        yield f"{what} is too long: {len(text)} characters, at most {most}"


def too_many(what: str, items: Sized, most: int, *, least: int = 1) -> Iterator[str]:
    if not least <= len(items) <= most:
        yield f"{len(items)} {what}, must be {least} to {most}"


def texts(what: str, said: object, most: int, *, plain: bool = False) -> Iterator[str]:
    """Check a text object: there, of the right kind, not empty and not too long."""
    if not isinstance(said, dict) or said.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{what} is no text object: {said!r}"
        return
    if plain and said["type"] != "plain_text":
        yield f"{what} must be plain_text"
    text = said.get("text")
    if not isinstance(text, str) or not text:
        yield f"{what} must be more than 0 characters"
    yield from too_long(what, text, most)
