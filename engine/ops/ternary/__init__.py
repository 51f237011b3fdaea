"""Products with ternary weights (BitNet b1.58, Ma et al. 2024, arXiv 2402.17764).

`naive` is the truth in plain torch; `ste` the fused form for training, `native` that of the C++ library in whole
numbers, `mixed` that of a narrower float, and `fast` chooses; `packing` the 2-bit layout in numpy; `triton` the packed
form on a CUDA card.
Nothing is imported here: `packing` must stay free of torch.
"""
