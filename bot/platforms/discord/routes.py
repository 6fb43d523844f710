"""Which press and which form leads to what."""

from types import MappingProxyType

from bot.chat import (
    artist_work,
    blocklist_work,
    decide_work,
    digest_work,
    help_work,
    link_work,
    playlist_work,
    privacy_work,
    queue_work,
    review_work,
    seed_work,
)
from bot.platforms.discord import setup_work, thread_work
from bot.platforms.discord.earmark import Route, Routes

ROUTES = Routes(
    pressed=MappingProxyType(
        {
            "mine": Route(work=artist_work.show_one),
            "mysubs": Route(work=artist_work.turn_own_page, layout=True),
            "mysubs_state": Route(work=artist_work.choose_own_state, layout=True),
            "withdraw": Route(work=artist_work.withdraw, back="mine"),
            "recording": Route(work=help_work.confirm, back="mine"),
            "useful": Route(work=help_work.say_useful, beside=True),
            "forget": Route(work=privacy_work.delete),
            "facts": Route(work=artist_work.show_facts, back="mine"),
            "calls": Route(work=artist_work.turn_calls),
            "blocklist": Route(work=blocklist_work.turn_page),
            "queue": Route(work=queue_work.turn_page, layout=True),
            "queue_view": Route(work=queue_work.choose_view, layout=True),
            "queue_of": Route(work=queue_work.show_picked, layout=True),
            "review": Route(work=review_work.start),
            "review_of": Route(work=review_work.next_picked),
            "digest_of": Route(work=digest_work.do_picked),
            "open": Route(work=review_work.open_card),
            "skip": Route(work=review_work.skip, back="open"),
            "claim": Route(work=review_work.claim, back="open"),
            "release": Route(work=review_work.release, back="open"),
            "thread": Route(work=thread_work.open_thread, beside=True),
            "why": Route(work=review_work.why, beside=True),
            "more": Route(work=review_work.more, beside=True),
            "history": Route(work=review_work.show_history, back="open"),
            "pin": Route(work=review_work.pin, back="open"),
            "unpin": Route(work=review_work.unpin, back="open"),
            "wake": Route(work=review_work.wake, back="open"),
            "retry": Route(work=review_work.retry, beside=True),
            "snooze": Route(work=review_work.choose_snooze, back="open"),
            "snoozed": Route(work=review_work.snooze, back="open"),
            "keep": Route(work=decide_work.keep, back="open"),
            "maybe": Route(work=decide_work.maybe, back="open"),
            "playlist": Route(work=playlist_work.show_pressed),
            "seeds": Route(work=seed_work.show_pressed),
            "seeds_out": Route(work=seed_work.remove_chosen),
            "setup": Route(work=setup_work.show_setup),
            "setup_review": Route(work=setup_work.choose_review, back="setup"),
            "setup_submit": Route(work=setup_work.choose_submit, back="setup"),
            "setup_role": Route(work=setup_work.choose_role, back="setup"),
            "setup_mention": Route(work=setup_work.choose_mention, back="setup"),
            "setup_code": Route(work=link_work.make_code, beside=True),
            "setup_test": Route(work=setup_work.post_test, back="setup"),
            "undo": Route(work=decide_work.undo_pressed, back="open"),
        }
    ),
    opened=MappingProxyType(
        {
            "form": artist_work.draft_form,
            "resubmit": artist_work.resubmit_form,
            "file": help_work.open_file,
            "answer": help_work.open_answer,
            "decline": decide_work.open_decline,
            "note": review_work.open_note,
            "ask": review_work.open_ask,
            "playlist_add": playlist_work.open_add,
            "playlist_edit": playlist_work.open_edit,
            "seeds_add": seed_work.open_add,
            "seeds_remove": seed_work.open_remove,
        }
    ),
    sent=MappingProxyType(
        {
            "send": Route(work=artist_work.send_form),
            "filed": Route(work=help_work.attach, back="mine"),
            "replied": Route(work=help_work.answer, back="mine"),
            "declined": Route(work=decide_work.decline, back="open"),
            "noted": Route(work=review_work.note, beside=True),
            "asked": Route(work=review_work.ask, beside=True),
            "playlist_added": Route(work=playlist_work.add, back="playlist_add"),
            "playlist_edited": Route(work=playlist_work.edit, back="playlist"),
            "seeds_added": Route(work=seed_work.add, back="seeds"),
            "seeds_removed": Route(work=seed_work.remove, back="seeds"),
        }
    ),
)
