"""Files that a person is handed: Slack shows none in an answer, so they come in private."""

from dataclasses import replace

from bot.chat.replies import Sentence
from bot.chat_texts import IN_PRIVATE_TEXT
from bot.platforms.slack.answering import Answer
from bot.platforms.slack.reception import Visit


async def handed_over(visit: Visit, answer: Answer) -> Answer:
    """Send the file of an answer to its person, and say where it is."""
    if not isinstance(answer, Sentence) or answer.document is None:
        return answer
    opened = await visit.client.conversations_open(users=visit.person.external_id)
    await visit.client.files_upload_v2(
        channel=str(opened["channel"]["id"]),
        content=answer.document.content,
        filename=answer.document.name,
        title=answer.document.name,
    )
    return replace(answer, text=f"{answer.text} {IN_PRIVATE_TEXT}", document=None)
