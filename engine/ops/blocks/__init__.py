"""Weights in small blocks with a scale each, as GGUF files hold them.

`matrix` is a matrix of such blocks, looked at in place; `decode` turns blocks into floats, in numpy. The layouts are
those of ggml (the library beneath llama.cpp); each decoder gives the very bits of the ``gguf`` package's own.
"""
