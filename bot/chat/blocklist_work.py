"""Who may not submit: kept out, let in again, and the list of them."""

from collections.abc import Sequence

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import BLOCKLIST_EMPTY_TEXT, BLOCKLIST_TITLE, block_text, page_text
from bot.errors import RuleError
from bot.marks import moment
from bot.messages import Card
from bot.workflow import blocklist
from bot.workflow.blocklist import BlocklistView, BlockRow
from bot.workflow.people import Person

# As many as fit into one message with the longest reasons.
_ROWS = 10


async def show(visit: Visit, *, number: int = 1) -> Reply:
    """Return a page of who may not submit."""
    desk = visit.desk
    async with desk.sessions() as session:
        view = await blocklist.show_blocklist(
            session, workspace_id=desk.workspace_id, person=visit.person, now=desk.now()
        )
    return _screen(view, number=number)


async def turn_page(visit: Visit) -> Reply:
    return await show(visit, number=int(visit.wish.arg))


async def add(visit: Visit, *, whom: Person | str, reason: str, days: int | None) -> Reply:
    """Keep somebody out, for `days` or for good."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await blocklist.add_block(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            whom=whom,
            reason=reason,
            days=days,
            now=desk.now(),
        )
    return _screen(view)


async def remove(visit: Visit, *, whom: Person | str) -> Reply:
    """Let somebody in again."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        view = await blocklist.remove_block(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            whom=whom,
            now=desk.now(),
        )
    return _screen(view)


def whom_of(user: Person | None, artist: str | None) -> Person | str:
    """Return who is meant, or raise RuleError where that is nobody or two."""
    if (user is None) == (artist is None):
        raise RuleError("Name a user or an artist, one of the two.", rule="name")
    if user is not None:
        return user
    return artist or ""


def _screen(view: BlocklistView, *, number: int = 1) -> Reply:
    rows, leaf = replies.leaf(view.rows, number, each=_ROWS)
    return replies.card(
        Card(
            title=BLOCKLIST_TITLE,
            body="\n".join(_lines(rows)),
            buttons=tuple(leaf.steps("blocklist")),
            footer=page_text(leaf.number, leaf.pages) if leaf.pages > 1 else "",
        )
    )


def _lines(rows: Sequence[BlockRow]) -> Sequence[str]:
    lines = [
        block_text(
            row.name,
            kind=row.kind.value,
            reason=row.reason,
            until=None if row.until is None else moment(row.until),
        )
        for row in rows
    ]
    return lines or [BLOCKLIST_EMPTY_TEXT]
