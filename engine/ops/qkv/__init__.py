"""Query, key and value of a ``linear`` TTT layer: a short convolution, silu, and queries and keys of length 1.

`naive` puts the formulas together from their parts; `fused` has a convolution with a gradient of its own; `native` is
one pass of the C++ library, with its gradient.
"""
