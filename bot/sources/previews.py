"""Fetch a preview that a service has named; what goes wrong is the service's doing."""

import httpx

from bot.errors import NoPreviewError, SourceDownError, UnusableAudioError
from bot.sources.download import HostRules, download

# Thirty seconds are 480 kB of MP3 at Deezer and 1 MB of AAC at iTunes.
MAX_BYTES = 8 * 2**20
MAX_SECONDS = 20.0


async def fetch_preview(
    http: httpx.AsyncClient, url: str, *, service: str, hosts: HostRules
) -> bytes:
    """Return the preview at `url`.

    Raises ExpiredError where the link is too old, SourceDownError where `service` sends nothing
    or a page instead of audio, and NoPreviewError where it sends far too much.
    """
    try:
        return await download(http, url, hosts=hosts, max_bytes=MAX_BYTES, seconds=MAX_SECONDS)
    except SourceDownError as error:
        raise SourceDownError(service) from error
    except UnusableAudioError as error:
        if error.reason == "too_large":
            raise NoPreviewError(f"The preview that {service} sends is far too large.") from error
        # A sign-in or error page in between, or half a file: the next try may get the audio.
        raise SourceDownError(service) from error
