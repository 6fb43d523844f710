"""Clients of Slack's Web API for answering people; those of the outbox are the courier's."""

import logging
from typing import Final

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

_TIMEOUT_S: Final = 10
_RETRIES: Final = 3
_SERVER_ERROR: Final = 500
URL: Final = AsyncWebClient.BASE_URL


class ServerErrors(AsyncRetryHandler):
    """Asks again after any error of the server's; slack_sdk's own knows 500 and 503 alone."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del state, request, error
        return response is not None and response.status_code >= _SERVER_ERROR


def retries() -> list[AsyncRetryHandler]:
    """Return what waits and asks again where Slack says so; slack_sdk alone does not, after 429."""
    return [
        AsyncRateLimitErrorRetryHandler(max_retry_count=_RETRIES),
        AsyncConnectionErrorRetryHandler(max_retry_count=_RETRIES),
        ServerErrors(max_retry_count=_RETRIES),
    ]


def answering_client(token: str | None = None, *, url: str = URL) -> AsyncWebClient:
    """Return a client of the Web API. It asks again where an answer got lost, too."""
    return AsyncWebClient(
        token=token,
        base_url=url,
        timeout=_TIMEOUT_S,
        retry_handlers=retries(),
        logger=_discreet(),
    )


def _discreet() -> logging.Logger:
    """Return a log for slack_sdk, which writes whole answers into its own: a new token, too."""
    log = logging.getLogger(__name__)
    log.setLevel(logging.INFO)
    return log


def whispering_client(url: str) -> AsyncWebhookClient:
    """Return a client of a response_url, where one person alone is answered."""
    return AsyncWebhookClient(url, timeout=_TIMEOUT_S, retry_handlers=retries())
