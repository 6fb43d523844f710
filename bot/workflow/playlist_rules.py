"""A playlist's rules as people type them: `intake_cap=40`, `digest_weekday=friday`.

One table for the console, for forms in a chat and for what they show: what is shown can be typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import partial
from typing import Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import RuleError
from bot.messages import plain
from db.playlists import Rules
from db.types import AiPolicy

NOTHING: Final = "none"
_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_YES, _NO = frozenset({"yes", "y", "true", "on", "1"}), frozenset({"no", "n", "false", "off", "0"})
_MOST_WORDS = 20


def shown(value: object) -> str:
    """Return a rule's value as it may be typed again."""
    match value:
        case None | []:
            text = NOTHING
        case bool():
            text = "yes" if value else "no"
        case time():
            text = f"{value:%H:%M}"
        case float():
            text = f"{value:g}"
        case list():
            text = ", ".join(str(word) for word in value)
        case _:
            text = str(value)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetting:
    """One rule that can be typed. `read` raises ValueError with what may be typed instead."""

    key: str
    meaning: str
    read: Callable[[str], object]
    optional: bool = False
    show: Callable[[object], str] = shown


def parse_rules(changes: Mapping[str, str]) -> Rules:
    """Return typed rules as values, or raise RuleError that names the first wrong one."""
    known = {setting.key: setting for setting in SETTINGS}
    read: dict[str, object] = {}
    for key, text in changes.items():
        setting = known.get(key)
        if setting is None:
            near = get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(known)}."
            raise RuleError(f"There is no rule called {plain(key)!r}.{hint}", rule="setting")
        read[key] = _read(setting, text)
    # The readers of SETTINGS give each key the type that `Rules` names; a test walks both.
    return cast("Rules", read)


def readable(changes: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return which of the typed rules can be read, and for each other one why not."""
    good: dict[str, str] = {}
    wrong: list[str] = []
    for key, text in changes.items():
        try:
            parse_rules({key: text})
        except RuleError as error:
            wrong.append(str(error))
        else:
            good[key] = text
    return good, wrong


def _read(setting: RuleSetting, text: str) -> object:
    typed = plain(text, limit=1000)
    if setting.optional and typed.casefold() in {"", NOTHING}:
        return None
    try:
        return setting.read(typed)
    except ValueError as error:
        raise RuleError(
            f"{setting.key} is {setting.meaning}: {error}, not {plain(text)!r}.", rule="setting"
        ) from error


def _whole(text: str, *, least: int, most: int) -> int:
    told = f"a whole number from {least} to {most}"
    try:
        number = int(text)
    except ValueError as error:
        raise ValueError(told) from error
    if not least <= number <= most:
        raise ValueError(told)
    return number


def _share(text: str, *, least: float, most: float) -> float:
    told = f"a number from {least:g} to {most:g}"
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError(told) from error
    if not least <= number <= most:
        raise ValueError(told)
    return number


def _yes_or_no(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise ValueError("yes or no")


def _words(text: str) -> list[str]:
    if text.casefold() == NOTHING:
        return []
    words = [word.strip() for word in text.split(",")]
    kept = list(dict.fromkeys(word for word in words if word))
    if len(kept) > _MOST_WORDS:
        raise ValueError(f"at most {_MOST_WORDS} words with commas between them")
    return kept


def _policy(text: str) -> AiPolicy:
    try:
        return AiPolicy(text.casefold())
    except ValueError as error:
        raise ValueError(f"one of {', '.join(AiPolicy)}") from error


def _weekday(text: str) -> int:
    word = text.casefold()
    if word in {str(number) for number in range(1, 8)}:
        return int(word)
    found = [number for number, day in enumerate(_WEEKDAYS, start=1) if day.startswith(word)]
    if len(found) != 1:
        raise ValueError("a day of the week, such as friday")
    return found[0]


def _weekday_name(value: object) -> str:
    return next(day for number, day in enumerate(_WEEKDAYS, start=1) if number == value)


def _time(text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        raise ValueError("a time of the day, such as 17:00") from error
    if found.tzinfo is not None:
        raise ValueError("a time of the day without a zone, such as 17:00")
    return found.replace(second=0, microsecond=0)


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("an IANA time zone, such as Europe/Berlin") from error
    return text


def _spotify_playlist(text: str) -> str:
    bare = text.rsplit("/", 1)[-1].rsplit(":", 1)[-1].split("?", 1)[0]
    if len(bare) != 22 or not bare.isascii() or not bare.isalnum():
        raise ValueError("a link to a Spotify playlist")
    return bare


_count = partial(_whole, least=1)

SETTINGS: Final = (
    RuleSetting(
        key="intake_cap",
        meaning="how many may wait before it is full",
        read=partial(_count, most=10_000),
        optional=True,
    ),
    RuleSetting(
        key="waiting_per_artist",
        meaning="how many of one artist may wait at a time",
        read=partial(_count, most=1000),
        optional=True,
    ),
    RuleSetting(
        key="per_member_7d",
        meaning="how many one artist may send in seven days",
        read=partial(_count, most=1000),
        optional=True,
    ),
    RuleSetting(
        key="resubmit_after_days",
        meaning="after how many days a declined track may come again",
        read=partial(_whole, least=0, most=3650),
    ),
    RuleSetting(
        key="ai_policy",
        meaning="what it says to AI tools: allow, declared (if told) or none",
        read=_policy,
    ),
    RuleSetting(
        key="ownership_required",
        meaning="whether artists must tick that the track is theirs",
        read=_yes_or_no,
    ),
    RuleSetting(key="genres", meaning="which genres suit it, or none for all", read=_words),
    RuleSetting(key="languages", meaning="which languages suit it, or none for all", read=_words),
    RuleSetting(key="explicit_allowed", meaning="whether explicit tracks suit it", read=_yes_or_no),
    RuleSetting(
        key="max_release_age_days",
        meaning="how many days ago a track may have come out",
        read=partial(_count, most=36_500),
        optional=True,
    ),
    RuleSetting(
        key="answer_days",
        meaning="within how many days artists are promised an answer",
        read=partial(_count, most=365),
    ),
    RuleSetting(
        key="votes_needed", meaning="how many keeps a track needs", read=partial(_count, most=50)
    ),
    RuleSetting(
        key="hide_scores",
        meaning="whether curators see scores only after their vote",
        read=_yes_or_no,
    ),
    RuleSetting(
        key="discovery_share",
        meaning="the share of arrivals that is drawn by lot for an early place",
        read=partial(_share, least=0, most=1),
    ),
    RuleSetting(
        key="days_per_point",
        meaning="how many days of waiting are worth one point of fit",
        read=partial(_share, least=0.01, most=365),
    ),
    RuleSetting(
        key="capacity",
        meaning="how many tracks the playlist holds",
        read=partial(_count, most=10_000),
    ),
    RuleSetting(
        key="stay_days",
        meaning="how many days a track is planned to stay",
        read=partial(_count, most=3650),
    ),
    RuleSetting(
        key="digest_weekday",
        meaning="the day of the weekly digest",
        read=_weekday,
        show=_weekday_name,
    ),
    RuleSetting(key="digest_time", meaning="the time of the weekly digest", read=_time),
    RuleSetting(key="zone", meaning="the time zone of the digest and its weeks", read=_zone),
    RuleSetting(
        key="spotify_playlist_id",
        meaning="the Spotify playlist that it feeds",
        read=_spotify_playlist,
        optional=True,
    ),
)
