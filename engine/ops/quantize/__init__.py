"""What goes before a ternary product, with the rounding to int8 in the same pass: a norm, or the gate of a SwiGLU.

`naive` is the truth; `triton` the fused form for a CUDA card.
"""
