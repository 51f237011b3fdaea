"""Facts about other people: the user's family and friends, and persons known by name."""

from __future__ import annotations

from engine.train.companion.facts import Kind, kind
from engine.train.companion.kinds.people_wordings import TOLD

_NAMED = (
    kind(
        "relative_name",
        "name",
        subject="relation",
        weight=3,
        tell="""
        My {s} is called {v}.
        My {s}'s name is {v}.
        My {s} is {v}.
        The name of my {s} is {v}.
        I have {as} called {v}.
        I have {as} named {v}.
        I call my {s} {v}.
        This is {v}, my {s}.
        Do you know my {s} {v}?
        I went out with my {s} {v}.
        My {s} goes by the name {v}.
        My {s} has the name {v}.
        I visited my {s} {v} today.
        I have {as} whose name is {v}.
        Today my {s} {v} came to see me.
        """,
        ask="""
        What is my {s} called?
        What is my {s}'s name?
        Who is my {s}?
        What is the name of my {s}?
        How is my {s} called?
        Which name does my {s} have?
        What do I call my {s}?
        I have {as}. What is the name?
        Do you remember my {s}'s name?
        Do you know the name of my {s}?
        By what name does my {s} go?
        Who came to see me, what is my {s} called?
        """,
        about="what my {s} is called",
        answer="Your {s} is called {v}.",
        note="""
        I like the name {v}.
        Say hello to {v} from me.
        """,
        prompt="What is your {s} called?",
        brief="{v}.\nThe name is {v}.\nIt is {v}.",
        short="It is {v}.",
        correct="My {s} is called {v}, I said it wrong.",
    ),
    kind(
        "their_pet",
        "pet_name",
        subject="name_pet",
        weight=1.5,
        tell="""
        {s} is called {v}.
        {s}'s name is {v}.
        The name of {s} is {v}.
        I met {s}, it is called {v}.
        {s} has the name {v}.
        They call {s} {v}.
        I played with {s}, whose name is {v}.
        {s} goes by the name {v}.
        {s} listens to the name {v}.
        If you call {s}, call it {v}.
        The name on the bowl of {s} is {v}.
        """,
        ask="""
        What is {s} called?
        What is {s}'s name?
        What is the name of {s}?
        How is {s} called?
        Which name does {s} have?
        What do they call {s}?
        Do you remember the name of {s}?
        Do you know what {s} is called?
        By what name does {s} go?
        To what name does {s} listen?
        Which name is on the bowl of {s}?
        """,
        about="what {s} is called",
        answer="{s} is called {v}.",
        note="I like the name {v}.",
        correct="{s} is called {v} now.",
    ),
)


def _of_named(key: str) -> Kind:
    form = {name: text.replace("{p}", "{s}").replace("{q}", "{s}") for name, text in TOLD[key].items()}
    return _person_kind(f"their_{key}", "name", {k: t.replace("{r}", "{s}") for k, t in form.items()})


def _of_relative(key: str) -> Kind:
    """'My sister' for the user is 'your sister' for the assistant, so prompts and answers are turned round."""
    form = {name: text.replace("{p}", "My {s}").replace("{r}", "Your {s}") for name, text in TOLD[key].items()}
    form = {name: text.replace("{q}", "your {s}" if name == "prompt" else "my {s}") for name, text in form.items()}
    return _person_kind(f"relative_{key}", "relation", form)


def _person_kind(key: str, subject: str, form: dict[str, str]) -> Kind:
    return kind(
        key,
        form["value"],
        subject=subject,
        weight=float(form["weight"]) * (1.0 if subject == "name" else 0.4),
        tell=form["tell"],
        ask=form["ask"],
        about=form["about"],
        answer=form["answer"],
        prompt=form["prompt"],
        brief="",
        short=form["short"],
        correct=form["correct"],
    )


PEOPLE = (*_NAMED, *(_of_named(key) for key in TOLD), *(_of_relative(key) for key in TOLD))
