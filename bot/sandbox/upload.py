"""A file that a person hands over."""

import mimetypes
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a form, or one that a person hands over."""

    filename: str
    content: bytes
    content_type: str

    @classmethod
    def named(cls, filename: str, content: bytes) -> "Upload":
        """Guess the type from the name, as the chat services do."""
        guessed = mimetypes.guess_type(filename)[0] or "application/octet-stream"
        return cls(filename=filename, content=content, content_type=guessed)
