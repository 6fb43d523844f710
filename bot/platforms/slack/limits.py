"""What Slack takes, as its reference of blocks (docs.slack.dev/reference/block-kit) says."""

from typing import Final

BLOCKS: Final = 50
HEADER: Final = 150
SECTION_TEXT: Final = 3000
SECTION_FIELDS: Final = 10
FIELD_TEXT: Final = 2000
CONTEXT_TEXT: Final = 2000
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2000
ACTION_ID: Final = 255
# Slack takes 25; more than five do not stand side by side on a telephone.
ACTIONS: Final = 5
SELECT_OPTIONS: Final = 100
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER: Final = 150
# The text that stands for the blocks in a notification; Slack cuts it at 40,000.
FALLBACK: Final = 1000

# docs.slack.dev/reference/views and /reference/block-kit, for modals and the Home tab.
VIEW_BLOCKS: Final = 100
MODAL_TITLE: Final = 24
MODAL_BUTTON: Final = 24
PRIVATE_METADATA: Final = 3000
# An opened modal and two that are put on top of it.
STACK: Final = 3
INPUT_LABEL: Final = 2000
INPUT_HINT: Final = 2000
TEXT_INPUT: Final = 3000
CHOICES: Final = 10
# docs.slack.dev/interactivity: the first answer, the life of a trigger, and of a response_url.
ACKNOWLEDGE_S: Final = 3
TRIGGER_S: Final = 3
RESPONSE_URL_S: Final = 1800
RESPONSE_URL_USES: Final = 5
