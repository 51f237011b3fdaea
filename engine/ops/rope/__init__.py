"""Rotary position embedding (Su et al. 2021, arXiv 2104.09864).

`frequencies` says how fast each pair turns; `naive` rotates pair by pair as the formula stands; `fast` rotates whole
halves. The two numbers of a pair lie half the rotary width apart, as the reference implementations store them.
"""
