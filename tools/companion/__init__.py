"""The generator of the companion's training text: dialogues in which things are told, asked back and corrected.

It speaks with the words of `engine.curricula.companion`, which nights teach with too, and adds what only training
needs: system messages, recitals, days in a row, files. Nothing is taken from elsewhere.
"""
