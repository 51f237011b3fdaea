"""Training memory layers for a frozen transformer.

Messages do not read and replies do not write (`engine.layers.memory`), so all that the backbone makes of a message,
and all of a question up to the reply, is the same whatever the memory holds. It is computed once and kept (`frozen`);
a step of training computes only the writing, and the upper blocks of the few tokens that read (`reading`).
"""
