"""A stock discord.py sends, edits and pins messages at the stand-in."""

import io

import aiohttp
import discord
import httpx
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Message, Overwrite
from bot.sandbox.faults import Fault, FaultKind
from tests.sandbox.discord_stand_in.conftest import Place

MESSAGES = "/api/v10/channels"


def said(stand_in: DiscordStandIn, place: Place) -> list[Message]:
    return list(stand_in.world.messages[place.channel.id].values())


async def test_a_message_is_sent_edited_and_deleted(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable
) -> None:
    message = await channel.send("hello", embed=discord.Embed(title="A track"))
    edited = await message.edit(content="bye", view=discord.ui.View())
    first = said(stand_in, place)
    await message.delete()

    assert (edited.content, edited.embeds[0].title) == ("bye", "A track")
    assert [each.content for each in first] == ["bye"]
    assert said(stand_in, place) == []
    assert [each.content for each in stand_in.world.deleted] == ["bye"]
    assert stand_in.violations == []


async def test_a_repeated_nonce_is_the_same_message_for_a_few_minutes(
    stand_in: DiscordStandIn,
    place: Place,
    channel: discord.PartialMessageable,
    clock: HandClock,
) -> None:
    sent = []
    for wait_s in (0, 60, 600):
        clock.forward(wait_s)
        sent.append(await channel.send("once", nonce="T-4F7K"))

    assert sent[0].id == sent[1].id != sent[2].id
    assert len(said(stand_in, place)) == 2


