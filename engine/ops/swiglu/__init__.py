"""``silu(gate) * up`` of the feed-forward half of a block (Shazeer 2020, arXiv 2002.05202).

`naive` is the formula; `fused` has a gradient that writes both halves into one array; `native` is one pass of the C++
library each way; `fast` chooses.
"""
