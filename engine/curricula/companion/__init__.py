"""The curriculum of the bundled companion: its facts, its wordings and its everyday talk.

The words are data, `resources/curricula/companion`; this package reads them and puts sentences together. Values are
mostly made up on the spot, so that the only way to answer well is to remember what was said. `tools.companion` writes
the companion's training text with the same words.
"""
