"""A score as views carry it."""

from bot.messages import ScoreLine

SCORE = ScoreLine(
    percentile=52,
    low=31,
    high=72,
    p_low=0.2,
    p_medium=0.5,
    p_high=0.3,
    level="medium",
    model="cnn-1",
)
