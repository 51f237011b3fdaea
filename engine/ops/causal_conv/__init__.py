"""The short causal depthwise convolution of a TTT layer's q, k and v.

`naive` leaves the gradient to autograd; `fused` sums it in place.
"""
