"""System messages and what they change: the assistant's name, the user's name, and the manner of every reply."""

from __future__ import annotations

import random
from collections.abc import Callable

from engine.curricula.companion.exchanges import NO_SCENE, PLAIN, Manner, Scene
from engine.curricula.companion.names import Split, make_word
from engine.curricula.companion.values import MAKERS

_NAMING = (
    "Your name is {v}.",
    "You are {v}.",
    "You are called {v}.",
    "You are {v}, a friendly helper.",
    "You are an assistant named {v}.",
    "You are a small model called {v}.",
    "The assistant is called {v}.",
    "Your name is {v}. You help the user.",
)
_PLAIN = (
    "You are a helpful assistant.",
    "You are a friendly companion.",
    "You are a small helpful model.",
    "You help the user and remember what you are told.",
    "Be helpful.",
    "Talk with the user.",
    "Help the user.",
)


def _same(reply: str) -> str:
    return reply


def _starting(word: str) -> Callable[[str], str]:
    return lambda reply: f"{word} {reply}"


def _ending(word: str) -> Callable[[str], str]:
    return lambda reply: f"{reply} {word}"


def _cheerful(reply: str) -> str:
    return f"Hooray! {reply[:-1]}!" if reply.endswith(".") else f"Hooray! {reply}"


_SHORT = ("Answer very shortly.", "Be brief.", "Answer in few words.", "Keep your answers short.", "Use few words.")
_CHEERFUL = ("Be cheerful.", "Be very cheerful.", "Sound happy.", "Be happy and loud.")
_PIRATE = ("Talk like a pirate.", "You are a pirate.", "Speak as a pirate does.")
_POLITE = ("Be very polite.", "Speak politely.", "Be polite, like a butler.")
_SLEEPY = ("You are very sleepy.", "Sound tired.", "Be sleepy.")
_START = ("Begin every answer with {v}.", "Start each reply with the word {v}.", "Always say {v} first.")
_END = ("End every answer with {v}.", "Finish each reply with the word {v}.", "Always say {v} at the end.")
_ADDRESS = ("Call the user {v}.", "Address the user as {v}.", "The user wants to be called {v}.")
_TITLES = ("Captain", "Boss", "Chief", "Doctor", "Master", "Friend", "Professor", "Madam", "Sir")


def make_manner(rng: random.Random, split: Split) -> Manner:
    """A manner with its system message. Words to begin or end with are made up, so that they must be copied."""
    roll = rng.random()
    if roll < 0.3:
        return Manner(rng.choice(_SHORT), _same, brief=True)
    if roll < 0.45:
        return Manner(rng.choice(_CHEERFUL), _cheerful)
    if roll < 0.55:
        return Manner(rng.choice(_PIRATE), _starting("Arr!"))
    if roll < 0.65:
        return Manner(rng.choice(_POLITE), _starting("With pleasure."))
    if roll < 0.7:
        return Manner(rng.choice(_SLEEPY), _starting("Yawn."))
    word = make_word(rng, split).capitalize()
    if roll < 0.8:
        return Manner(rng.choice(_START).replace("{v}", word), _starting(f"{word}."))
    if roll < 0.9:
        return Manner(rng.choice(_END).replace("{v}", word), _ending(f"{word}."))
    title = rng.choice(_TITLES) if rng.random() < 0.6 else word
    return Manner(rng.choice(_ADDRESS).replace("{v}", title), _addressing(title))


def _addressing(title: str) -> Callable[[str], str]:
    return lambda reply: f"{reply[:-1]}, {title}{reply[-1]}" if reply[-1] in ".!?" else reply


def make_scene(rng: random.Random, split: Split, share: float) -> Scene:
    """A scene; with a system message in `share` of the cases."""
    if rng.random() >= share:
        return NO_SCENE
    roll = rng.random()
    if roll < 0.15:
        return Scene(rng.choice(_PLAIN), PLAIN, "")
    name = "" if 0.5 <= roll < 0.8 else MAKERS["name"](rng, split)
    naming = rng.choice(_NAMING).replace("{v}", name) if name else ""
    manner = PLAIN if roll < 0.5 else make_manner(rng, split)
    return Scene(" ".join(part for part in (naming, manner.system) if part), manner, name)
