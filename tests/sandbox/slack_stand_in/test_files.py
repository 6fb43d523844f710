"""Files: from the app in three steps, from people, and their download."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.people import Person
from bot.sandbox.slack.seen import text_of
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel
from bot.sandbox.upload import Upload
from tests.sandbox.slack_stand_in.small_app import client_of
from tests.sandbox.slack_stand_in.test_web_api import code_of


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return client_of(slack)


@pytest.fixture
def ana(slack: SlackStandIn, review: SlackChannel) -> Person:
    return slack.person("Ana", here=review)


async def test_a_picture_of_the_app_is_shown_in_a_thread(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person, review: SlackChannel
) -> None:
    posted = await client.chat_postMessage(channel=review.id, text="Digest")
    await client.files_upload_v2(
        channel=review.id,
        thread_ts=posted["ts"],
        content=b"\x89PNG",
        filename="digest.png",
        title="The week",
        initial_comment="As a picture",
    )
    shown = await ana.reads(review, "The week")

    assert text_of(shown) == "As a picture\nThe week"
    assert (shown.thread_ts, shown.files[0].content) == (posted["ts"], b"\x89PNG")
    assert [each.path for each in slack.calls.made][1:] == [
        "/api/files.getUploadURLExternal",
        slack.calls.made[2].path,
        "/api/files.completeUploadExternal",
    ]


async def test_a_file_of_another_length_is_not_taken(
    slack: SlackStandIn, client: AsyncWebClient, review: SlackChannel
) -> None:
    place = await client.files_getUploadURLExternal(filename="x.png", length=4)
    async with (
        aiohttp.ClientSession() as session,
        session.post(place["upload_url"], data=b"123") as reply,
    ):
        status = reply.status
    complete = client.files_completeUploadExternal(
        files=[{"id": place["file_id"], "title": "x"}], channel_id=review.id
    )

    assert (status, await code_of(complete)) == (400, "file_not_found")
    assert slack.violations.pop() == "3 bytes of a file that has 4"


async def test_a_file_of_a_person_is_downloaded_with_the_token_and_its_scope(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person, review: SlackChannel
) -> None:
    said = ana.say(review, "Listen", files=[Upload.named("one.mp3", b"ID3 and more")])
    file = (await client.files_info(file=said.files[0].id))["file"]
    with_token = await _download(file["url_private_download"], slack.token)
    without = await _download(file["url_private_download"], "")
    slack.scopes.remove("files:read")
    unscoped = await _download(file["url_private"], slack.token)

    assert (file["name"], file["mimetype"], file["size"]) == ("one.mp3", "audio/mpeg", 12)
    assert with_token == (200, "audio/mpeg", b"ID3 and more")
    # Slack answers with its login page, and a status of 200.
    assert without[:2] == unscoped[:2] == (200, "text/html")
    assert slack.events[-1]["subtype"] == "file_share"
    assert slack.events[-1]["files"][0]["id"] == file["id"]


async def _download(url: str, token: str) -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as reply:
        return reply.status, reply.content_type, await reply.read()


async def test_only_its_own_files_can_be_deleted_by_the_app(
    slack: SlackStandIn, client: AsyncWebClient, ana: Person, review: SlackChannel
) -> None:
    said = ana.say(review, "Listen", files=[Upload.named("one.mp3", b"ID3")])
    mine = await client.files_upload_v2(content=b"x", filename="x.txt", channel=review.id)
    await client.files_delete(file=mine["file"]["id"])

    assert await code_of(client.files_delete(file=said.files[0].id)) == "cant_delete_file"
    assert list(slack.world.files) == [said.files[0].id]
