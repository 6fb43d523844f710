"""What artists send, whichever chat they send it in."""

import pytest

from bot.chat import artist_work
from bot.chat.custom_id import CustomId
from bot.chat.drafts import Draft
from bot.chat.forms import Upload
from bot.chat.replies import Page
from bot.workflow.mine import Stand
from bot.workflow.people import console_person, member_of
from db import blocks, draft_files
from tests.chat.visits import visit_of
from tests.workflow.stage import NOW, Stage, link_of

SONG = Upload(filename="song.wav", size=4, url="https://cdn.example/song.wav")


async def test_no_file_of_who_is_kept_out_is_kept(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        ana = await member_of(session, stage.workspace_id, console_person("ana"), now=NOW)
        await blocks.put(
            session,
            workspace_id=stage.workspace_id,
            name="ana",
            reason="Bought streams.",
            now=NOW,
            member_id=ana.id,
        )

    told = await artist_work.send(visit_of(stage, "ana"), Draft(by_file=True), upload=SONG)

    assert "takes no submissions from you" in str(told)
    async with stage.sessions() as session:
        assert (
            await draft_files.of_member(session, workspace_id=stage.workspace_id, member_id=ana.id)
            is None
        )


async def test_of_two_playlists_one_has_to_be_named(stage: Stage) -> None:
    await stage.playlist("Loud")

    told = await artist_work.send(visit_of(stage, "ana"), Draft(link=link_of("one")))

    assert "Say which playlist it is for" in str(told)
    assert (await stage.status()).rows == ()


@pytest.mark.parametrize(
    ("said", "link"),
    [
        (f"my new one {link_of('one')}?si=abc!", link_of("one")),
        ("https://spotify.link/abc123 please", "https://spotify.link/abc123"),
        ("no link at all", ""),
    ],
)
def test_of_a_message_the_form_takes_the_link(said: str, link: str) -> None:
    assert artist_work.link_in(said) == link


async def test_the_second_page_of_ones_own_submissions_is_turned_to(stage: Stage) -> None:
    for number in range(11):
        await stage.submit(link_of(f"song{number}"))

    turned = CustomId(action="mysubs", arg=f"{Stand.ALL}.2")
    shown = await artist_work.turn_own_page(visit_of(stage, "ana", turned))

    assert isinstance(shown, Page)
    assert len(shown.rows) == 1
