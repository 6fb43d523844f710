"""What kind of audio file the first bytes announce; the name and the Content-Type may lie."""

# Enough for every mark below.
HEAD_BYTES = 16

_MARKS = (
    ("flac", 0, b"fLaC"),
    ("ogg", 0, b"OggS"),
    ("webm", 0, b"\x1aE\xdf\xa3"),
    ("m4a", 4, b"ftyp"),
    ("wav", 8, b"WAVE"),
    ("aiff", 8, b"AIFF"),
    ("aiff", 8, b"AIFC"),
    ("mp3", 0, b"ID3"),
)


def audio_format(content: bytes) -> str | None:
    """Return the name of the format, or None where it is no audio that we read."""
    for name, at, mark in _MARKS:
        if content[at : at + len(mark)] == mark:
            return name
    return _frame_format(content)


def _frame_format(content: bytes) -> str | None:
    """Know an MP3 or AAC stream by the header of its first frame: it has no other mark."""
    if len(content) < 3 or content[0] != 0xFF or content[1] & 0xE0 != 0xE0:
        return None
    layer = content[1] >> 1 & 0b11
    if layer == 0:
        return "aac" if content[1] & 0xF0 == 0xF0 else None
    # Layer I is not music of today: FF FE is how UTF-16 text starts. 15 and 3 are forbidden.
    is_mp3 = layer != 0b11 and content[2] >> 4 != 15 and content[2] >> 2 & 0b11 != 3
    return "mp3" if is_mp3 else None
