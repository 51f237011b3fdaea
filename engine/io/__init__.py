"""Files: checkpoint folders, ``.bitt`` bodies and ``.soul`` files, read with every length checked, written atomically.

Nothing is imported here. `body` loads any kind of body, `soul` a soul, `inspect` tells what a file is.
"""
