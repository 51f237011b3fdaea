"""The delta rule on fast weights: one gradient step of ``|W k - v|^2 / 2`` at every token.

Widrow and Hoff 1960; as a layer: Schlag et al. 2021, arXiv 2102.11174; as test-time training: Sun et al. 2024,
arXiv 2407.04620. `naive` goes token by token; `chunk` is the parallel form of Yang et al. 2024, arXiv 2406.06484;
`triton` the same on a CUDA card, `native` on the processor with a gradient of its own.
"""
