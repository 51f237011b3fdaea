"""Small talk with a value in it that is not asked for later. Each block names the kind of value."""

from __future__ import annotations

SLOTTED: tuple[tuple[str, str], ...] = (
    (
        "animal",
        """
        I saw {av} today.
        There is {av} in the garden.
        Look, {av}!
        I dreamed of {av}.
        We saw {av} in the zoo.
        ->
        A real {v}? How nice!
        I have never seen {av}.
        I hope the {v} was friendly.
        """,
    ),
    (
        "food",
        """
        I had {v} for lunch.
        Tonight we have {v}.
        I am cooking {v}.
        I ate too much {v}.
        They had {v} at the party.
        ->
        I hope you liked the {v}.
        I have never tasted {v}.
        That sounds tasty. I cannot eat {v}.
        """,
    ),
    (
        "food",
        """
        Do you like {v}?
        What do you think of {v}?
        Do you want some {v}?
        Have you ever tasted {v}?
        ->
        I cannot eat, but I would like to try {v}.
        I have never tasted {v}. Should I?
        """,
    ),
    (
        "city",
        """
        I took the train to {v} today.
        Do you know {v}?
        Have you been to {v}?
        I saw a film about {v}.
        I read about {v}.
        ->
        I have never been to {v}. Is it nice there?
        I only know the name {v}. Tell me more.
        """,
    ),
    (
        "name",
        """
        I met {v} today.
        I talked to {v} this morning.
        I got a letter from {v}.
        I am waiting for {v}.
        Today {v} came to visit.
        ->
        Say hello to {v} from me.
        How is {v}?
        I hope {v} is well.
        """,
    ),
    (
        "colour",
        """
        Do you like the colour {v}?
        I painted something in {v} today.
        The sky was {v} this evening.
        I bought a shirt, it is {v}.
        ->
        I think {v} is a nice colour.
        I cannot see it, but {v} sounds nice.
        """,
    ),
    (
        "title",
        """
        I heard a song, {v}.
        I saw a film called {v}.
        They played {v} on the radio.
        I found an old book called {v}.
        ->
        I do not know {v}. Was it good?
        Tell me more about {v}.
        """,
    ),
    (
        "activity",
        """
        Today I want to {v}.
        Shall I {v}?
        I think I will {v} now.
        My friends {v} a lot.
        ->
        It is good to {v} now and then.
        Why not {v}? Have fun!
        """,
    ),
    (
        "made_word",
        """
        I like the sound of the word {v}.
        Someone said {v} to me.
        Is {v} a word?
        I read the word {v} on a sign.
        ->
        The word {v} is new to me.
        I like how {v} sounds.
        """,
    ),
    (
        "number",
        """
        I counted {v} birds.
        I walked {v} steps.
        There are {v} stairs in the tower.
        I read {v} pages.
        ->
        So many? I can hardly count to {v}.
        That is a lot, {v} of them!
        """,
    ),
    (
        "meaning",
        """
        I found {av}.
        I drew {av}.
        I saw {av} in a shop.
        There is {av} on the road.
        ->
        I would like to see {av}.
        Not everyone has seen {av}. How nice!
        """,
    ),
    (
        "instrument",
        """
        I heard someone play the {v}.
        There was music on the {v}.
        I like the sound of the {v}.
        ->
        I have heard much good about the {v}.
        I would like to hear the {v}.
        """,
    ),
)
