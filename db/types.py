"""Column types that both databases treat alike, and the choices they store."""

# ruff: noqa: ARG002  SQLAlchemy passes the dialect by name.

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import JSON, DateTime, Dialect, Enum, LargeBinary, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

# Wide enough for every choice, so that a new value changes the CHECK and never the column type.
_CHOICE_LENGTH = 20

# A JSON `null` and a missing value are the same thing here: SQL NULL.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Platform(StrEnum):
    CONSOLE = "console"
    DISCORD = "discord"
    SLACK = "slack"


class Role(StrEnum):
    """What a member may do for one playlist; an admin may do all that a curator may."""

    CURATOR = "curator"
    ADMIN = "admin"


class Answer(StrEnum):
    """What a curator says to a submission, in a decision or in a vote."""

    KEEP = "keep"
    MAYBE = "maybe"
    DECLINE = "decline"


class AiPolicy(StrEnum):
    """What a playlist says to music made with AI; `declared` takes it when the artist told."""

    ALLOW = "allow"
    DECLARED = "declared"
    NONE = "none"


class AiUse(StrEnum):
    """What the artist told about AI in the making of the track."""

    NO = "no"
    PARTLY = "partly"
    MOSTLY = "mostly"


class Level(StrEnum):
    """The likeliest third of comparable tracks by popularity."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class BlockKind(StrEnum):
    """Whom a block keeps out: who sends, or who plays."""

    USER = "user"
    ARTIST = "artist"


class CodePurpose(StrEnum):
    """What a one-time code joins: two accounts of one person, or two places of one desk."""

    PERSON = "person"
    WORKSPACE = "workspace"


class EventKind(StrEnum):
    """What happened to a submission. `moved` and `undone` are the two that change its status."""

    SUBMITTED = "submitted"
    RESOLVED = "resolved"
    SCORED = "scored"
    UNSCORED = "unscored"
    MOVED = "moved"
    UNDONE = "undone"
    CLAIMED = "claimed"
    RELEASED = "released"
    SNOOZED = "snoozed"
    # What a curator voted is in the votes, as others may not see it yet.
    VOTED = "voted"
    UNVOTED = "unvoted"
    # Their text is the event's note.
    NOTED = "noted"
    ASKED = "asked"
    ANSWERED = "answered"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    REMINDED = "reminded"


class Welcome(StrEnum):
    """What an artist may send after a decline."""

    NEW_MIX = "new_mix"
    OTHER_SONG = "other_song"
    NOT_THIS_ONE = "not_this_one"


class DigestOutcome(StrEnum):
    SENT = "sent"
    SKIPPED = "skipped"


class Delivery(StrEnum):
    """What became of a message in the outbox."""

    SENT = "sent"
    # There was nothing to tell any more, or a later row told it.
    DROPPED = "dropped"
    # The platform will not take it: closed direct messages, a deleted channel.
    REFUSED = "refused"
    # It could not be sent for so long that it no longer helps, or the platform calls it malformed.
    FAILED = "failed"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC to the microsecond; a naive one is refused."""

    # SQLite drops the offset without converting: 12:00+02:00 would come back as a naive 12:00.
    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Vector(TypeDecorator[NDArray[np.float32]]):
    """A one-dimensional float32 array, stored as little-endian bytes; it comes back read-only."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(
        self, value: NDArray[np.float32] | None, dialect: Dialect
    ) -> bytes | None:
        if value is None:
            return None
        if value.ndim != 1 or not np.isfinite(value).all():
            raise ValueError(f"an embedding is one row of finite numbers, not {value.shape}")
        return value.astype("<f4").tobytes()

    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> NDArray[np.float32] | None:
        return None if value is None else np.frombuffer(value, dtype="<f4")


def choice(kind: type[StrEnum], *, column: str) -> Enum:
    """Return the type of `column`: text that a CHECK keeps to the values of `kind`."""
    return Enum(
        kind,
        name=column,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=_CHOICE_LENGTH,
        values_callable=_values,
    )


def _values(kind: Any) -> list[str]:
    # By default SQLAlchemy stores the names: a renamed member would change the stored rows.
    return [member.value for member in kind]
