"""Causal attention with grouped heads and sliding windows (Vaswani et al. 2017; Ainslie et al. 2023, arXiv 2305.13245).

`naive` is the formula, head by head and token by token; `fast` is torch's fused product.
"""
