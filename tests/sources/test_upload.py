"""An artist's own file: what is taken, and how long it is kept."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import UnusableAudioError
from bot.sources.upload import Spool
from db.models import SpooledFile
from tests.sources.clips import WAV

FILE = b"any bytes will do for the spool"
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
Maker = async_sessionmaker[AsyncSession]


@pytest.fixture
def spool(make_session: Maker) -> Spool:
    return Spool(make_session)


async def put(spool: Spool, make_session: Maker, *, at: datetime = NOW) -> str:
    async with make_session.begin() as session:
        return await spool.put(session, FILE, at=at)


async def there(spool: Spool, sha256: str) -> bool:
    try:
        return await spool.get(sha256) == FILE
    except UnusableAudioError as error:
        return error.reason != "lost"


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    nowhere: Maker = async_sessionmaker()
    Spool(nowhere, max_bytes=len(WAV)).check(WAV)
    with pytest.raises(UnusableAudioError, match="larger than 0 MiB") as caught:
        Spool(nowhere, max_bytes=len(WAV) - 1).check(WAV)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><html>", b"PK\x03\x04", b"\x89PNG"])
def test_a_file_that_is_not_audio_is_refused_with_what_to_send(content: bytes) -> None:
    with pytest.raises(UnusableAudioError, match="Send an mp3") as caught:
        Spool(async_sessionmaker()).check(content)
    assert caught.value.reason == "not_audio"


def test_a_file_that_was_cut_off_is_refused_before_it_is_kept() -> None:
    with pytest.raises(UnusableAudioError) as caught:
        Spool(async_sessionmaker()).check(WAV[: len(WAV) // 2])

    assert caught.value.reason == "truncated"


async def test_a_kept_file_is_found_by_whoever_takes_the_work(
    spool: Spool, make_session: Maker
) -> None:
    sha256 = await put(spool, make_session)

    assert sha256 == hashlib.sha256(FILE).hexdigest()
    assert await there(Spool(make_session), sha256)


async def test_a_file_whose_submission_was_not_committed_is_not_kept(
    spool: Spool, make_session: Maker
) -> None:
    async with make_session() as session:
        sha256 = await spool.put(session, FILE, at=NOW)
        await session.rollback()

    assert not await there(spool, sha256)


async def test_a_scored_file_is_deleted_and_may_be_deleted_again(
    spool: Spool, make_session: Maker
) -> None:
    sha256 = await put(spool, make_session)
    for _ in range(2):
        async with make_session.begin() as session:
            await spool.discard(session, sha256)

    assert not await there(spool, sha256)


async def test_a_damaged_file_is_not_scored(spool: Spool, make_session: Maker) -> None:
    sha256 = await put(spool, make_session)
    async with make_session.begin() as session:
        await session.execute(update(SpooledFile).values(content=FILE[:-1]))

    assert not await there(spool, sha256)


async def test_a_sweep_deletes_what_is_old_and_not_waited_for(
    spool: Spool, make_session: Maker
) -> None:
    sha256 = await put(spool, make_session)

    async def swept(*, keep: set[str], before: datetime) -> int:
        async with make_session.begin() as session:
            return await spool.sweep(session, keep=keep, before=before)

    later = NOW + timedelta(seconds=1)
    assert await swept(keep={sha256}, before=later) == 0
    assert await swept(keep=set(), before=NOW) == 0
    assert await there(spool, sha256)
    # The same file sent again is new again.
    await put(spool, make_session, at=later)
    assert await swept(keep=set(), before=later) == 0
    assert await swept(keep=set(), before=later + timedelta(seconds=1)) == 1
    assert not await there(spool, sha256)
