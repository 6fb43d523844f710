"""What can be done here, for who asks for help."""

from bot.chat import replies
from bot.chat.replies import Reply
from bot.chat_texts import HELP_LINES, HELP_TITLE
from bot.messages import Card


def help_card() -> Reply:
    """Return every command with what it does."""
    return replies.card(Card(title=HELP_TITLE, body="\n".join(HELP_LINES)))
