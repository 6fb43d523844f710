"""What people read of their own data, their messages and their accounts."""

from collections.abc import Sequence
from datetime import datetime

from bot.messages import plain

DELETE_QUESTION = (
    "You will be forgotten at once: what waits is withdrawn, your files, notes and accounts go, and"
    " what was decided stays without your name. This cannot be taken back."
)


def saved_text(path: str) -> str:
    return f"Everything that is kept of you is in {path}."


def deleted_text(submissions: int, withdrawn: int) -> str:
    """Tell what a deletion has done."""
    if not submissions:
        return "You are forgotten. You had sent nothing."
    tracks = "1 submission has" if submissions == 1 else f"{submissions} submissions have"
    waiting = f"; {withdrawn} of them still waited and was withdrawn" if withdrawn == 1 else ""
    if withdrawn > 1:
        waiting = f"; {withdrawn} of them still waited and were withdrawn"
    return f"You are forgotten. {tracks} lost your name{waiting}."


def retired_text(submissions: int) -> str:
    return f"Submissions that were over a year ago and lost their sender's name: {submissions}."


def dm_text(*, allowed: bool) -> str:
    if allowed:
        return "Answers come to you as direct messages."
    return "You get no direct messages. Answers stand in the list of your submissions."


def code_text(code: str, expires_at: datetime) -> str:
    return (
        f"Your code is {code}. Type it with your other account before"
        f" {expires_at:%H:%M %Z}, and show it to nobody."
    )


def linked_text(name: str, accounts: Sequence[str]) -> str:
    """Tell which accounts are one person now."""
    return f"{plain(name)} is one person with {', '.join(plain(one) for one in accounts)}."
