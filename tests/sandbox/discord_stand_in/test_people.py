"""What people read, hear and may do."""

import io
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.discord.forms import form_data, labels_in
from bot.sandbox.discord.offers import Offers
from bot.sandbox.discord.people import Person
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.seen import labels_of, text_of
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import PRIVATE_THREAD, Overwrite
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.refusals import RefusedError
from bot.sandbox.upload import Upload
from tests.sandbox.discord_stand_in.conftest import Place, running
from tests.sandbox.discord_stand_in.small_bot import Card, SmallBot


@pytest.fixture
async def bot(stand_in: DiscordStandIn, place: Place) -> AsyncIterator[SmallBot]:
    async with running(SmallBot(stand_in), stand_in) as bot:
        yield bot
    assert stand_in.violations == []


@pytest.fixture
def ana(stand_in: DiscordStandIn, place: Place, bot: SmallBot) -> Person:
    return stand_in.person_of(place.ana, here=place.channel)


@pytest.fixture
def channel(bot: SmallBot, place: Place) -> discord.TextChannel:
    found = bot.get_channel(place.channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_a_person_reads_hears_and_finds_the_board(
    ana: Person, place: Place, bot: SmallBot, channel: discord.TextChannel
) -> None:
    board = await channel.send("31 waiting")
    await board.pin()
    await channel.send(f"<@{ana.id}> look")
    await (await bot.fetch_user(ana.id)).send("kept")
    ana.write("thanks")

    assert [each.content for each in ana.read()] == ["31 waiting", f"<@{ana.id}> look"]
    assert [each.content for each in ana.pinned()] == ["31 waiting"]
    assert [each.content for each in ana.pings()] == [f"<@{ana.id}> look"]
    assert [each.content for each in ana.direct()] == ["kept"]


async def test_a_person_who_does_not_see_a_channel_can_do_nothing_there(
    ana: Person, place: Place, channel: discord.TextChannel
) -> None:
    said = ana.say("hello")
    place.channel.overwrites.append(
        Overwrite(id=ana.id, is_member=True, deny=Permission.VIEW_CHANNEL)
    )

    assert ana.read() == []
    for deed in (
        ana.command("submit", link="x"),
        ana.click(said, label="Keep"),
        ana.message_menu("Submit this track", said),
    ):
        with pytest.raises(RefusedError):
            await deed
    with pytest.raises(RefusedError):
        ana.say("anybody?")


async def test_a_message_is_deleted_by_who_wrote_it_or_moderates(
    stand_in: DiscordStandIn, ana: Person, place: Place, channel: discord.TextChannel
) -> None:
    board = await channel.send("board")
    own = ana.say("never mind", files=[Upload.named("a.txt", b"a")])
    mo = stand_in.person_of(place.mo, here=place.channel)
    with pytest.raises(RefusedError):
        ana.delete(mo.read()[0])
    ana.delete(own)
    mo.delete(mo.read()[0])
    with pytest.raises(discord.NotFound) as gone:
        await board.edit(content="counts")

    assert gone.value.code == 10008
    assert [each.content for each in stand_in.world.deleted] == ["never mind", "board"]


async def test_a_locale_brings_the_commands_own_name(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    named = {"name": "submit", "description": "x", "name_localizations": {"de": "einreichen"}}
    await client.http.bulk_upsert_global_commands(stand_in.world.app.id, [named])

    assert stand_in.person("Uwe", place.guild, locale="de").commands() == ["einreichen"]
    assert stand_in.person("Una", place.guild).commands() == ["submit"]


async def test_a_bot_that_comes_late_is_waited_for(stand_in: DiscordStandIn, place: Place) -> None:
    async with running(SmallBot(stand_in), stand_in):
        ana = stand_in.person_of(place.ana, here=place.channel)
        card = await ana.command("card")
    async with running(SmallBot(stand_in), stand_in):
        assert (await ana.click(card, label="Keep")).text == "kept"


async def test_commands_and_buttons_work_in_private(
    stand_in: DiscordStandIn, bot: SmallBot, ana: Person
) -> None:
    await (await bot.fetch_user(ana.id)).send("not yet", view=Card())
    (told,) = ana.direct()
    kept = await ana.click(told, label="Keep")
    ana.here = stand_in.world.direct(ana.user)
    seen = await ana.command("submit", link="x")

    assert (kept.message is told, kept.text) == (True, "kept")
    assert seen.ephemeral
    assert "setup" not in ana.commands()
    assert len(ana.read()) == 2


@pytest.mark.parametrize("kind", [FaultKind.GATEWAY_CLOSE, FaultKind.GATEWAY_RECONNECT])
async def test_a_deed_is_not_lost_when_the_gateway_breaks_off(
    stand_in: DiscordStandIn, ana: Person, kind: FaultKind
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD_GATEWAY, kind=kind, times=1))

    assert (await ana.command("submit", link="x")).text.startswith("x")
    assert stand_in.gateway.resumed == 1


async def test_the_same_deed_told_twice_is_answered_once(
    stand_in: DiscordStandIn, ana: Person
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD_GATEWAY, kind=FaultKind.EVENT_TWICE, times=1))
    await ana.command("submit", link="x")

    assert len(ana.read()) == 1


