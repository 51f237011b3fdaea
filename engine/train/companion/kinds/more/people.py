"""More ways, for training alone, to tell and ask of people and of their pets."""

from __future__ import annotations

from engine.train.companion.facts import More, more
from engine.train.companion.kinds.more.people_wordings import TOLD_MORE

_NAMED: dict[str, More] = {
    "relative_name": more(
        noun="the name of my {s}",
        tell="""
        {v} is my {s}.
        {v} is the name of my {s}.
        My {s}? The name is {v}.
        I have {as}, and everyone says {v}.
        Have you met my {s}? The name is {v}.
        When I speak of {v}, I mean my {s}.
        My {s} was given the name {v}.
        I got a letter from {v}, my {s}.
        I had lunch with {v}, who is my {s}.
        My {s} answers to the name {v}.
        The person I call my {s} is named {v}.
        I get on well with my {s} {v}.
        If {v} calls, that is my {s}.
        """,
        ask="""
        What was the name of my {s} again?
        And my {s}, what is the name?
        Remind me of the name of my {s}.
        Any idea what my {s} is called?
        My {s}, what was the name?
        Which name was my {s} given?
        I have to introduce my {s}. What is the name?
        By what name do I know my {s}?
        Could you tell me my {s}'s name?
        You have heard of my {s}. What is the name?
        With what name should you greet my {s}?
        Somebody asked what my {s} is called. What do I say?
        How is my {s} named?
        """,
        correct="""
        That is not the name of my {s}, it is {v}.
        I mixed up the names. My {s} is {v}.
        """,
        brief="""
        My {s} is {v}.
        """,
    ),
    "their_pet": more(
        noun="the name of {s}",
        tell="""
        {v} is the name of {s}.
        {v} is what they call {s}.
        The name of {s}? It is {v}.
        {s} was given the name {v}.
        {s} has a name, it is {v}.
        {s} comes when you call {v}.
        I like {s}, and the name is {v}.
        {s} was named {v}.
        Everybody calls {s} {v}.
        I took care of {s} today, it is named {v}.
        It says {v} on the bowl of {s}.
        The name they chose for {s} is {v}.
        """,
        ask="""
        What was the name of {s} again?
        And {s}, what is it called?
        Remind me of the name of {s}.
        Any idea what {s} is called?
        {s}, what was the name?
        Which name was {s} given?
        What is {s} named?
        I want to call {s}. What is the name?
        What does everybody call {s}?
        Could you tell me the name of {s}?
        {s} has a name. Which one?
        When you call {s}, what do you call?
        """,
        correct="""
        That is not the name of {s}, it is {v}.
        """,
        brief="""
        The name is {v}.
        """,
    ),
}


def _said_of(told: More, start: str, inside: str) -> More:
    return told.mapped(lambda line: line.replace("{p}", start).replace("{q}", inside))


PEOPLE_MORE: dict[str, More] = {
    **_NAMED,
    **{f"their_{key}": _said_of(told, "{s}", "{s}") for key, told in TOLD_MORE.items()},
    **{f"relative_{key}": _said_of(told, "My {s}", "my {s}") for key, told in TOLD_MORE.items()},
}
