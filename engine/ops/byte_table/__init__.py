"""Tables with a row a word, held as bytes: the embedding and the head of a body at a quarter of their size.

`table` says how they are made, in numpy; the product with one is `engine.ops.ternary.ste.frozen_linear`, since sums of
whole numbers with a scale for each row are what it computes. Nothing is imported here: `table` must stay free of torch.
"""
