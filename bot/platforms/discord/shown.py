"""Answers as messages of Discord."""

from typing import assert_never

from bot.chat.replies import Page, Reply, Sentence, Shown
from bot.platforms.discord import render
from bot.platforms.discord.layouts import page
from bot.platforms.discord.screen import Screen


def screen_of(answer: Reply | Screen) -> Screen:
    """Return an answer as a message; what only Discord can say is a message already."""
    match answer:
        case Screen():
            return answer
        case Shown():
            return render.card(answer.card, place=answer.place, player=answer.player)
        case Sentence(document=None):
            return render.sentence(answer.text, buttons=answer.buttons)
        case Sentence():
            return Screen(content=answer.text, document=answer.document)
        case Page():
            return page(answer)
        case _:
            assert_never(answer)
