import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from db import secrets, workspace_settings
from db.models import Secret
from db.secrets import WrongKeyError
from tests.db.desk import NOW, Desk, open_desk


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
