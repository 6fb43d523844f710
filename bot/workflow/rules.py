"""What a playlist asks of a submission: pure checks that name the rule and when it lets go."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.errors import RuleError
from bot.messages import plain
from db.types import AiPolicy, AiUse

# The rules about taste, which an artist may submit against, once.
FIT = frozenset({"explicit", "genres", "languages", "release_age"})

# One "submit anyway" in this time: often, it would be no exception any more.
_ANYWAY_EVERY = timedelta(days=7)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A playlist's rules. None means that there is no such limit, an empty list any value."""

    playlist: str
    paused: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    intake_cap: int | None = None
    waiting_per_artist: int | None = None
    per_member_7d: int | None = None
    ai_policy: AiPolicy = AiPolicy.ALLOW
    ownership_required: bool = False
    explicit_allowed: bool = True
    genres: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    max_release_age_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the artist says with a track. `anyway`: it may not suit, and is sent all the same."""

    ai_use: AiUse | None = None
    owns_rights: bool = False
    genre: str | None = None
    language: str | None = None
    anyway: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the services say of a track; None is unknown, and lets it through.

    `release_date` is a day, a month or a year: `2026-11-20`, `2026-11`, `2026`.
    """

    explicit: bool | None = None
    release_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counts against the limits at this moment.

    `place_free_at` is when, at its present pace, the playlist will have answered one more.
    """

    waiting: int
    waiting_of_artist: int
    accepted_7d: tuple[datetime, ...] = ()
    anyway_7d: tuple[datetime, ...] = ()
    place_free_at: datetime | None = None


def check(rules: Rules, standing: Standing, *, said: Said, now: datetime) -> None:
    """Raise RuleError for the first rule that refuses, or return."""
    check_open(rules, now=now)
    check_said(rules, said)
    check_intake(rules, standing)
    check_artist(rules, standing, now=now)
    check_fit(rules, standing, said=said, known=Known(), now=now)


def check_open(rules: Rules, *, now: datetime) -> None:
    """Raise RuleError while the playlist takes nothing."""
    if rules.opens_at is not None and now < rules.opens_at:
        raise RuleError(
            f"{rules.playlist} is closed and opens on {_utc(rules.opens_at, '%d %b %Y')}.",
            rule="opens_at",
            possible_at=rules.opens_at,
        )
    if rules.paused or (rules.closes_at is not None and now >= rules.closes_at):
        raise RuleError(
            f"{rules.playlist} is closed at the moment, and no date is set yet on which it opens"
            " again. The open calls show which playlists are open.",
            rule="closed",
        )


def check_said(rules: Rules, said: Said) -> None:
    """Raise RuleError where the artist has to say more, or says what the playlist does not take."""
    if rules.ai_policy is AiPolicy.DECLARED and said.ai_use is None:
        raise RuleError(
            f"{rules.playlist} asks how far AI tools made the track: answer no, partly or mostly.",
            rule="ai_policy",
        )
    if rules.ai_policy is AiPolicy.NONE and said.ai_use is not AiUse.NO:
        raise RuleError(
            f"{rules.playlist} takes only tracks made without AI tools; say so when you submit.",
            rule="ai_policy",
        )
    if rules.ownership_required and not said.owns_rights:
        raise RuleError(
            f"{rules.playlist} asks you to confirm that you own or represent the track; tick it"
            " when you submit.",
            rule="ownership",
        )


def check_intake(rules: Rules, standing: Standing) -> None:
    """Raise RuleError where the queue is full."""
    if rules.intake_cap is None or standing.waiting < rules.intake_cap:
        return
    free_at = standing.place_free_at
    when = (
        f"At its present pace a place is free about {_utc(free_at, '%d %b')}."
        if free_at
        else "Please try again in a few days."
    )
    raise RuleError(
        f"{rules.playlist} has {_tracks(standing.waiting)} waiting and takes no more until some"
        f" are answered. {when}",
        rule="intake_cap",
        possible_at=free_at,
    )


def check_artist(rules: Rules, standing: Standing, *, now: datetime) -> None:
    """Raise RuleError where the artist has enough waiting, or has sent enough this week.

    The artist is who sends, and who plays.
    """
    limit = rules.waiting_per_artist
    if limit is not None and standing.waiting_of_artist >= limit:
        raise RuleError(
            f"You, or this artist, have {_tracks(standing.waiting_of_artist)} waiting in"
            f" {rules.playlist}, which is the limit. Withdraw one, or send the next when it is"
            " answered.",
            rule="waiting_per_artist",
        )
    limit = rules.per_member_7d
    if limit is None or len(standing.accepted_7d) < limit:
        return
    # The limit lets go when the oldest of the last `limit` submissions is a week old.
    free_at = sorted(standing.accepted_7d)[-limit] + _WEEK
    if free_at > now:
        raise RuleError(
            f"You, or this artist, have sent {_tracks(len(standing.accepted_7d))} in seven days,"
            f" which is the limit. The next one is welcome from {_utc(free_at, '%d %b')} on.",
            rule="per_member_7d",
            possible_at=free_at,
        )


def check_fit(rules: Rules, standing: Standing, *, said: Said, known: Known, now: datetime) -> None:
    """Raise RuleError where the track does not suit the playlist; `anyway` lets it through once.

    The error's `anyway` says that the artist may still insist.
    """
    if said.anyway:
        _check_anyway(rules, standing, now=now)
        return
    misfits = list(_misfits(rules, said, known, now=now))
    if not misfits:
        return
    used = bool(standing.anyway_7d)
    more = "" if used else " If it belongs there all the same, submit it anyway."
    raise RuleError(
        f"{' '.join(text for _, text in misfits)}{more}", rule=misfits[0][0], anyway=not used
    )


def _check_anyway(rules: Rules, standing: Standing, *, now: datetime) -> None:
    if not standing.anyway_7d:
        return
    free_at = max(standing.anyway_7d) + _ANYWAY_EVERY
    if free_at > now:
        raise RuleError(
            f"You have submitted a track to {rules.playlist} anyway this week already. That is"
            f" possible again from {_utc(free_at, '%d %b')} on.",
            rule="anyway",
            possible_at=free_at,
        )


def _misfits(rules: Rules, said: Said, known: Known, *, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the rule and the sentence of everything that does not suit."""
    name = rules.playlist
    if known.explicit and not rules.explicit_allowed:
        yield "explicit", f"{name} takes no tracks marked explicit."
    if _names_another(said.genre, rules.genres):
        genre = plain(said.genre or "")
        yield "genres", f"{name} looks for {_either(rules.genres)}, and this is {genre}."
    if _names_another(said.language, rules.languages):
        language = plain(said.language or "")
        yield "languages", f"{name} takes {_either(rules.languages)}, and this is {language}."
    limit = rules.max_release_age_days
    released = _latest_day(known.release_date)
    if limit is not None and released is not None and (now.date() - released).days > limit:
        old = f"and this one is from {plain(known.release_date or '')}"
        yield "release_age", f"{name} takes what came out in the last {limit} days, {old}."


def _names_another(said: str | None, wanted: tuple[str, ...]) -> bool:
    if not said or not wanted:
        return False
    return said.strip().casefold() not in {one.strip().casefold() for one in wanted}


def _latest_day(text: str | None) -> date | None:
    """Return the last day that a service's date may mean: of a year alone, its last."""
    parts = (text or "").split("-")
    if len(parts) > 3 or not all(part.isdecimal() for part in parts):
        return None
    year, month, day = (int(part) for part in (*parts, *("12", "31")[len(parts) - 1 :]))
    try:
        return date(year, month, min(day, monthrange(year, month)[1]))
    except ValueError:  # "0000" is how Spotify writes that it does not know
        return None


def _either(words: tuple[str, ...]) -> str:
    shown = [plain(word) for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _utc(moment: datetime, day: str) -> str:
    return f"{moment.astimezone(UTC):{day}, %H:%M} UTC"


def _tracks(count: int) -> str:
    return "1 track" if count == 1 else f"{count} tracks"
