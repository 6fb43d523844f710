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
from bot.platforms.slack import offers, setup_work, thread_work
from bot.platforms.slack.commands import wish_of
from bot.platforms.slack.home import home
from bot.platforms.slack.routing import Routes

ROUTES = Routes(
    pressed=MappingProxyType(
        {
            "mine": artist_work.show_one,
            "mysubs": artist_work.turn_own_page,
            "mysubs_state": artist_work.choose_own_state,
            "withdraw": artist_work.withdraw,
            "recording": help_work.confirm,
            "useful": help_work.say_useful,
            "forget": privacy_work.delete,
            "facts": artist_work.show_facts,
            "calls": artist_work.turn_calls,
            "blocklist": blocklist_work.turn_page,
            "queue": queue_work.turn_page,
            "queue_view": queue_work.choose_view,
            "queue_of": queue_work.show_picked,
            "review": review_work.start,
            "review_of": review_work.next_picked,
            "digest_of": digest_work.do_picked,
            "open": review_work.open_card,
            "skip": review_work.skip,
            "claim": review_work.claim,
            "release": review_work.release,
            "thread": thread_work.open_thread,
            "why": review_work.why,
            "more": review_work.more,
            "history": review_work.show_history,
            "pin": review_work.pin,
            "unpin": review_work.unpin,
            "wake": review_work.wake,
            "retry": review_work.retry,
            "setup_code": link_work.make_code,
            "snooze": review_work.choose_snooze,
            "snoozed": review_work.snooze,
            "keep": decide_work.keep,
            "maybe": decide_work.maybe,
            "undo": decide_work.undo_pressed,
            "playlist": playlist_work.show_pressed,
            "seeds": seed_work.show_pressed,
            "seeds_out": seed_work.remove_chosen,
            "setup": setup_work.show_setup,
            "setup_review": setup_work.choose_review,
            "setup_submit": setup_work.choose_submit,
            "setup_role": setup_work.choose_group,
            "setup_mention": setup_work.choose_mention,
            "setup_test": setup_work.post_test,
        }
    ),
    opened=MappingProxyType(
        {
            "offer": offers.open_link,
            "offer_file": offers.open_file,
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
            "send": artist_work.send_form,
            "filed": help_work.attach,
            "replied": help_work.answer,
            "declined": decide_work.decline,
            "noted": review_work.note,
            "asked": review_work.ask,
            "playlist_added": playlist_work.add,
            "playlist_edited": playlist_work.edit,
            "seeds_added": seed_work.add,
            "seeds_removed": seed_work.remove,
        }
    ),
    windows=frozenset(
        {"mine", "facts", "review", "review_of", "open", "skip", "why", "more", "history", "snooze"}
    ),
    stacked=frozenset(
        {"answer", "ask", "decline", "facts", "file", "history", "more", "note", "resubmit"}
        | {"setup_code", "snooze", "thread", "why"}
    ),
    cards=frozenset({"declined", "noted", "asked"}),
    tabs=frozenset({"home_playlist", "home_view"}),
    commands=wish_of,
    home=home,
)
