"""What a playlist's week is called, and its numbers in words."""

from collections.abc import Callable
from datetime import datetime

from bot.messages import DigestView, Meter, plain
from bot.texts import day
from scoring.ranking import span


def meter_text(meter: Meter) -> str:
    """Return `12 of 60 kept (12 to 32 %)`, or say that there are too few to tell."""
    kept = f"{meter.keeps} of {meter.decided} kept"
    if meter.too_few:
        return f"{kept}, too few to say"
    low, high = meter.interval()
    return f"{kept} ({100 * low:.0f} to {100 * high:.0f} %)"


def digest_title(view: DigestView) -> str:
    return f"{plain(view.playlist)}, week {view.iso_week}"


def digest_lines(view: DigestView, *, when: Callable[[datetime], str] = day) -> list[str]:
    """Return the digest's numbers as lines, most important first."""
    answered = f"{view.kept} kept · {view.maybe} maybe · {view.declined} declined"
    unanswered = f"{view.expired} expired unanswered · {view.waiting} still waiting"
    lines = [answered, unanswered]
    if view.reversed:
        decisions = "1 decision" if view.reversed == 1 else f"{view.reversed} decisions"
        lines.append(f"{decisions} reversed")
    if view.median_wait_days is not None:
        lines.append(f"median wait {span(view.median_wait_days)}")
    lines.append(f"discovery picks: {meter_text(view.discovery)}")
    lines.append(f"the rest: {meter_text(view.rest)}")
    if view.workload:
        shares = ", ".join(f"{plain(one.by)} {one.tracks}" for one in view.workload)
        lines.append(f"heard by: {shares}")
    if view.opens_at is not None:
        lines.append(f"opens to submissions again on {when(view.opens_at)}")
    return lines


def empty_digest_text(view: DigestView) -> str:
    return f"Nothing was added to {plain(view.playlist)} this week."
