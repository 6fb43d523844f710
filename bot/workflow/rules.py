"""What a playlist asks of a submission: pure checks that name the rule and when it lets go."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import RuleError
from db.types import AiPolicy, AiUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A playlist's rules. None means that there is no such limit."""

    playlist: str
    paused: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    intake_cap: int | None = None
    waiting_per_artist: int | None = None
    per_member_7d: int | None = None
    ai_policy: AiPolicy = AiPolicy.ALLOW
    explicit_allowed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counts against the limits at this moment."""

    waiting: int
    waiting_of_artist: int
    accepted_7d: tuple[datetime, ...] = ()


def check(rules: Rules, standing: Standing, *, ai_use: AiUse | None, now: datetime) -> None:
    """Raise RuleError for the first rule that refuses, or return."""
    _open(rules, now=now)
    _ai(rules, ai_use)
    if rules.intake_cap is not None and standing.waiting >= rules.intake_cap:
        raise RuleError(
            f"{rules.playlist} has {standing.waiting} tracks waiting and takes no more until"
            " some are answered. Please try again in a few days.",
            rule="intake_cap",
        )
    limit = rules.waiting_per_artist
    if limit is not None and standing.waiting_of_artist >= limit:
        raise RuleError(
            f"You have {_tracks(standing.waiting_of_artist)} waiting in {rules.playlist}, which is"
            " the limit. Withdraw one, or send the next when it is answered.",
            rule="waiting_per_artist",
        )
    _weekly(rules, standing, now=now)


def check_explicit(rules: Rules, *, explicit: bool | None) -> None:
    """Raise RuleError where the playlist takes no explicit tracks; unknown is let through."""
    if explicit and not rules.explicit_allowed:
        raise RuleError(f"{rules.playlist} takes no tracks marked explicit.", rule="explicit")


def _open(rules: Rules, *, now: datetime) -> None:
    if rules.opens_at is not None and now < rules.opens_at:
        raise RuleError(
            f"{rules.playlist} is closed and opens on {_utc(rules.opens_at, '%d %b %Y')}.",
            rule="opens_at",
            possible_at=rules.opens_at,
        )
    if rules.paused or (rules.closes_at is not None and now >= rules.closes_at):
        raise RuleError(
            f"{rules.playlist} is closed at the moment. Nothing is lost: send the track when it"
            " opens again.",
            rule="closed",
        )


def _ai(rules: Rules, ai_use: AiUse | None) -> None:
    if rules.ai_policy is AiPolicy.DECLARED and ai_use is None:
        raise RuleError(
            f"{rules.playlist} asks how far AI tools made the track: answer no, partly or mostly.",
            rule="ai_policy",
        )
    if rules.ai_policy is AiPolicy.NONE and ai_use is not AiUse.NO:
        raise RuleError(
            f"{rules.playlist} takes only tracks made without AI tools; say so when you submit.",
            rule="ai_policy",
        )


def _weekly(rules: Rules, standing: Standing, *, now: datetime) -> None:
    limit = rules.per_member_7d
    if limit is None or len(standing.accepted_7d) < limit:
        return
    # The limit lets go when the oldest of the last `limit` submissions is a week old.
    free_at = sorted(standing.accepted_7d)[-limit] + timedelta(days=7)
    if free_at > now:
        raise RuleError(
            f"You have sent {_tracks(len(standing.accepted_7d))} in seven days, which is the"
            f" limit. The next one is welcome from {_utc(free_at, '%d %b')} on.",
            rule="per_member_7d",
            possible_at=free_at,
        )


def _utc(moment: datetime, day: str) -> str:
    return f"{moment.astimezone(UTC):{day}, %H:%M} UTC"


def _tracks(count: int) -> str:
    return "1 track" if count == 1 else f"{count} tracks"
