from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from db import outbox, secrets, workspace_settings
from db.models import OutboxMessage, Platform, Secret
from db.secrets import WrongKeyError
from tests.db.desk import NOW, Desk, open_desk

MINUTE = timedelta(minutes=1)


async def _put(desk: Desk, key: str = "kept:1", *, minutes: int = 0) -> bool:
    return await outbox.put(
        desk.session,
        workspace_id=desk.workspace_id,
        key=key,
        platform=Platform.CONSOLE,
        recipient="ana",
        kind="kept",
        payload={"title": "Søng", "playlist": ["Night Drive"]},
        at=NOW + minutes * MINUTE,
    )


async def _due(desk: Desk, *, minutes: int = 0, limit: int = 50) -> list[OutboxMessage]:
    return await outbox.due(
        desk.session, workspace_id=desk.workspace_id, now=NOW + minutes * MINUTE, limit=limit
    )


async def test_a_message_is_due_until_it_is_sent_and_told_once(desk: Desk) -> None:
    put = [await _put(desk), await _put(desk)]
    (message,) = await _due(desk)
    sent = [
        await outbox.mark_sent(
            desk.session, workspace_id=desk.workspace_id, message_id=message.id, at=NOW
        )
        for _ in range(2)
    ]

    assert put == [True, False]
    assert message.payload == {"title": "Søng", "playlist": ["Night Drive"]}
    assert sent == [True, False]
    assert await _due(desk) == []
    assert not await _put(desk)


async def test_a_message_that_failed_comes_again_later(desk: Desk) -> None:
    await _put(desk)
    (message,) = await _due(desk)
    failed = await outbox.mark_failed(
        desk.session,
        workspace_id=desk.workspace_id,
        message_id=message.id,
        error="503",
        retry_at=NOW + MINUTE,
    )

    assert failed
    assert await _due(desk) == []
    assert await _due(desk, minutes=1) == [message]
    assert (message.attempts, message.last_error) == (1, "503")


async def test_messages_are_sent_oldest_first_and_some_at_a_time(desk: Desk) -> None:
    for minutes in (2, 0, 1, 9):
        await _put(desk, f"kept:{minutes}", minutes=minutes)

    assert [message.key for message in await _due(desk, minutes=2)] == [
        "kept:0",
        "kept:1",
        "kept:2",
    ]
    assert [message.key for message in await _due(desk, minutes=2, limit=1)] == ["kept:0"]


async def test_a_workspace_sends_its_own_messages_only(desk: Desk) -> None:
    await _put(desk)
    (message,) = await _due(desk)
    other = await open_desk(desk.session, "other")

    assert await _due(other) == []
    assert not await outbox.mark_sent(
        desk.session, workspace_id=other.workspace_id, message_id=message.id, at=NOW
    )
    assert await _put(other)


@pytest.mark.parametrize("value", ["en", 3, 0.5, True, [1, "a"], {"channel": {"id": "C1"}}])
async def test_a_setting_comes_back_as_it_was_made(desk: Desk, value: object) -> None:
    await workspace_settings.put(
        desk.session, workspace_id=desk.workspace_id, key="lang", value="de"
    )
    await workspace_settings.put(
        desk.session, workspace_id=desk.workspace_id, key="lang", value=value
    )

    made = await workspace_settings.get(desk.session, workspace_id=desk.workspace_id, key="lang")
    assert made == value
    assert type(made) is type(value)


async def test_a_setting_belongs_to_one_workspace(desk: Desk) -> None:
    other = await open_desk(desk.session, "other")
    await workspace_settings.put(
        desk.session, workspace_id=other.workspace_id, key="lang", value="de"
    )

    assert (
        await workspace_settings.get(desk.session, workspace_id=desk.workspace_id, key="lang")
        is None
    )


async def test_a_secret_is_not_in_the_database_as_it_is(desk: Desk) -> None:
    key = Fernet.generate_key()
    for value in ("older", "tøken"):
        await secrets.put(
            desk.session,
            workspace_id=desk.workspace_id,
            name="spotify",
            value=value,
            key=key,
            now=NOW,
        )
    stored = (await desk.session.scalars(select(Secret.ciphertext))).one()

    assert "tøken".encode() not in stored
    assert (
        await secrets.get(desk.session, workspace_id=desk.workspace_id, name="spotify", key=key)
        == "tøken"
    )


async def test_a_secret_that_was_never_stored_is_none(desk: Desk) -> None:
    found = await secrets.get(
        desk.session,
        workspace_id=desk.workspace_id,
        name="spotify",
        key=Fernet.generate_key(),
    )

    assert found is None


async def test_a_secret_under_another_key_is_told_in_a_sentence(desk: Desk) -> None:
    await secrets.put(
        desk.session,
        workspace_id=desk.workspace_id,
        name="spotify",
        value="token",
        key=Fernet.generate_key(),
        now=NOW,
    )

    with pytest.raises(WrongKeyError, match="'spotify' was stored with another key"):
        await secrets.get(
            desk.session,
            workspace_id=desk.workspace_id,
            name="spotify",
            key=Fernet.generate_key(),
        )
