"""One token of a TTT layer between its ternary products: convolution, keys, rate, update and reading.

`naive` is the truth; `triton` the fused form for a CUDA card, which changes the state in place.
"""
