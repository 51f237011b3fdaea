"""Root-mean-square normalisation (Zhang and Sennrich 2019, arXiv 1910.07467).

`naive` is torch's; `native` one pass of the C++ library each way.
"""
