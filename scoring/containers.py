"""What a file's headers say: which kind of audio it is, and whether all of it is here.

The decoders do not tell a file that was cut off from a short one, so every length that a
container declares is compared with the bytes at hand before anything is decoded. Nothing is known
for an mp3 without a Xing header: such a file may have lost its end unnoticed.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from scoring.errors import CorruptAudioError, NotAudioError, TruncatedAudioError


class Container(StrEnum):
    WAV = "wav"
    AIFF = "aiff"
    FLAC = "flac"
    OGG = "ogg"
    OPUS = "opus"
    MP3 = "mp3"
    ADTS = "aac"
    MP4 = "mp4"
    MATROSKA = "matroska"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`content` begins with the container's own first byte: leading tags are gone.

    `seconds` is the playing time where the headers alone give it exactly.
    """

    container: Container
    content: bytes
    seconds: float | None = None


_WANTED: Final = "Send an mp3, m4a, ogg, flac, wav or webm file."

# First bytes of things that people send by mistake, and what to call them.
_NOT_AUDIO: Final = (
    (re.compile(rb"\s*(?:<!doctype html|<html|<head|<!--|<\?xml)", re.IGNORECASE), "a web page"),
    (re.compile(rb"\s*[{\[]"), "a text or data file"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP", re.DOTALL), "a picture"),
    (re.compile(rb"%PDF"), "a PDF document"),
    (re.compile(rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b"), "an archive"),
    (re.compile(rb"MThd"), "a MIDI file, which holds notes but no sound"),
    (re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), "a Windows Media file"),
)

# Sizes from here on mean "not known": writers to a pipe put -1 or the largest signed number.
_UNKNOWN_SIZE: Final = 0x7FFF_0000

# Junk between the tag and the first frame is common; more than this is not an mp3.
_SEARCH_BYTES: Final = 65_536

_SYNC: Final = re.compile(rb"\xff[\xe0-\xff]")
_XING: Final = re.compile(rb"(?:Xing|Info)(.{4})", re.DOTALL)
_VBRI: Final = re.compile(rb"VBRI.{6}(.{4})", re.DOTALL)

# ISO 11172-3 and 13818-3, layer III; the rates of MPEG-2 and 2.5 are a half and a quarter.
_MPEG1_KBITS: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBITS: Final = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG1_RATES: Final = (44_100, 48_000, 32_000)

# Tags at the end and miscounted first frames make the declared size wrong by about a frame.
_LONGEST_MP3_FRAME: Final = 1_441

# ISO 13818-7, sampling_frequency_index.
_ADTS_RATES: Final = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)


def identify(data: bytes) -> Found:
    """Return what `data` is, or raise NotAudioError or TruncatedAudioError."""
    if not data:
        raise NotAudioError(f"The file is empty. {_WANTED}")
    content = data[_tag_bytes(data) :]
    for pattern, check in _CHECKS:
        if pattern.match(content):
            return check(content)
    for pattern, name in _NOT_AUDIO:
        if pattern.match(content):
            raise NotAudioError(f"The file is {name}, not audio. {_WANTED}")
    return _bare_frames(content)


def cut_off() -> TruncatedAudioError:
    return TruncatedAudioError(
        "The file ends before it says it does, so the upload or the download broke off."
        " Please send it again."
    )


def _tag_bytes(data: bytes) -> int:
    """Return the length of the ID3 tags that `data` begins with."""
    start = 0
    while data[start : start + 3] == b"ID3" and len(data) >= start + 10:
        a, b, c, d = (byte & 0x7F for byte in data[start + 6 : start + 10])
        start += 10 + (a << 21 | b << 14 | c << 7 | d)
        if start > len(data):
            raise cut_off()
    return start


def _checked_wav(content: bytes) -> Found:
    _check_chunks(content, "little")
    return Found(container=Container.WAV, content=content)


def _checked_aiff(content: bytes) -> Found:
    _check_chunks(content, "big")
    return Found(container=Container.AIFF, content=content)


def _checked_flac(content: bytes) -> Found:
    """Check that the metadata is whole; the decoder compares the declared samples with its own."""
    position, last = 4, False
    while not last and position < len(content):
        last = bool(content[position] & 0x80)
        position += 4 + int.from_bytes(content[position + 1 : position + 4], "big")
    if position >= len(content):
        raise cut_off()
    return Found(container=Container.FLAC, content=content)


def _checked_matroska(content: bytes) -> Found:
    """Check that the segment, which follows the header and holds all the rest, is whole."""
    position = 4
    position += sum(_ebml_number(content, position))
    width, size = _ebml_number(content, position + 4)
    # Browsers record without knowing the size, and say so by setting every bit.
    known = size < (1 << 7 * width) - 1
    if not width or (known and position + 4 + width + size > len(content)):
        raise cut_off()
    return Found(container=Container.MATROSKA, content=content)


def _ebml_number(content: bytes, at: int) -> tuple[int, int]:
    """Return how many bytes the number at `at` takes, and the number; (0, 0) past the end."""
    first = content[at] if at < len(content) else 0
    width = 9 - first.bit_length() if first else 0
    number = int.from_bytes(content[at : at + width], "big")
    return width, number & ((1 << 7 * width) - 1)


def _check_chunks(content: bytes, byteorder: Literal["little", "big"]) -> None:
    """Check that a RIFF or IFF file, and every chunk in it, ends inside the bytes at hand."""
    position = 12
    while position + 8 <= len(content):
        size = int.from_bytes(content[position + 4 : position + 8], byteorder)
        # Programs that write to a pipe cannot go back to fill in the size.
        if size >= _UNKNOWN_SIZE:
            break
        position += 8 + size
        if position > len(content):
            raise cut_off()
        position += size % 2
    whole = 8 + int.from_bytes(content[4:8], byteorder)
    if len(content) < whole < _UNKNOWN_SIZE:
        raise cut_off()


def _checked_ogg(content: bytes) -> Found:
    """Walk the pages: the last one must be whole and carry the end-of-stream mark."""
    position, ended = 0, False
    while content.startswith(b"OggS", position):
        header = content[position : position + 27]
        lacing = content[position + 27 : position + 27 + header[-1]]
        if len(header) < 27 or len(lacing) < header[26]:
            raise cut_off()
        ended = bool(header[5] & 0x04)
        position += 27 + len(lacing) + sum(lacing)
    rest = content[position : position + 4]
    if position > len(content) or (not ended and b"OggS".startswith(rest)):
        raise cut_off()
    if not ended:
        raise CorruptAudioError("The Ogg file is damaged in the middle. Please export it again.")
    opus = content[28:36] == b"OpusHead"
    return Found(container=Container.OPUS if opus else Container.OGG, content=content)


def _checked_mp4(content: bytes) -> Found:
    """Check that every top-level box ends inside the file, and that the index is there."""
    position, boxes = 0, set[bytes]()
    while position + 8 <= len(content):
        size, name = struct.unpack_from(">I4s", content, position)
        if size == 1:
            size = int.from_bytes(content[position + 8 : position + 16], "big")
        if not name.isalnum() or 0 < size < 8:
            break  # Junk after the last box does no harm.
        boxes.add(name)
        position += size or len(content) - position
    if position > len(content) or b"moov" not in boxes:
        raise cut_off()
    return Found(container=Container.MP4, content=content)


def _bare_frames(content: bytes) -> Found:
    """Find the first two frames in a row of an mp3 or of a bare AAC stream."""
    for match in _SYNC.finditer(content, 0, _SEARCH_BYTES):
        for frame_bytes, check in (
            (_mp3_frame_bytes, _checked_mp3),
            (_adts_frame_bytes, _checked_adts),
        ):
            size = frame_bytes(content, match.start())
            if size and frame_bytes(content, match.start() + size):
                return check(content[match.start() :])
    raise NotAudioError(f"The file is not audio of a kind that can be read. {_WANTED}")


def _mp3_frame_bytes(content: bytes, at: int) -> int | None:
    """Return the length of the layer III frame at `at`, or None where there is none."""
    head = int.from_bytes(content[at : at + 4], "big")
    version, layer, bitrate, rate = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != 1 or not 0 < bitrate < 15 or rate == 3:
        return None
    # A frame is 1152 samples in MPEG-1 and half of that later: samples * bit rate / 8.
    bits = 144 * _MPEG1_KBITS[bitrate - 1] if version == 3 else 72 * _MPEG2_KBITS[bitrate - 1]
    return 1000 * bits // _mp3_hertz(version, rate) + (head >> 9 & 1)


def _checked_mp3(content: bytes) -> Found:
    """Compare the size that the first frame declares, if it does, with the bytes at hand."""
    if match := _XING.search(content, 0, 64):
        flags = int.from_bytes(match[1], "big")
        at = match.end() + (4 if flags & 1 else 0)
        declared = int.from_bytes(content[at : at + 4], "big") if flags & 2 else 0
    elif match := _VBRI.search(content, 0, 64):
        declared = int.from_bytes(match[1], "big")
    else:
        return Found(
            container=Container.MP3, content=content, seconds=_counted_mp3_seconds(content)
        )
    if len(content) < declared - _LONGEST_MP3_FRAME:
        raise cut_off()
    return Found(container=Container.MP3, content=content)


def _counted_mp3_seconds(content: bytes) -> float:
    """Count the frames; decoders guess the length from the bit rate of the first one."""
    position, frames = 0, 0
    while position < len(content):
        if size := _mp3_frame_bytes(content, position):
            position += size
            frames += 1
        elif match := _SYNC.search(content, position + 1):
            position = match.start()
        else:
            break
    version, rate = content[1] >> 3 & 3, content[2] >> 2 & 3
    return frames * (1152 if version == 3 else 576) / _mp3_hertz(version, rate)


def _mp3_hertz(version: int, rate: int) -> int:
    return _MPEG1_RATES[rate] // {3: 1, 2: 2, 0: 4}[version]


def _adts_frame_bytes(content: bytes, at: int) -> int | None:
    """Return the length of the AAC frame at `at`, or None where there is none."""
    head = int.from_bytes(content[at : at + 7], "big")
    if head >> 44 != 0xFFF or head >> 41 & 3 or head >> 34 & 15 >= len(_ADTS_RATES):
        return None
    return max(head >> 13 & 0x1FFF, 7)


def _checked_adts(content: bytes) -> Found:
    """Count the frames, for nothing in the stream tells its length."""
    position, blocks = 0, 0
    while size := _adts_frame_bytes(content, position):
        position += size
        blocks += (content[position - size + 6] & 3) + 1
    if position > len(content):
        raise cut_off()
    hertz = _ADTS_RATES[content[2] >> 2 & 15]
    return Found(container=Container.ADTS, content=content, seconds=1024 * blocks / hertz)


# First bytes of the containers that have any; mp3 and bare AAC are known by their frames.
_CHECKS: Final[tuple[tuple[re.Pattern[bytes], Callable[[bytes], Found]], ...]] = (
    (re.compile(rb"(?:RIFF|RF64)....WAVE", re.DOTALL), _checked_wav),
    (re.compile(rb"FORM....AIF[FC]", re.DOTALL), _checked_aiff),
    (re.compile(rb"fLaC"), _checked_flac),
    (re.compile(rb"OggS"), _checked_ogg),
    (re.compile(rb"....ftyp", re.DOTALL), _checked_mp4),
    (re.compile(rb"\x1a\x45\xdf\xa3"), _checked_matroska),
)
