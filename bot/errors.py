"""What may go wrong that a person in the chat, or at the console, should hear about.

* EarmarkError            str(error) may be shown to the person; `kind` is for programs
  - LinkError             the text holds no link to one Spotify track
  - NoSuchTrackError      Spotify knows no track with this id
  - NoPreviewError        no audio source has audio for the track
  - WeakMatchError        audio was found, but it may be another recording: ask the artist
  - SourceDownError       a service did not answer; a later try may work
  - QuotaError            a service refuses until a known time
  - SourceRefusedError    a service refuses us until the operator mends something
  - UnusableAudioError    the file or the preview cannot be scored, and why
  - ScorerDownError       audio cannot be heard at all now; a later try may work
  - RuleError             a rule of the playlist refuses the submission, and when it will not
  - NotAllowedError       this person may not do this
  - NotFoundError         no playlist, submission or person of this name
  - AlreadyDoneError      somebody was faster, or it was done before
  - DeliveryError         a chat did not take a message of ours; a later try may work
    + SlowDownError       it takes no more before a known time
    + RefusedMessageError this channel or person takes none at all
    + MessageGoneError    the message to change was deleted
    + MalformedMessageError  the chat says that our message breaks its rules
  - SettingsError         a setting is missing, unknown or wrong
  - DatabaseError         the database cannot be used as it is
  - RefusedError          what was accepted turned out to be nothing that can be reviewed
"""

from datetime import datetime


class EarmarkError(Exception):
    """`str(error)` is a sentence for a person: what happened, and what to do now."""

    kind: str = "error"


class LinkError(EarmarkError):
    kind = "link"


class NoSuchTrackError(EarmarkError):
    kind = "no_such_track"


class NoPreviewError(EarmarkError):
    kind = "no_preview"


class WeakMatchError(EarmarkError):
    """`service` has a recording that may be the track; the fields say which one.

    They are what a question to the artist needs, and what makes the match certain after a yes.
    """

    kind = "weak_match"

    def __init__(
        self,
        service: str,
        *,
        title: str,
        artists: tuple[str, ...],
        isrc: str | None = None,
        duration_ms: int | None = None,
        url: str | None = None,
    ) -> None:
        by = f" by {', '.join(artists)}" if artists else ""
        seconds = (duration_ms or 0) // 1000
        length = f" ({seconds // 60}:{seconds % 60:02})" if duration_ms else ""
        super().__init__(f"{service} has “{title}”{by}{length}. Is this your recording?")
        self.service = service
        self.title = title
        self.artists = artists
        self.isrc = isrc
        self.duration_ms = duration_ms
        self.url = url


class SourceDownError(EarmarkError):
    """`service` did not answer in time or answered with a server error."""

    kind = "source_down"

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} is not answering; we will try again later.")
        self.service = service


class QuotaError(EarmarkError):
    """`service` refuses further calls until `until` (aware UTC)."""

    kind = "quota"

    def __init__(self, service: str, until: datetime) -> None:
        super().__init__(
            f"{service} has had enough calls from us; we will ask again after"
            f" {until:%Y-%m-%d %H:%M} UTC."
        )
        self.service = service
        self.until = until


class SourceRefusedError(EarmarkError):
    kind = "source_refused"


class UnusableAudioError(EarmarkError):
    """`reason` says why: the kind of a scoring error, such as not_audio, too_short or silent.

    Or it is what the file does to the process that hears it: too_heavy, took_too_long, crashed.
    """

    kind = "audio"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ScorerDownError(EarmarkError):
    """No scoring process can be had; `why` is for the operator."""

    kind = "scorer_down"

    def __init__(self, why: str) -> None:
        super().__init__(f"Audio cannot be heard now ({why}); we will try again later.")


class RuleError(EarmarkError):
    """`rule` names the playlist's rule; `possible_at` says when it stops refusing, if known.

    `anyway`: the rule is about taste, and the artist may insist once.
    """

    kind = "rule"

    def __init__(
        self,
        message: str,
        *,
        rule: str,
        possible_at: datetime | None = None,
        anyway: bool = False,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.possible_at = possible_at
        self.anyway = anyway


class NotAllowedError(EarmarkError):
    kind = "not_allowed"


class NotFoundError(EarmarkError):
    kind = "not_found"


class AlreadyDoneError(EarmarkError):
    kind = "already_done"


class DeliveryError(EarmarkError):
    """What was to be told stays in the outbox; nobody in a chat has asked for it."""

    kind = "delivery"


class SlowDownError(DeliveryError):
    """`everywhere`: the whole platform will not listen for `retry_after_s`, not one channel."""

    kind = "slow_down"

    def __init__(self, platform: str, *, retry_after_s: float, everywhere: bool = False) -> None:
        super().__init__(f"{platform} asks us to wait for {retry_after_s:.1f} s.")
        self.retry_after_s = retry_after_s
        self.everywhere = everywhere


class RefusedMessageError(DeliveryError):
    """`reason` is a key: `closed`, `gone`, `forbidden`.

    `mendable`: whoever runs the server or the team can put it right, so it is worth waiting.
    """

    kind = "refused_message"

    def __init__(self, sentence: str, *, reason: str, mendable: bool = False) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.mendable = mendable


class MessageGoneError(DeliveryError):
    kind = "message_gone"


class MalformedMessageError(DeliveryError):
    kind = "malformed_message"


class SettingsError(EarmarkError):
    kind = "settings"


class DatabaseError(EarmarkError):
    kind = "database"


class RefusedError(EarmarkError):
    """`kind` is that of the error which closed the submission, perhaps in another process."""

    def __init__(self, sentence: str, *, kind: str) -> None:
        super().__init__(sentence)
        self.kind = kind
