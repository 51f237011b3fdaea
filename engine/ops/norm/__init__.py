"""Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv 1910.07467).

`naive` is the formula; `native` is one pass of the C++ library each way; `fast` chooses between it and torch's own.
"""
