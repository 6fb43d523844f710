"""One queue for a Slack team and a Discord server: a code made at one is typed at the other."""

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat.visit import Visit
from bot.chat_texts import join_code_text, joined_text
from bot.workflow import linking
from db.models import CodePurpose


async def make_code(visit: Visit) -> Reply:
    """Show the code with which another place, as a Slack team, joins this desk."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        made = await linking.make_code(
            session,
            workspace_id=desk.workspace_id,
            person=visit.person,
            purpose=CodePurpose.WORKSPACE,
            now=desk.now(),
        )
    return replies.sentence(join_code_text(made.code))


async def join(visit: Visit, code: str, *, place_id: str) -> Reply:
    """Let a server or a team, `place_id`, work at the desk where the code was made."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        joined = await linking.join_workspace(
            session,
            platform=visit.person.platform,
            external_id=place_id,
            person=visit.person,
            code=code,
            now=desk.now(),
        )
    return replies.sentence(joined_text(joined.name))
