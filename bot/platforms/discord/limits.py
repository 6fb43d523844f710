"""What Discord takes: counts and lengths, each with the page of its documentation.

Sources: the documentation's repository (discord/discord-api-docs at c98d64bc, August 2026). Lengths
are in characters as Discord counts them: code points, not bytes.
"""

from datetime import timedelta

# resources/message.mdx, "Create Message".
CONTENT = 2000
EMBEDS = 10
ALT_TEXT = 1024

# resources/message.mdx, "Embed Limits". The total is over all embeds of a message.
EMBED_TITLE = 256
EMBED_DESCRIPTION = 4096
EMBED_FIELDS = 25
EMBED_FIELD_NAME = 256
EMBED_FIELD_VALUE = 1024
EMBED_FOOTER = 2048
EMBEDS_TOTAL = 6000

# components/reference.mdx. A message of components alone ("V2") has no content and no embeds.
CUSTOM_ID = 100
ROWS = 5
ROW_BUTTONS = 5
BUTTON_LABEL = 80
SELECT_OPTIONS = 25
SELECT_PLACEHOLDER = 150
OPTION_LABEL = 100
OPTION_VALUE = 100
OPTION_DESCRIPTION = 100
V2_COMPONENTS = 40
V2_TEXT = 4000

# interactions/receiving-and-responding.mdx and components/reference.mdx, for forms.
MODAL_TITLE = 45
MODAL_PARTS = 5
LABEL_TEXT = 45
LABEL_DESCRIPTION = 100
TEXT_INPUT = 4000
TEXT_PLACEHOLDER = 100
RADIO_OPTIONS = 10
CHECKBOX_OPTIONS = 10

# interactions/application-commands.mdx.
AUTOCOMPLETE_CHOICES = 25
CHOICE_NAME = 100
CHOICE_VALUE = 100
COMMAND_NAME = 32
COMMAND_DESCRIPTION = 100

# resources/channel.mdx.
THREAD_NAME = 100

# interactions/receiving-and-responding.mdx: the first answer, and everything after it.
FIRST_ANSWER = timedelta(seconds=3)
TOKEN_LIFE = timedelta(minutes=15)
