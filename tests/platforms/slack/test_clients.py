"""Every client that answers people waits and asks again where Slack says that it must."""

import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from bot.platforms.slack.clients import answering_client, whispering_client
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.slack.server import SlackStandIn


@pytest.mark.parametrize(
    "client",
    [answering_client("xoxb-1"), whispering_client("https://hooks.slack.com/x")],
    ids=["web api", "response_url"],
)
def test_a_client_has_the_handler_that_slack_sdk_leaves_out(client: object) -> None:
    handlers = getattr(client, "retry_handlers")  # noqa: B009 - two classes without a common one
    assert any(isinstance(one, AsyncRateLimitErrorRetryHandler) for one in handlers)


async def test_a_call_that_comes_too_soon_is_made_again_by_itself() -> None:
    async with SlackStandIn.start() as slack:
        slack.set_fault(
            Fault(service=Service.SLACK, kind=FaultKind.RATE_LIMITED, retry_after=0, times=1)
        )
        told = await answering_client(slack.token, url=slack.url).auth_test()

    assert told["ok"] is True
