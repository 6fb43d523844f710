"""What may keep a clip from being scored.

* ScoringError           str(error) is a sentence for a person; `kind` is for programs
  - AudioError           the bytes cannot be used as a clip
    - NotAudioError        they are not audio of a kind we read
    - CorruptAudioError    they are audio, but damaged
    - TruncatedAudioError  the file ends before it says it does
    - TooShortError        there is less than five seconds of it
    - TooLongError         there is more of it than we are willing to read
    - SilentAudioError     there is nothing to hear
  - ModelError           the model's files cannot be used as they are
  - EditError            a change to a clip that cannot be made, or that changes nothing
"""

from typing import ClassVar


class ScoringError(Exception):
    """`str(error)` is a sentence for a person: what is wrong, and what to do now."""

    kind: ClassVar[str] = "scoring"


class AudioError(ScoringError):
    kind = "audio"


class NotAudioError(AudioError):
    kind = "not_audio"


class CorruptAudioError(AudioError):
    kind = "corrupt"


class TruncatedAudioError(AudioError):
    kind = "truncated"


class TooShortError(AudioError):
    kind = "too_short"


class TooLongError(AudioError):
    kind = "too_long"


class SilentAudioError(AudioError):
    kind = "silent"


class ModelError(ScoringError):
    kind = "model"


class EditError(ScoringError):
    kind = "edit"
