"""Which playlist is meant, where somebody need not say."""

from bot.chat.visit import Visit
from bot.chat_texts import NO_PLAYLISTS_TEXT, which_playlist_text
from bot.errors import NotFoundError, RuleError
from bot.workflow import suggest


async def meant(visit: Visit, typed: str) -> str:
    """Return the name of a playlist: the one typed, or the only one; RuleError lists several."""
    if typed:
        return typed
    async with visit.desk.sessions() as session:
        found = await suggest.playlists_for(session, workspace_id=visit.desk.workspace_id)
    if not found:
        raise NotFoundError(NO_PLAYLISTS_TEXT)
    if len(found) > 1:
        raise RuleError(which_playlist_text([one.name for one in found]), rule="playlist")
    return found[0].name
