"""Files: checkpoint folders, ``.bitt`` models and ``.soul`` files, read with every length checked, written atomically.

Nothing is imported here. `body` loads any kind of model, `soul` a soul, `inspect` tells what a file is.
"""
