"""What Earmark says in a chat beside the sentences of `texts`: failures, empty states, forms.

Words of one platform alone, as the names of its commands, are with that platform.
"""

from collections.abc import Mapping
from types import MappingProxyType

from db.types import AiUse

SLOW_TEXT = "The desk is busy at the moment. Please try again in a few seconds; nothing was lost."
STUMBLED_TEXT = (
    "Earmark stumbled over itself, and the details are in its log. Please try again; if it stays"
    " like that, tell whoever runs this bot."
)
OLD_BUTTON_TEXT = (
    "That button is of an older version of this bot and does nothing any more. Use the commands"
    " instead: type / to see them."
)

# The form for a submission. Discord takes 45 characters of a label, 100 of the line below it.
SUBMIT_NOTE_LIMIT = 200
FORM_TITLE = "Submit a track"
FORM_LINK = "Spotify link of one track"
FORM_LINK_HINT = "https://open.spotify.com/track/…"
FORM_FILE = "Your audio file"
FORM_FILE_HINT = "For scoring only; it is deleted afterwards."
FORM_PLAYLIST = "Playlist"
FORM_AI = "Was it made with AI tools?"
FORM_NOTE = "Note for the curators"
FORM_NOTE_HINT = "What should they know? You may leave it empty."
FORM_OWNS = "I own or represent this track"
FORM_OWNS_HINT = "Most playlists take only tracks that are sent by who may send them."
FORM_BACK_BUTTON = "Back to the form"
FORM_ANYWAY_BUTTON = "Submit anyway"
YOUR_LINK = "Your link"
YOUR_NOTE = "Your note"
YOUR_TRACK_TEXT = "Your track"
AI_LABELS: Mapping[AiUse, str] = MappingProxyType(
    {AiUse.NO: "No", AiUse.PARTLY: "Partly", AiUse.MOSTLY: "Mostly"}
)
NO_PLAYLISTS_TEXT = "No playlist is set up here yet. Whoever manages this server can do it: /setup"
