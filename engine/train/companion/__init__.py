"""The companion's mother tongue: a generator of short dialogues in which things are told, asked back and corrected.

All text comes from the word lists, wordings and syllables in this package; nothing is taken from elsewhere. Values
are mostly made up on the spot, so that the only way to answer well is to copy what was said: a model trained on this
cannot know the answer, it has to remember it.
"""

from __future__ import annotations
