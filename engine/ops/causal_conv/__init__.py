"""The short causal depthwise convolution of a TTT layer's views.

`naive` leaves the gradient to autograd; `fused` sums it in place.
"""
