"""What Earmark says in a chat beside the sentences of `texts`: failures, empty states, forms.

Words of one platform alone, as the names of its commands, are with that platform.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.marks import command
from bot.messages import plain
from db.types import AiUse, Welcome

SLOW_TEXT = "The desk is busy at the moment. Please try again in a few seconds; nothing was lost."
STUMBLED_TEXT = (
    "Earmark stumbled over itself, and the details are in its log. Please try again; if it stays"
    " like that, tell whoever runs this bot."
)
UNNAMED = "unnamed"
OLD_BUTTON_TEXT = (
    "That button comes from an older version of this bot and does nothing any more. Use the"
    " commands instead: type / to see them."
)

IN_PRIVATE_TEXT = "It is in our direct messages."
ONE_MOMENT_TEXT = "One moment, please…"
# Slack's modals: 24 characters for the title and each button.
MODAL_TITLE = "Earmark"
SEND_BUTTON = "Send"
CLOSE_BUTTON = "Close"

# What a link to a track reads as, where it stands among words.
LISTEN_LINK = "listen"

# The form for a submission. Discord takes 45 characters of a label, 100 of the line below it.
SUBMIT_NOTE_LIMIT = 200
FORM_TITLE = "Submit a track"
FORM_LINK = "Spotify link of one track"
FORM_LINK_HINT = "https://open.spotify.com/track/…"
FORM_FILE = "Your audio file"
FORM_FILE_BESIDE = "Or your audio file"
FORM_FILE_HINT = "For scoring only; it is deleted afterwards."
FORM_PLAYLIST = "Playlist"
FORM_PLAYLIST_HINT = "These are not all of them. For another one, write its name after the command."
FORM_AI = "Was it made with AI tools?"
FORM_NOTE = "Note for the curators"
FORM_NOTE_HINT = "What should they know? You may leave it empty."
FORM_OWNS = "I own or represent this track"
FORM_OWNS_HINT = "Most playlists only take tracks from people who own or represent them."
FORM_BACK_BUTTON = "Back to the form"
FORM_ANYWAY_BUTTON = "Submit anyway…"
YOUR_LINK = "Your link"
YOUR_NOTE = "Your note"
YOUR_FILE = "Your file"
YOUR_GENRE = "Your genre"
YOUR_LANGUAGE = "Your language"
YOUR_TRACK_TEXT = "Your track"
NO_LINK_THERE_TEXT = (
    "There is no Spotify link in that message. Copy one from the artist's post, or use"
    f" {command('submit')}, which takes a link or a file."
)
NO_TRACK_TEXT = "Paste the link of one track, or choose a file."
TYPE_ANEW_TEXT = (
    "The form has no place for a genre or a language: for another one, type"
    f" {command('submit')} anew."
)
AI_LABELS: Mapping[AiUse, str] = MappingProxyType(
    {AiUse.NO: "No", AiUse.PARTLY: "Partly", AiUse.MOSTLY: "Mostly"}
)
NO_PLAYLISTS_TEXT = (
    f"No playlist is set up here yet. Whoever manages this place can do it: {command('setup')}"
)

# Buttons that several messages share. Discord takes 80 characters, Slack 75.
OPEN_BUTTON = "Open"
PREVIOUS_BUTTON = "Previous"
NEXT_BUTTON = "Next"
STATUS_BUTTON = "Status"
WITHDRAW_BUTTON = "Withdraw"
AGAIN_BUTTON = "Send again…"
FACTS_BUTTON = "Facts about the sound"

MINE_TITLE = "Your submissions"
MINE_EMPTY: Mapping[str, str] = MappingProxyType(
    {
        "all": f"There is nothing here yet. Send a track with {command('submit')}.",
        "waiting": f"Nothing of yours waits for an answer. {command('submit')} sends a track.",
        "answered": "None of your submissions is answered yet.",
    }
)
MINE_STATES: Mapping[str, str] = MappingProxyType(
    {"all": "All of them", "waiting": "What waits", "answered": "What is answered"}
)


def again_text(when: str) -> str:
    return f"A new version of it is welcome from {when} on."


def page_text(number: int, pages: int) -> str:
    return f"page {number} of {pages}"


PRIVACY_TITLE = "Delete your data?"
DELETE_BUTTON = "Yes, forget me"
EXPORT_TEXT = "This is everything that is kept of you here."
ACCOUNTS_TITLE = "Your accounts"
FILE_TITLE = "Send your file"
FILE_BUTTON = "Send the file…"
FILE_TAKEN_TEXT = "Thank you, the file is here and is heard next. It is deleted afterwards."
RECORDING_BUTTON = "Yes, that is my recording"
RECORDING_CONFIRMED_TEXT = "Thank you. It is heard next."
USEFUL_TEXT = "Thank you. The curators see it beside their answer, and that is all it does."
ANSWER_TITLE = "Your answer"
ANSWER_BUTTON = "Answer…"
ANSWER_SENT_TEXT = "Thank you, the curators of {code} have your answer."
CALLS_TITLE = "Open calls"
CHECK_TITLE = "Would it be taken?"
SUBMIT_BUTTON = "Submit a track…"


def more_checks_text(count: int) -> str:
    """Tell that more playlists were asked about than a message holds."""
    return f"Of {count} more playlists, name the one you mean after the command."


def next_digest_text(when: str) -> str:
    return f"next digest {when}"


WITHDRAWN_TEXT = "Taken out of the queue. You may send it again whenever you like."

# For curators.
QUEUE_BUTTON = "Show the queue"
REVIEW_BUTTON = "Start review"
KEEP_BUTTON = "Keep"
MAYBE_BUTTON = "Maybe"
DECLINE_BUTTON = "Decline…"
KEEP_ALONE_BUTTON = "Keep without the panel"
MAYBE_ALONE_BUTTON = "Maybe without the panel"
DECLINE_ALONE_BUTTON = "Decline without the panel…"
CLAIM_BUTTON = "Claim"
RETRY_BUTTON = "Score it again"
RETRY_TEXT = "It is looked up and heard again now. The card changes when that is done."
RELEASE_BUTTON = "Release"
SKIP_BUTTON = "Skip"
WHY_BUTTON = "Why"
THREAD_BUTTON = "Thread"
SNOOZE_BUTTON = "Snooze"
ASK_BUTTON = "Ask artist…"
MORE_BUTTON = "More"
UNDO_BUTTON = "Undo"
NEXT_TRACK_BUTTON = "Next track"
CARD_BUTTON = "Show the card"
# What leads back from a refusal that stands where something else stood, by the action.
BACK_BUTTONS: Mapping[str, str] = MappingProxyType(
    {
        "open": CARD_BUTTON,
        "mine": "Show the submission",
        "setup": "Back to the set-up",
        "playlist": "Back to the rules",
        "seeds": "Back to the seed tracks",
        "playlist_add": "Back to the form",
    }
)
NOTE_BUTTON = "Note…"
HISTORY_BUTTON = "History"
PIN_BUTTON = "Pin to the top"
UNPIN_BUTTON = "Unpin"
WAKE_BUTTON = "Bring back now"
MORE_TITLE = "More"
SNOOZE_PICK = "Set aside for how long?"
SNOOZE_DAYS: Mapping[int, str] = MappingProxyType({1: "a day", 3: "three days", 7: "a week"})
NO_REVIEW_CHANNEL_TEXT = (
    "There is no review channel yet, and a thread has to hang somewhere. Whoever manages this"
    f" server can choose one: {command('setup')}"
)
THREAD_TEXT = "Talk about it here: {thread}"
DIGEST_ADDED = "Added this week"
VIEW_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "suggested": "Suggested order",
        "oldest": "Oldest first",
        "discovery": "Discovery picks",
        "needs-vote": "Needs my vote",
        "mine": "Claimed by me",
        "maybe": "Maybes",
    }
)
DECLINE_TITLE = "Decline"
DECLINE_REASONS_LABEL = "Why? Choose one to three."
DECLINE_REASONS_HINT = "The artist reads these in words."
DECLINE_NOTE = "Note for the artist"
DECLINE_NOTE_HINT = "Optional. One sentence of your own helps more than any reason."
DECLINE_WELCOME = "What is welcome next?"
WELCOME_LABELS: Mapping[Welcome, str] = MappingProxyType(
    {
        Welcome.NEW_MIX: "A new mix of this one",
        Welcome.OTHER_SONG: "Another song",
        Welcome.NOT_THIS_ONE: "Not this one again",
    }
)
NOTE_TITLE = "Note for the curators"
ASK_TITLE = "Question for the artist"

# Setting a server up.
SETUP_TITLE = "Setting up Earmark"
SETUP_CHANNEL_HINT = (
    "Choose where curators review, who they are, and add a first playlist. Every choice is kept at"
    f" once; you may stop here and come back with {command('setup')}."
)
SETUP_DONE_TEXT = (
    f"All is in place. Artists can use {command('submit')}, and curators {command('queue')} and"
    f" {command('next')}."
)
SETUP_LOOK_TEXT = "Almost there: something below needs a look."
SETUP_CHANGED_TEXT = "Kept."
SETUP_NOTHING = "not chosen yet"
SETUP_GONE = "deleted, or hidden from this bot; please choose again"
SETUP_EXPOSED = "Who reads along"
SETUP_SAME_CHANNEL_TEXT = (
    "The review channel is the submit channel, so artists would see the cards with their scores."
    " Choose a channel for curators alone."
)
EVERYBODY_CURATES_TEXT = (
    "Everybody here has that role, so artists would see the queue with its scores. Choose a role"
    " that only curators have."
)
SETUP_NO_PLAYLIST = "none yet"
SETUP_REVIEW_PICK = "Review channel: cards, board and digest"
SETUP_SUBMIT_PICK = "Submit channel, where artists are"
SETUP_ROLE_PICK = "Role that reviews every playlist"
ADD_PLAYLIST_BUTTON = "Add a playlist…"
TEST_POST_BUTTON = "Test post"
JOIN_DESKS_BUTTON = "Join another place"
CHECK_AGAIN_BUTTON = "Check again"
MENTION_ON_BUTTON = "Mention artists with closed DMs"
MENTION_OFF_BUTTON = "Do not mention artists"
TEST_POST_TITLE = "This is a test"
TEST_POST_TEXT = "Cards, the live board and the weekly digest will come into this channel."
TEST_POST_SENT_TEXT = "The test post is in the review channel."


def join_code_text(code: str) -> str:
    return (
        f"To work at this desk from another place, type this code there within ten minutes: {code}."
        f" On Discord that is /setup code:{code}, on Slack /earmark setup link {code}. Whoever has"
        " it can join, so show it to nobody else."
    )


def joined_text(name: str) -> str:
    return f"This place works at the desk of {name} now: one queue, seen from both."


def kept_text(filename: str, until: str) -> str:
    """Tell that a file need not be sent again, and until when."""
    return f"{plain(filename, limit=150)} is kept here until {until}: no need to send it again."


def attached_text(filename: str) -> str:
    """Tell which file goes along with a form."""
    return f"Your file: {plain(filename, limit=150)}"


def setup_zone_text(zone: str) -> str:
    return f"{zone}. Another one: {command('setup')} zone:"


def open_channel_text(channel: str) -> str:
    """Warn of a review channel that artists can read, and say what to do."""
    return (
        f"Everybody here can read #{channel}, so artists would see the cards with their scores. Let"
        " only curators and this bot view it, in its settings, or choose another channel."
    )


def missing_text(channel: str, permissions: Sequence[tuple[str, str]]) -> str:
    """Name what is missing in a channel, each with what it is for, and where to give it."""
    lacks = ", ".join(f"{name} ({purpose})" for name, purpose in permissions)
    what = "it" if len(permissions) == 1 else "them"
    return (
        f"In #{channel} this bot lacks {lacks}. Give {what} to its role in the channel's settings,"
        " under Permissions."
    )


def post_failed_text(channel: str, why: str) -> str:
    return f"Nothing could be posted in #{channel}: {why}."


# Playlists and the blocklist.
PLAYLIST_ADD_TITLE = "Add a playlist"
PLAYLIST_NAME = "Name"
PLAYLIST_LINK = "Link of the Spotify playlist"
PLAYLIST_LINK_HINT = "Where kept tracks go. You may add it later."
PLAYLIST_AI = "Tracks made with AI tools"
PLAYLIST_ANSWER = "Days until artists get an answer"
RULES_BUTTON = "All rules"
PLAYLIST_CHANGE_PICK = "Change up to five rules"
PLAYLIST_CHANGED_TEXT = "Kept. These are the rules now:"
PLAYLIST_OPENED_TEXT = "It takes submissions now. These are the rules:"
PLAYLIST_CLOSED_TEXT = "It takes no more submissions; what waits stays in the queue."
BLOCKLIST_TITLE = "Who may not submit"
BLOCKLIST_EMPTY_TEXT = "Nobody is kept out."


def proposed_text(why: str) -> str:
    """Tell that a new playlist has a proposed rule instead of what was typed."""
    return f"Not taken, and what is proposed stands instead: {why}"


def not_taken_text(why: str) -> str:
    return f"Not taken: {why}"


def playlist_edit_title(name: str) -> str:
    return f"Rules of {name}"


def reviewers_text(names: Sequence[str]) -> str:
    """Say who reviews a playlist beside the role that reviews all of them."""
    return ", ".join(names) or "only the role that reviews every playlist"


def block_text(name: str, *, kind: str, reason: str, until: str | None) -> str:
    """Return one line of the blocklist."""
    end = f"until {until}" if until else "for good"
    return f"{name} ({kind}), {end}: {reason}"


HELP_TITLE = "What Earmark can do"
HELP_LINES = (
    f"{command('submit')} - send a track to a playlist's curators",
    f"{command('check')} - see what would happen to a track, without sending it",
    f"{command('mine')} - your submissions, and where they stand",
    f"{command('calls')} - the playlists, what they look for, and how long an answer takes",
    f"{command('privacy')} export, delete, dm-on, dm-off or join-accounts - your data",
    f"{command('queue')} - for curators: what waits, in the order that is suggested",
    f"{command('next')} - for curators: review the next track",
    f"{command('track')} - for curators: everything that happened to a submission",
    f"{command('undo')} - for curators: take your last answer back",
    f"{command('digest')} preview, send or skip - for curators: the playlist's week",
    f"{command('setup')}, {command('playlist')}, {command('blocklist')} - for who manages this",
)


def unknown_command_text(typed: str) -> str:
    return f"There is no {typed} here. {command('help')} tells what there is."


PLAYLIST_PICK = "Which playlist?"
REVIEWS_NOTHING_TEXT = (
    "You review no playlist here. Who manages this place can let you: by the curators' role, or for"
    " one playlist."
)


def pick_playlist_text(count: int, *, most: int) -> str:
    """Return how many there are to choose from, where not all of them fit into the list."""
    if count <= most:
        return f"You review {count} playlists."
    return (
        f"You review {count} playlists, and these are the first {most} of them. For another one,"
        " write its name after the command."
    )


# With the longest names they just fit into a sentence on Discord.
_MOST_NAMES = 15


def which_playlist_text(names: Sequence[str]) -> str:
    """Name the playlists there are to choose from, or the first of them and how many more."""
    told = f"Say which playlist: {', '.join(names[:_MOST_NAMES])}"
    more = len(names) - _MOST_NAMES
    return (
        f"{told}, or one of {more} more: {command('calls')} shows all." if more > 0 else f"{told}."
    )


# The Home tab of Slack.
HOME_ARTIST = "Your submissions"
HOME_CURATOR = "Queue"
HOME_PICK = "Another playlist"
SUBMIT_THIS_TEXT = "Is that a track for the curators?"
POSTED_THREAD_TEXT = "Talk about {code} in the thread of its card in {channel}."
FILE_GONE_TEXT = "That file is not there any more."
FOREIGN_FILE_TEXT = "Only who has sent that file can submit it."
SUBMIT_THIS_BUTTON = "Submit this?"
SETUP_GROUP_PICK = "User group that reviews every playlist"


def invite_text(channel_name: str) -> str:
    return f"Earmark is not in {channel_name}. Invite it there, and press the button again."
