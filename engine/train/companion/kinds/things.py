"""Animals and things of the user: their names, places, colours, prices, givers."""

from __future__ import annotations

from engine.train.companion.facts import kind

THINGS = (
    kind(
        "pet_name",
        "pet_name",
        subject="pet",
        weight=4,
        tell="""
        My {s} is called {v}.
        My {s}'s name is {v}.
        I have {as} called {v}.
        I have {as}. It is called {v}.
        The name of my {s} is {v}.
        We have {as} named {v}.
        I call my {s} {v}.
        I own {as} named {v}.
        This is {v}, my {s}.
        Our {s} is called {v}.
        I got {as} and named it {v}.
        My {s} {v} is asleep now.
        I live with my {s} {v}.
        I take care of my {s}, which we named {v}.
        There is {as} in my home, and its name is {v}.
        """,
        ask="""
        What is my {s} called?
        What is my {s}'s name?
        What is the name of my {s}?
        What did I name my {s}?
        How is my {s} called?
        Which name does my {s} have?
        What do I call my {s}?
        What name did I give my {s}?
        I have {as}. What is its name?
        Who is my {s}?
        Do you remember my {s}'s name?
        What is the {s} in my home called?
        What was my {s} named?
        """,
        about="what my {s} is called",
        answer="Your {s} is called {v}.",
        note="""
        I like the name {v}.
        That is a lovely name for {as}.
        What a good name for {as}!
        """,
        prompt="What is your {s} called?",
        brief="{v}.\nIt is called {v}.\nWe call it {v}.\nIts name is {v}.",
        correct="""
        My {s} is called {v} now.
        I gave my {s} a new name. It is {v} now.
        """,
    ),
    kind(
        "thing_name",
        "thing_name",
        subject="named_thing",
        weight=1.5,
        tell="""
        My {s} is called {v}.
        I named my {s} {v}.
        The name of my {s} is {v}.
        My {s} has a name: {v}.
        I gave my {s} the name {v}.
        We call our {s} {v}.
        I call my {s} {v}.
        I have {as} named {v}.
        On my {s} you can read the name {v}.
        My {s} goes by the name {v}.
        I decided to call my {s} {v}.
        I painted the name {v} on my {s}.
        """,
        ask="""
        What is my {s} called?
        What is the name of my {s}?
        What did I name my {s}?
        Which name does my {s} have?
        What do I call my {s}?
        How is my {s} called?
        What name did I give my {s}?
        What do we call our {s}?
        My {s} has a name. What is it?
        Do you remember the name of my {s}?
        Which name can you read on my {s}?
        What name is painted on my {s}?
        """,
        about="what my {s} is called",
        answer="Your {s} is called {v}.",
        note="A fine name for {as}.",
        prompt="What is your {s} called?",
        brief="{v}.\nIt is called {v}.",
        correct="My {s} is called {v} now.\nI gave my {s} a new name: {v}.",
    ),
    kind(
        "where_thing",
        "place",
        subject="owned",
        weight=2,
        tell="""
        My {s} is {v}.
        The {s} is {v}.
        I put my {s} {v}.
        I put the {s} {v}.
        I left my {s} {v}.
        I keep my {s} {v}.
        You can find my {s} {v}.
        I hid my {s} {v}.
        My {s} lies {v}.
        I have put my {s} away, it is {v}.
        Remember that my {s} is {v}.
        I placed my {s} {v}.
        The place of my {s} is {v}.
        """,
        ask="""
        Where is my {s}?
        Where is the {s}?
        Where did I put my {s}?
        Where did I leave my {s}?
        Where do I keep my {s}?
        Where can I find my {s}?
        Where did I hide my {s}?
        I cannot find my {s}. Where is it?
        In what place is my {s}?
        Do you know where my {s} is?
        I am looking for my {s}. Where did I put it?
        Where did I place my {s}?
        """,
        about="where my {s} is",
        answer="Your {s} is {v}.",
        prompt="Where is your {s}?",
        brief="It is {v}.\nI put it {v}.",
        short="It is {v}.",
        correct="I moved my {s}. It is {v} now.\nMy {s} is {v} now.",
    ),
    kind(
        "where_things",
        "place",
        subject="owned_plural",
        weight=2,
        tell="""
        My {s} are {v}.
        The {s} are {v}.
        I put my {s} {v}.
        I put the {s} {v}.
        I left my {s} {v}.
        I keep my {s} {v}.
        You can find my {s} {v}.
        I hid my {s} {v}.
        My {s} lie {v}.
        I have put my {s} away, they are {v}.
        Remember that my {s} are {v}.
        I placed my {s} {v}.
        The place of my {s} is {v}.
        """,
        ask="""
        Where are my {s}?
        Where are the {s}?
        Where did I put my {s}?
        Where did I leave my {s}?
        Where do I keep my {s}?
        Where can I find my {s}?
        Where did I hide my {s}?
        I cannot find my {s}. Where are they?
        In what place are my {s}?
        Do you know where my {s} are?
        I am looking for my {s}. Where did I put them?
        Where did I place my {s}?
        """,
        about="where my {s} are",
        answer="Your {s} are {v}.",
        prompt="Where are your {s}?",
        brief="They are {v}.\nI put them {v}.",
        short="They are {v}.",
        correct="I moved my {s}. They are {v} now.\nMy {s} are {v} now.",
    ),
    kind(
        "thing_colour",
        "colour",
        subject="coloured",
        weight=1.2,
        tell="""
        My {s} is {v}.
        The colour of my {s} is {v}.
        I painted my {s} {v}.
        I have {av} {s}.
        My new {s} is {v}.
        My {s} has the colour {v}.
        We have {av} {s} at home.
        I wanted {av} {s}, and now I have it.
        In my house the {s} is {v}.
        My {s} looks {v}.
        You know my {s} because it is {v}.
        """,
        ask="""
        What colour is my {s}?
        Which colour is my {s}?
        What is the colour of my {s}?
        Which colour does my {s} have?
        In which colour did I paint my {s}?
        What colour is our {s}?
        What did I say about the colour of my {s}?
        Do you remember the colour of my {s}?
        How does my {s} look, what colour?
        What colour of {s} do I have?
        By which colour do you know my {s}?
        """,
        about="what colour my {s} is",
        answer="Your {s} is {v}.",
        prompt="What colour is your {s}?",
        brief="It is {v}.\n{v}.",
        correct="I painted my {s} again. It is {v} now.\nMy {s} is {v} now.",
    ),
    kind(
        "price",
        "number",
        subject="goods",
        weight=0.7,
        tell="""
        The {s} costs {v} coins.
        I paid {v} coins for the {s}.
        The price of the {s} is {v} coins.
        I bought {as} for {v} coins.
        My {s} was {v} coins.
        The {s} in the shop costs {v} coins.
        They want {v} coins for the {s}.
        For the {s} I gave {v} coins.
        I sold my {s} for {v} coins.
        The tag on the {s} says {v} coins.
        """,
        ask="""
        How much is the {s}?
        What does the {s} cost?
        How many coins is the {s}?
        What is the price of the {s}?
        How much did I pay for the {s}?
        How many coins does the {s} cost?
        How much do they want for the {s}?
        Do you remember the price of the {s}?
        What was the price of my {s}?
        How many coins does the tag on the {s} say?
        """,
        about="what the {s} costs",
        answer="The {s} costs {v} coins.",
        short="It is {v} coins.",
        correct="The {s} costs {v} coins now.",
    ),
    kind(
        "giver",
        "name",
        subject="goods",
        tell="""
        {v} gave me the {s}.
        I got the {s} from {v}.
        The {s} is a present from {v}.
        The {s} was a gift from {v}.
        My {s} is from {v}.
        I was given the {s} by {v}.
        For my birthday {v} gave me the {s}.
        The {s} came from {v}.
        I thank {v} for the {s}.
        The person who gave me the {s} is {v}.
        It was {v} who brought me the {s}.
        """,
        ask="""
        Who gave me the {s}?
        From whom did I get the {s}?
        Who is the {s} from?
        From whom is my {s}?
        Whose present is the {s}?
        Who gave me my {s}?
        From whom did the {s} come?
        Whom do I thank for the {s}?
        I have {as}. Who gave it to me?
        Who brought me the {s}?
        """,
        about="who gave me the {s}",
        answer="The {s} is from {v}.",
        note="How kind!",
        short="It is from {v}.",
        correct="The {s} is from {v}, I mixed it up.",
    ),
)
