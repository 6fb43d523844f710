"""What a person may ask of their own data: a copy, silence, to be forgotten; accounts joined."""

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import (
    ACCOUNTS_TITLE,
    DELETE_BUTTON,
    EXPORT_TEXT,
    PRIVACY_TITLE,
)
from bot.messages import Button, ButtonStyle, Card
from bot.person_texts import DELETE_QUESTION, code_text, deleted_text, dm_text, linked_text
from bot.workflow import linking, privacy

_EXPORT_NAME = "earmark-data.json"


async def export(visit: Visit) -> Reply:
    """Hand the person everything that is kept of them, as a file."""
    desk = visit.desk
    async with desk.sessions() as session:
        view = await privacy.export(
            session, workspace_id=desk.workspace_id, person=visit.person, now=desk.now()
        )
    return replies.Sentence(
        text=EXPORT_TEXT,
        document=replies.Document(name=_EXPORT_NAME, content=view.text().encode()),
    )


async def ask_delete(visit: Visit) -> Reply:
    """Ask once before anything is deleted."""
    del visit
    sure = Button(action="forget", label=DELETE_BUTTON, style=ButtonStyle.DANGER)
    return replies.card(Card(title=PRIVACY_TITLE, body=DELETE_QUESTION, buttons=(sure,)))


async def delete(visit: Visit) -> Reply:
    done = await privacy.delete_at(visit.desk, person=visit.person)
    return replies.sentence(deleted_text(done.submissions, done.withdrawn))


async def allow_messages(visit: Visit, *, allowed: bool) -> Reply:
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await privacy.allow_messages(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            allowed=allowed,
            now=desk.now(),
        )
    return replies.sentence(dm_text(allowed=view.dm_allowed))


async def join_accounts(visit: Visit, code: str | None) -> Reply:
    """Make a code, or join this account to the one whose code was typed."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        if code is None:
            made = await linking.make_code(
                session, workspace_id=desk.workspace_id, person=visit.person, now=desk.now()
            )
            told = code_text(made.code, made.expires_at)
        else:
            joined = await linking.join_person(
                session,
                workspace_id=desk.workspace_id,
                person=visit.person,
                code=code,
                now=desk.now(),
            )
            accounts = [f"{platform.value} {account}" for platform, account in joined.accounts]
            told = linked_text(joined.name, accounts)
    return replies.card(Card(title=ACCOUNTS_TITLE, body=told))
