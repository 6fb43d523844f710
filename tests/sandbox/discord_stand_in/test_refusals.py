"""Each refusal has Discord's status and code."""

from typing import Any

import discord
import httpx
import pytest

from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Overwrite
from tests.sandbox.discord_stand_in.conftest import Place

REFUSED: list[tuple[str, str, Any, tuple[int, int]]] = [
    ("POST", "users/@me/channels", {"recipient_id": "1"}, (404, 10013)),
    ("POST", "users/@me/channels", {"recipient_id": "{app}"}, (400, 50007)),
    ("GET", "users/1", None, (404, 10013)),
    ("GET", "channels/{channel}/messages?limit=0", None, (400, 50035)),
    ("GET", "channels/{channel}/messages/1", None, (404, 10008)),
    ("PATCH", "channels/{channel}/messages/{message}", {"content": "x"}, (403, 50005)),
    ("POST", "channels/{channel}/messages/1/threads", {"name": "x"}, (404, 10008)),
    ("PUT", "channels/{channel}/thread-members/{ana}", None, (400, 50024)),
    ("DELETE", "channels/{channel}", None, (403, 50013)),
    ("PATCH", "channels/{channel}", {"topic": "x"}, (403, 50013)),
    ("GET", "guilds/{guild}/members?limit=0", None, (400, 50035)),
    ("PUT", "guilds/{guild}/members/{ana}/roles/1", None, (404, 10011)),
    ("PUT", "guilds/{guild}/members/{ana}/roles/{guild}", None, (403, 50013)),
    ("POST", "guilds/{guild}/channels", {"name": "x"}, (403, 50013)),
    ("PATCH", "applications/{app}/commands/1", {"name": "x"}, (404, 10063)),
    ("GET", "nowhere", None, (404, 0)),
    ("PUT", "users/@me", None, (405, 0)),
]


@pytest.mark.parametrize(("method", "path", "body", "answer"), REFUSED)
async def test_a_refusal_has_its_code(
    stand_in: DiscordStandIn,
    place: Place,
    http: httpx.AsyncClient,
    *,
    method: str,
    path: str,
    body: Any,
    answer: tuple[int, int],
) -> None:
    message = stand_in.say(place.ana, "hello", channel=place.channel)
    names = {
        "app": stand_in.world.app.id,
        "channel": place.channel.id,
        "guild": place.guild.id,
        "message": message.id,
        "ana": place.ana.id,
    }
    if body and "recipient_id" in body:
        body = {"recipient_id": body["recipient_id"].format(**names)}
    reply = await http.request(
        method,
        f"{stand_in.api_url}/{path.format(**names)}",
        json=body,
        headers={"Authorization": f"Bot {stand_in.token}"},
    )

    assert (reply.status_code, reply.json()["code"]) == answer


@pytest.mark.parametrize(
    ("denied", "method", "path"),
    [
        (Permission.PIN_MESSAGES, "PUT", "messages/pins/{message}"),
        (Permission.PIN_MESSAGES, "DELETE", "messages/pins/{message}"),
        (Permission.MANAGE_MESSAGES, "DELETE", "messages/{message}"),
        (Permission.READ_MESSAGE_HISTORY, "GET", "messages/{message}"),
        (Permission.CREATE_PUBLIC_THREADS, "POST", "messages/{message}/threads"),
    ],
)
async def test_a_denied_permission_is_missing(
    stand_in: DiscordStandIn,
    place: Place,
    http: httpx.AsyncClient,
    *,
    denied: Permission,
    method: str,
    path: str,
) -> None:
    message = stand_in.say(place.ana, "hello", channel=place.channel)
    own = place.guild.members[stand_in.world.app.id].roles[0]
    place.channel.overwrites.append(Overwrite(id=own, deny=denied))
    place.channel.overwrites.append(Overwrite(id=place.guild.id, deny=denied))
    reply = await http.request(
        method,
        f"{stand_in.api_url}/channels/{place.channel.id}/{path.format(message=message.id)}",
        json={"name": "x"} if method == "POST" else None,
        headers={"Authorization": f"Bot {stand_in.token}"},
    )

    assert (reply.status_code, reply.json()["code"]) == (403, 50013)


async def test_without_the_history_a_channel_looks_empty(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable
) -> None:
    await channel.send("hello")
    denied = Overwrite(id=place.guild.id, deny=Permission.READ_MESSAGE_HISTORY)
    own = place.guild.members[stand_in.world.app.id].roles[0]
    place.channel.overwrites += [denied, Overwrite(id=own, deny=denied.deny)]

    assert [each async for each in channel.history()] == []


async def test_an_archived_thread_wakes_by_a_message_and_takes_no_edit(
    client: discord.Client, channel: discord.PartialMessageable
) -> None:
    message = await channel.send("track")
    data = await client.http.start_thread_with_message(
        channel.id, message.id, name="About it", auto_archive_duration=1440
    )
    thread = client.get_partial_messageable(int(data["id"]))
    said = await thread.send("hm")
    await client.http.edit_channel(thread.id, archived=True)
    with pytest.raises(discord.HTTPException) as archived:
        await said.edit(content="well")
    await thread.send("again")

    assert archived.value.code == 50083
    assert (await said.edit(content="well")).content == "well"


async def test_typing_is_heard_of(channel: discord.PartialMessageable) -> None:
    async with channel.typing():
        assert (await channel.send("typed")).content == "typed"
