"""Tables with a row a word, held as whole numbers with a scale for each row: embedding and head of a model, made small.

`table` has what they share and those of bytes, `fives` those of five bits, both in numpy; the product with one is
`engine.ops.ternary.ste.frozen_linear`, since sums of whole numbers with a scale for each row are what it computes.
Nothing is imported here: both must stay free of torch.
"""
