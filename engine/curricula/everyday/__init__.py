"""What people tell a chat program of their lives, in their manner, and what they ask days later.

`frames` holds the sentences with their blanks; `manner` makes them look as typed. The data files beside them were
written by hand for this project: ``frames/*.jsonl`` (what is told, and questions about it), ``words.jsonl`` (what
fills the blanks), ``ordinary.jsonl`` (requests that have nothing to do with the person), ``chatter.jsonl`` (messages
that tell nothing), ``replies.jsonl`` (what is answered to a telling, and to a question about what nobody told).
"""
