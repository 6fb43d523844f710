"""A small real audio file, where a test needs bytes that are audio."""

import io
import wave


def _wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(bytes(1_600))
    return file.getvalue()


WAV = _wav()