async def test_an_unenforced_nonce_keeps_nothing_from_being_said_twice(
    stand_in: DiscordStandIn, place: Place, http: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await http.post(
            f"{stand_in.api_url}/channels/{place.channel.id}/messages",
            json={"content": "again", "nonce": "7"},
            headers={"Authorization": f"Bot {stand_in.token}"},
        )

    assert len(said(stand_in, place)) == 2


async def test_files_stay_in_an_edit_only_where_they_are_kept(
    channel: discord.PartialMessageable,
) -> None:
    files = [discord.File(io.BytesIO(b"a"), name) for name in ("a.txt", "b.txt")]
    message = await channel.send("files", files=files)
    untouched = await message.edit(content="still files")
    kept = await message.edit(attachments=[untouched.attachments[1]])
    replaced = await message.edit(attachments=[discord.File(io.BytesIO(b"c"), "c.txt")])

    assert [file.filename for file in untouched.attachments] == ["a.txt", "b.txt"]
    assert [file.filename for file in kept.attachments] == ["b.txt"]
    assert [file.filename for file in replaced.attachments] == ["c.txt"]


async def test_a_new_file_puts_out_the_old_ones_unless_they_are_listed(
    stand_in: DiscordStandIn,
    place: Place,
    channel: discord.PartialMessageable,
    http: httpx.AsyncClient,
) -> None:
    message = await channel.send(file=discord.File(io.BytesIO(b"a"), "a.txt"))
    answer = await http.patch(
        f"{stand_in.api_url}/channels/{channel.id}/messages/{message.id}",
        data={"payload_json": "{}"},
        files={"files[0]": ("b.txt", b"b")},
        headers={"Authorization": f"Bot {stand_in.token}"},
    )

    assert answer.status_code == 200
    assert [file.filename for file in said(stand_in, place)[0].attachments] == ["b.txt"]


async def test_a_picture_of_an_embed_is_not_listed_and_is_lost_unless_kept(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable
) -> None:
    embed = discord.Embed(title="Card").set_image(url="attachment://card.png")
    message = await channel.send(embed=embed, file=discord.File(io.BytesIO(b"png"), "card.png"))
    stored = said(stand_in, place)[0].attachments[0]
    with pytest.raises(discord.HTTPException, match="names no file"):
        await message.edit(embed=embed, attachments=message.attachments)
    bare = await message.edit(embed=None, content="card")

    assert message.attachments == []
    assert message.embeds[0].image.url is not None
    assert f"/{stored.id}/card.png" in message.embeds[0].image.url
    assert [file.filename for file in bare.attachments] == ["card.png"]


async def test_a_file_can_be_fetched_for_a_day(
    channel: discord.PartialMessageable, clock: HandClock, http: httpx.AsyncClient
) -> None:
    message = await channel.send(file=discord.File(io.BytesIO(b"sound"), "song.mp3"))
    read = await message.attachments[0].read()
    clock.forward(25 * 3600)
    late = await http.get(message.attachments[0].url)
    fresh = (await message.fetch()).attachments[0]

    assert (read, message.attachments[0].content_type) == (b"sound", "audio/mpeg")
    assert late.status_code == 404
    assert (await http.get(fresh.url)).content == b"sound"


async def test_pins_are_kept_and_listed(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable
) -> None:
    message = await channel.send("board")
    await message.pin()
    pinned = [each.id async for each in channel.pins()]
    await message.unpin()

    assert pinned == [message.id]
    assert [each async for each in channel.pins()] == []


@pytest.mark.parametrize(
    ("allowed", "people"),
    [
        (None, {"Ana"}),
        (discord.AllowedMentions.none(), set()),
        (discord.AllowedMentions(users=True), {"Ana"}),
        (discord.AllowedMentions(users=[discord.Object(1)], roles=False, everyone=False), set()),
    ],
)
async def test_who_hears_of_a_message_goes_by_allowed_mentions(
    stand_in: DiscordStandIn,
    place: Place,
    channel: discord.PartialMessageable,
    allowed: discord.AllowedMentions | None,
    people: set[str],
) -> None:
    text = f"<@{place.ana.id}> `<@{place.mo.id}>` @everyone"
    await channel.send(text, allowed_mentions=allowed or discord.utils.MISSING)
    heard = said(stand_in, place)[0].pings

    assert {stand_in.world.users[each].name for each in heard.people} == people
    assert not heard.everyone


async def test_a_role_is_pinged_only_if_it_may_be(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable
) -> None:
    curators = stand_in.world.add_role(place.guild, "Curators")
    place.guild.members[place.ana.id].roles.append(curators.id)
    await channel.send(f"<@&{curators.id}>")
    curators.mentionable = True
    await channel.send(f"<@&{curators.id}>")

    assert [each.pings.people for each in said(stand_in, place)] == [set(), {place.ana.id}]


async def test_an_edit_is_silent(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable
) -> None:
    message = await channel.send("quiet")
    edited = await message.edit(content=f"<@{place.ana.id}>")

    assert [user.name for user in edited.mentions] == ["ana"]
    assert said(stand_in, place)[0].pings.people == set()


async def test_a_direct_message_arrives_unless_they_are_closed(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    ana = await client.fetch_user(place.ana.id)
    await ana.send("kept")
    place.ana.closed_dms = True
    with pytest.raises(discord.Forbidden) as refused:
        await ana.send("lost")

    assert refused.value.code == 50007
    direct = stand_in.world.direct(place.ana)
    assert [each.content for each in stand_in.world.messages[direct.id].values()] == ["kept"]


@pytest.mark.parametrize(
    ("denied", "code"),
    [
        (Permission.VIEW_CHANNEL, 50001),
        (Permission.SEND_MESSAGES, 50013),
        (Permission.EMBED_LINKS, 50013),
        (Permission.ATTACH_FILES, 50013),
    ],
)
async def test_a_missing_permission_is_told_by_its_code(
    place: Place, channel: discord.PartialMessageable, denied: Permission, code: int
) -> None:
    place.channel.overwrites.append(Overwrite(id=place.guild.id, deny=denied))
    with pytest.raises(discord.Forbidden) as refused:
        await channel.send(
            "x", embed=discord.Embed(title="x"), file=discord.File(io.BytesIO(), "x")
        )

    assert refused.value.code == code


async def test_a_thread_is_opened_once_for_a_message_and_written_into(
    stand_in: DiscordStandIn, client: discord.Client, channel: discord.PartialMessageable
) -> None:
    message = await channel.send("track")
    data = await client.http.start_thread_with_message(
        channel.id, message.id, name="About it", auto_archive_duration=1440
    )
    await client.get_partial_messageable(int(data["id"])).send("what do you think?")
    with pytest.raises(discord.HTTPException) as twice:
        await client.http.start_thread_with_message(
            channel.id, message.id, name="About it", auto_archive_duration=1440
        )

    assert int(data["id"]) == message.id
    assert twice.value.code == 160004
    assert stand_in.violations == []


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER])
async def test_a_dropped_send_may_or_may_not_have_arrived(
    stand_in: DiscordStandIn,
    place: Place,
    channel: discord.PartialMessageable,
    kind: FaultKind,
) -> None:
    fault = Fault(service=Service.DISCORD, kind=kind, path=MESSAGES, method="POST", times=1)
    stand_in.set_fault(fault)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("lost?")

    assert len(said(stand_in, place)) == (kind is FaultKind.DROP_AFTER)
