"""A copy of one's own data, silence, and being forgotten in every table."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.workflow import handling, privacy, talk
from bot.workflow.people import Person, console_person
from bot.workflow.privacy import DeletedView, ExportView
from db import decisions, draft_files
from db import privacy as kept
from db.models import (
    Answer,
    Base,
    Identity,
    Member,
    Platform,
    Status,
    Submission,
    Track,
    Vote,
)
from tests.db.desk import NOW as DESK_NOW
from tests.db.desk import open_desk
from tests.db.filled import fill
from tests.workflow.stage import NOW, OWN_FILE, Stage, link_of
from tests.workflow.test_places import desk_of

ANA = Person(platform=Platform.DISCORD, external_id="880011223344556677", name="Ana Lund")
# What only Ana has said or sent, and what the platform calls her.
HERS = (ANA.external_id, "Ana Lund", "Second Wind", "my grandmother", OWN_FILE.sha256, "click-9")
SECRETS = ("score", "percentile", "rank", "vote_", "fit", "discovery", "propensity", "maybe", "why")


async def _export(stage: Stage, person: Person = ANA) -> ExportView:
    return await stage.inside(
        lambda session: privacy.export(
            session, workspace_id=stage.workspace_id, person=person, now=stage.clock()
        )
    )


async def _delete(stage: Stage, person: Person = ANA) -> DeletedView:
    return await privacy.delete_at(desk_of(stage), person=person)


async def _everything(stage: Stage) -> dict[str, str]:
    """Return all rows of every table as text."""
    async with stage.sessions() as session:
        return {
            table.name: str([tuple(row) for row in await session.execute(select(table))])
            for table in Base.metadata.sorted_tables
        }


async def _busy_ana(stage: Stage) -> tuple[str, str, str]:
    """Ana has one answered, one waiting that only her file is known of, and one maybe."""
    await stage.playlist("Loud")
    answered = await stage.submit(
        stage.song("one"), person=ANA, note="for my grandmother", key="click-9"
    )
    await stage.process(answered)
    await stage.decide(
        answered.receipt.code, Answer.DECLINE, reasons=("mix_muddy",), note="Sorry, Ana Lund!"
    )
    stage.troubles.always["hearing"] = TimeoutError()
    waiting = await stage.submit(
        upload=OWN_FILE, title="Second Wind", artist="Ana Lund", person=ANA, playlist="Loud"
    )
    maybe = await stage.submit(stage.song("two"), person=ANA)
    await stage.process(maybe)
    await stage.decide(maybe.receipt.code, Answer.MAYBE, note="Ana Lund again")
    return answered.receipt.code, waiting.receipt.code, maybe.receipt.code


def test_every_table_that_refers_to_a_person_or_a_submission_is_handled() -> None:
    referring = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in {"members", "submissions"} and table.name != "members"
    }

    # A new table: say in db/privacy.py what becomes of its rows, and do it there.
    assert referring == set(kept.HANDLED)


async def test_somebody_who_is_deleted_is_in_no_table_any_more(stage: Stage) -> None:
    await _busy_ana(stage)
    before = await _everything(stage)
    assert all(any(one in text for text in before.values()) for one in HERS)

    done = await _delete(stage)

    assert (done.name, done.submissions, done.withdrawn) == ("Ana Lund", 3, 2)
    after = await _everything(stage)
    found = {(table, one) for table, text in after.items() for one in HERS if one in text}
    assert found == set()
    assert await _export(stage) == ExportView(name="Ana Lund", parts=())
    assert stage.files.kept == {}
    with pytest.raises(NotFoundError, match="Nothing is kept of you"):
        await _delete(stage)


async def test_decisions_stay_without_whose_they_were(stage: Stage) -> None:
    answered, waiting, maybe = await _busy_ana(stage)
    await _delete(stage)

    rows = {code: await stage.row(code) for code in (answered, waiting, maybe)}
    assert [row.status for row in rows.values()] == [
        Status.DECLINED,
        Status.WITHDRAWN,
        Status.WITHDRAWN,
    ]
    assert {row.member.display_name for row in rows.values()} == {kept.NOBODY}
    async with stage.sessions() as session:
        (decision, _) = await decisions.of_playlist(
            session,
            workspace_id=stage.workspace_id,
            playlist_id=rows[answered].playlist_id,
        )
    assert (decision.answer, decision.reasons, decision.note) == (
        Answer.DECLINE,
        ["mix_muddy"],
        None,
    )
    # Fit still learns from what it sounded like.
    known = rows[answered].track
    assert known is not None
    assert known.title == "Title of one"
    assert rows[waiting].track is None


async def test_nothing_of_anybody_else_is_touched(stage: Stage) -> None:
    await _busy_ana(stage)
    bens = await stage.submit(upload=OWN_FILE, title="Mine", by="ben", playlist="Night Drive")
    shared = await stage.submit(link_of("two"), by="cleo", playlist="Loud")

    await _delete(stage)

    ben, cleo = await stage.row(bens.receipt.code), await stage.row(shared.receipt.code)
    assert (ben.typed_title, ben.upload_sha256) == ("Mine", OWN_FILE.sha256)
    assert OWN_FILE.sha256 in stage.files.kept
    assert (cleo.spotify_id, cleo.member.display_name) == (link_of("two")[-22:], "cleo")


async def test_a_curator_who_is_deleted_leaves_the_answers_behind(stage: Stage) -> None:
    code = await stage.send(stage.song("one"), by="ana")
    await stage.decide(code, Answer.KEEP)

    await _delete(stage, console_person("mo"))

    assert (await stage.row(code)).status is Status.KEPT
    (row,) = (await stage.status("ana")).rows
    assert row.status.startswith("kept")
    assert (await stage.history(code))[-1].actor is not None
    after = await _everything(stage)
    assert not any("'mo'" in text for text in after.values())
    assert "mo" not in [one.display_name for one in await _members(stage)]


async def test_what_curators_voted_on_hers_stays_without_their_notes(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    accepted = await stage.submit(stage.song("one"), person=ANA)
    await stage.process(accepted)
    await stage.decide(accepted.receipt.code, note="Ana Lund at her best!")

    await _delete(stage)

    async with stage.sessions() as session:
        (vote,) = (await session.scalars(select(Vote))).all()
    assert (vote.answer, vote.note) == (Answer.KEEP, None)


async def test_a_file_kept_from_a_refusal_goes_with_its_sender(stage: Stage) -> None:
    await stage.submit(link_of("one"), person=ANA)
    (ana,) = [one for one in await _members(stage) if one.display_name == "Ana Lund"]
    await stage.inside(
        lambda session: draft_files.put(
            session,
            workspace_id=stage.workspace_id,
            member_id=ana.id,
            sha256="d" * 64,
            name="song.wav",
            at=NOW,
        )
    )

    done = await _delete(stage)

    assert "d" * 64 in done.files
    assert "song.wav" not in str(await _everything(stage))


async def test_who_is_forgotten_gets_no_messages(stage: Stage) -> None:
    await stage.submit(link_of("one"), person=ANA)

    await _delete(stage)

    members = {one.display_name: one.dm_allowed for one in await _members(stage)}
    assert members == {"mo": True, kept.NOBODY: False}


async def test_what_two_have_sent_keeps_what_the_other_said_of_it(stage: Stage) -> None:
    await stage.playlist("Loud")
    hers = await stage.submit(upload=OWN_FILE, title="Mine", artist="Ben", person=ANA)
    his = await stage.submit(upload=OWN_FILE, title="Mine", artist="Ben", by="ben", playlist="Loud")
    for accepted in (hers, his):
        await stage.process(accepted)
    assert (await stage.row(hers.receipt.code)).track_id == (
        await stage.row(his.receipt.code)
    ).track_id

    await _delete(stage)

    track = (await stage.row(his.receipt.code)).track
    assert track is not None
    assert (track.title, track.artists, track.audio_sha256) == ("Mine", ["Ben"], OWN_FILE.sha256)


async def test_who_comes_back_is_somebody_new(stage: Stage) -> None:
    await stage.playlist(per_member_7d=1)
    await stage.submit(link_of("one"), person=ANA)
    await _delete(stage)

    assert (await stage.submit(link_of("two"), person=ANA)).receipt.place == 1


async def test_a_copy_holds_what_was_said_and_sent_and_nothing_secret(stage: Stage) -> None:
    answered, _, maybe = await _busy_ana(stage)

    told = (await _export(stage)).to_json()

    text = json.dumps(told)
    assert not [word for word in SECRETS if word in text]
    for one in ("880011223344556677", "my grandmother", "Second Wind", "the mix is muddy"):
        assert one in text
    rows = told["submissions"]
    assert isinstance(rows, list)
    by_code = {row["id"]: row for row in rows}
    assert [one["text"] for one in by_code[answered]["history"]] == [
        "you sent it",
        "it was looked up",
        "it was heard and stands in the queue",
        "a curator declined it",
    ]
    # What a curator noted to a maybe is not for the artist.
    assert "again" not in json.dumps(by_code[maybe])


async def test_a_curators_copy_holds_what_they_did(stage: Stage) -> None:
    code = await stage.send(stage.song("one"), by="ana")
    await stage.decide(code, Answer.KEEP, note="Lovely!")

    told = (await _export(stage, console_person("mo"))).to_json()

    (decision,) = json.loads(json.dumps(told["decisions_made"]))
    assert (decision["answer"], decision["note"]) == ("keep", "Lovely!")
    (right,) = json.loads(json.dumps(told["reviews_playlists"]))
    assert (right["playlist"], right["role"]) == ("Night Drive", "curator")


async def test_a_curators_copy_holds_what_they_noted_pinned_and_have_in_hand(stage: Stage) -> None:
    code = await stage.send(stage.song("one"), by="ana")
    mo, here = console_person("mo"), stage.workspace_id
    async with stage.sessions.begin() as session:
        await talk.note(
            session, workspace_id=here, code=code, person=mo, text="ask the band first", now=NOW
        )
        for act in (handling.pin, handling.claim):
            await act(session, workspace_id=here, code=code, person=mo, now=NOW)

    told = json.loads((await _export(stage, mo)).text())

    assert "ask the band first" in [one["note"] for one in told["acts"]]
    assert {"noted", "pinned", "claimed"} <= {one["what"] for one in told["acts"]}
    assert len(told["pins_made"]) == len(told["claims_held"]) == 1


async def test_a_copy_holds_the_rows_of_every_column_that_names_a_person(
    session: AsyncSession,
) -> None:
    desk = await open_desk(session)
    await fill(desk)
    columns = {
        f"{table.name}.{key.parent.name}": (table, key.parent)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "members" and key.column.name == "id"
    }

    # A new column: say in bot/workflow/privacy.py in which part of a copy its rows are.
    assert set(columns) == set(privacy.EXPORTED)
    for member_id in (desk.artist, desk.curator):
        known = await session.scalar(select(Identity).where(Identity.member_id == member_id))
        assert known is not None
        copy = await privacy.export(
            session,
            workspace_id=desk.workspace_id,
            person=Person(platform=known.platform, external_id=known.external_id, name=""),
            now=DESK_NOW,
        )
        parts = dict(copy.parts)
        for name, (table, column) in columns.items():
            rows = (await session.execute(select(table).where(column == member_id))).all()
            assert bool(parts[privacy.EXPORTED[name]]) == bool(rows), name


async def test_somebody_unknown_has_an_empty_copy_and_is_not_made_known(stage: Stage) -> None:
    assert (await _export(stage)).to_json() == {"name": "Ana Lund"}
    assert [one.display_name for one in await _members(stage)] == ["mo"]


async def test_direct_messages_are_turned_off_and_on(stage: Stage) -> None:
    for allowed in (False, True):
        async with stage.sessions.begin() as session:
            view = await privacy.allow_messages(
                session, workspace_id=stage.workspace_id, person=ANA, allowed=allowed, now=NOW
            )
        assert view.dm_allowed is allowed
        assert (await _export(stage)).to_json()["dm_allowed"] is allowed


async def test_a_track_that_nobody_refers_to_goes_with_its_facts(stage: Stage) -> None:
    await stage.send(stage.song("one"), by="ana")
    await _delete(stage, console_person("ana"))

    async with stage.sessions() as session:
        assert (await session.scalars(select(Track))).all() == []
        (row,) = (await session.scalars(select(Submission))).all()
    assert (row.link, row.track_id, row.spotify_id) == ("deleted", None, None)


async def _members(stage: Stage) -> list[Member]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Member).order_by(Member.id)))
