"""Messages that Earmark sends by itself, as Discord shows them."""

from bot.chat.review_screens import shared_card
from bot.curation import ReviewCard
from bot.platforms.discord import render, shown
from bot.platforms.discord.screen import Screen
from bot.workflow.delivery import Outgoing
from db.status import UNANSWERED, Status


def screen_of(message: Outgoing) -> Screen:
    """Return a message as Discord shows it; its buttons name the workspace, for direct messages.

    A review card keeps the look that it was posted with, and loses its buttons once it is answered.
    """
    view = message.view
    if isinstance(view, ReviewCard):
        if Status(view.row.status) in UNANSWERED:
            return shown.screen_of(shared_card(view))
        return render.card(message.card, player=True)
    return render.card(message.card, place=message.workspace_id)
