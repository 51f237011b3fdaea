"""``bit-llama bench``: measurements that anyone can run in a checkout. Each prints a table, then one line of JSON.

`commands` names them with their options; the other modules measure.
"""
