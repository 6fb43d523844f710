"""Pictures beside a message: uploaded into its thread, with the sentence that stands for each."""

import logging
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import Image

log = logging.getLogger(__name__)

_NAME: Final = "picture.png"


async def add_picture(
    client: AsyncWebClient, image: Image, *, channel: str, thread_ts: str
) -> None:
    """Upload a picture. Without it the message says all there is, so a failure is only noted."""
    try:
        await client.files_upload_v2(
            channel=channel,
            thread_ts=thread_ts,
            content=image.png,
            filename=_NAME,
            title=image.alt[:100],
            alt_txt=image.alt,
        )
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        log.warning("a picture could not be uploaded: %s", type(error).__name__)
