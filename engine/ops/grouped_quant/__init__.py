"""Products of matrices in groups of 32 weights with activations that are rounded to int8 in such groups.

`matrix` is the form that the native library takes, repacked from the blocks of a file without loss; `naive` is the
formula in numpy; `native` is the C++ library.
"""
