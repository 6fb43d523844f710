"""Fetching a file that somebody sent with a command or a form."""

import asyncio

import aiohttp

from bot.chat.forms import Upload
from bot.errors import UnusableAudioError

_TIMEOUT_S = 60.0
_CHUNK = 64 * 1024
_TRIES = 3


async def download(upload: Upload, *, max_bytes: int) -> bytes:
    """Return a file's content, or raise UnusableAudioError where it is too large or gone.

    What Discord says of the size is checked first, and what really comes is counted.
    """
    if upload.size > max_bytes:
        raise _too_large(max_bytes)
    for number in range(_TRIES):
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await _fetch(upload.url, max_bytes=max_bytes)
        except aiohttp.ClientResponseError as error:
            if error.status < 500:
                raise _gone() from error
        except (aiohttp.ClientError, TimeoutError) as error:
            if number == _TRIES - 1:
                raise _gone() from error
    raise _gone()


async def _fetch(url: str, *, max_bytes: int) -> bytes:
    content = bytearray()
    async with (
        aiohttp.ClientSession() as http,
        http.get(url, raise_for_status=True) as reply,
    ):
        async for chunk in reply.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > max_bytes:
                raise _too_large(max_bytes)
    return bytes(content)


def _too_large(max_bytes: int) -> UnusableAudioError:
    return UnusableAudioError(
        f"That file is larger than {max_bytes / 2**20:.0f} MiB. Send a shorter one, or an mp3.",
        reason="too_large",
    )


def _gone() -> UnusableAudioError:
    return UnusableAudioError(
        "Discord did not hand over that file. Please send it again.", reason="lost"
    )