async def test_how_long_an_answer_took_is_known(ana: Person) -> None:
    assert 0 < (await ana.command("submit", link="x")).took_s < 5


async def test_components_v2_are_shown_and_pressed(
    stand_in: DiscordStandIn, ana: Person, channel: discord.TextChannel
) -> None:
    view = discord.ui.LayoutView()
    keep: discord.ui.Button[Any] = discord.ui.Button(label="Open", custom_id="keep")
    gallery: discord.ui.MediaGallery[Any] = discord.ui.MediaGallery(
        discord.MediaGalleryItem("attachment://card.png")
    )
    view.add_item(discord.ui.Container(discord.ui.Section("Song - Artist", accessory=keep)))
    view.add_item(discord.ui.Separator())
    view.add_item(gallery)
    view.add_item(discord.ui.File("attachment://song.mp3"))
    files = [discord.File(io.BytesIO(b"x"), name) for name in ("card.png", "song.mp3")]
    sent = await channel.send(view=view, files=files)
    (shown,) = ana.read()

    assert text_of(shown) == "Song - Artist\nOpen"
    assert labels_of(shown) == ["Open"]
    assert sent.attachments == []
    assert {each["type"] for each in shown.parts} == {12, 13, 14, 17}
    assert [type(each) for each in sent.components] == [
        discord.Container,
        discord.SeparatorComponent,
        discord.MediaGalleryComponent,
        discord.FileComponent,
    ]


async def test_a_reply_names_what_it_answers(
    stand_in: DiscordStandIn, ana: Person, channel: discord.TextChannel
) -> None:
    first = await channel.send("first")
    second = await first.reply("second", mention_author=False)

    assert second.reference is not None
    assert second.reference.message_id == first.id
    assert (await second.fetch()).content == "second"
    assert [each.content async for each in channel.history(oldest_first=True)] == [
        "first",
        "second",
    ]
    assert [each.content async for each in channel.history(after=first)] == ["second"]


async def test_a_reply_to_nothing_is_refused(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    channel = client.get_partial_messageable(place.channel.id, guild_id=place.guild.id)
    gone = discord.MessageReference(message_id=1, channel_id=place.channel.id)
    with pytest.raises(discord.HTTPException):
        await channel.send("second", reference=gone)

    assert [each.rule for each in stand_in.violations] == ["message_reference: Unknown message"]


async def test_a_private_thread_is_for_those_in_it(
    stand_in: DiscordStandIn, ana: Person, place: Place
) -> None:
    thread = stand_in.add_channel(
        place.guild, "between us", kind=PRIVATE_THREAD, parent_id=place.channel.id, owner_id=1
    )
    before = ana.read(thread)
    stand_in.say(place.mo, "psst", channel=thread)
    hidden = ana.read(thread)
    thread.members.add(ana.id)

    assert before == hidden == []
    assert [each.content for each in ana.read(thread)] == ["psst"]


async def test_a_ping_that_was_deleted_was_heard_all_the_same(
    ana: Person, channel: discord.TextChannel
) -> None:
    await (await channel.send(f"<@{ana.id}>")).delete()

    assert len(ana.pings()) == 1


async def test_embeds_are_read_line_by_line(ana: Person, channel: discord.TextChannel) -> None:
    embed = discord.Embed(title="Title", description="Text")
    embed.set_author(name="Author").set_footer(text="Foot").add_field(name="Wait", value="6 d")
    await channel.send("Content", embed=embed)

    assert text_of(ana.read()[0]) == "Content\nAuthor\nTitle\nText\nWait: 6 d\nFoot"


OLD_MODAL = {
    "title": "Note",
    "custom_id": "note",
    "components": [
        {
            "type": 1,
            "components": [
                {"type": 4, "custom_id": "note", "label": "Note", "style": 2, "min_length": 3}
            ],
        },
        {"type": 10, "content": "Be kind."},
        {
            "type": 18,
            "label": "Sure",
            "component": {"type": 23, "custom_id": "sure", "default": True},
        },
        {"type": 18, "label": "Who", "component": {"type": 5, "custom_id": "who"}},
    ],
}


def test_a_modal_of_older_parts_is_filled_in_too(stand_in: DiscordStandIn, place: Place) -> None:
    def offers() -> Offers:
        return Offers(stand_in.world, stand_in.core.cdn, user=place.ana, channel=place.channel)

    data = form_data(OLD_MODAL, {"Note": "nice", "Who": place.mo}, offers())
    row, _, sure, who = data["components"]

    assert labels_in(OLD_MODAL) == ["Note", "Sure", "Who"]
    assert row["components"][0]["value"] == "nice"
    assert sure["component"]["value"] is True
    assert who["component"]["values"] == [str(place.mo.id)]
    assert str(place.mo.id) in data["resolved"]["users"]
    for wrong, told in (
        ({"Note": "no", "Who": place.mo}, "3 to 4000"),
        ({"Note": "nice"}, "'Who' takes"),
        ({"Nobody": 1}, "no field"),
    ):
        with pytest.raises(RefusedError, match=told):
            form_data(OLD_MODAL, wrong, offers())
