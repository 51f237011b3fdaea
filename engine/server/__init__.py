"""The mind behind the interface that other programs speak: a local HTTP server in the form of OpenAI's API.

It needs the packages of the extra ``server``; nothing that starts without them imports this package.
"""
