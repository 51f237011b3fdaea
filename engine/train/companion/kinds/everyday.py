"""Small facts of every day: ages of pets, numbers, sizes, what is liked, lent and wished for."""

from __future__ import annotations

from engine.train.companion.facts import kind

EVERYDAY = (
    kind(
        "pet_age",
        "pet_age",
        subject="pet",
        weight=1.2,
        tell="""
        My {s} is {v} years old.
        I have {as}, and it is {v} years old.
        My {s} is {v}.
        My {s} turned {v} this year.
        The age of my {s} is {v}.
        Our {s} is {v} years old.
        My {s} has turned {v}.
        I have {as} and she is {v} years old.
        I have {as}. He is {v} years old.
        My {s} is {v} years old now.
        For {v} years now my {s} has been in this world.
        My {s} is already {v} years old.
        """,
        ask="""
        How old is my {s}?
        What is the age of my {s}?
        What age is my {s}?
        How many years old is my {s}?
        At what age is my {s} now?
        What is my {s}'s age?
        Do you know how old my {s} is?
        How old did I say my {s} is?
        Tell me the age of my {s}.
        Do you remember my {s}'s age?
        How many years has my {s} lived?
        How old is our {s}?
        """,
        about="how old my {s} is",
        answer="Your {s} is {v} years old.",
        note="A fine age for {as}.",
        prompt="How old is your {s}?",
        brief="{v}.\nIt is {v} years old.\n{v} years old.\nIt is {v}.",
        short="It is {v} years old.",
        correct="""
        My {s} had its birthday. It is {v} years old now.
        I counted wrong, my {s} is {v} years old.
        """,
    ),
    kind(
        "how_many",
        "count",
        subject="counted",
        tell="""
        I have {v} {s}.
        We have {v} {s}.
        I have got {v} {s}.
        All in all I have {v} {s}.
        My {s} are {v} in number.
        The number of my {s} is {v}.
        I have exactly {v} {s}.
        I now have {v} {s}.
        I counted my {s}, there are {v}.
        You know, I have {v} {s}.
        If I count all my {s}, I get to {v}.
        I have {v} {s} by now.
        """,
        ask="""
        How many {s} do I have?
        How many {s} are mine?
        What is the number of my {s}?
        How many {s} do we have?
        What did I get when I counted my {s}?
        How many {s} did I say I have?
        Do you know how many {s} I have?
        How many {s} have I got?
        How many {s} do I have by now?
        Tell me how many {s} I have.
        Count my {s} for me. How many are there?
        Do you remember how many {s} I have?
        """,
        about="how many {s} I have",
        answer="You have {v} {s}.",
        prompt="How many {s} do you have?",
        brief="{v}.\nI have {v}.\nThere are {v}.",
        short="You have {v}.",
        correct="I have {v} {s} now.\nI counted again, I have {v} {s}.",
    ),
    kind(
        "my_size",
        "size",
        subject="measure",
        weight=0.8,
        tell="""
        My {s} is {v}.
        The tailor says my {s} is {v}.
        I measured it, my {s} is {v}.
        My {s} is exactly {v}.
        As for my {s}, put down {v}.
        My {s} at the moment is {v}.
        My {s} is about {v}.
        They measured my {s}, it is {v}.
        You can note that my {s} is {v}.
        In the shop they said that my {s} is {v}.
        Anyone who asks for my {s} hears {v}.
        On the form I write {v} as my {s}.
        """,
        ask="""
        What is my {s}?
        Which {s} do I have?
        What {s} do I have?
        Do you know my {s}?
        What do I write on a form for my {s}?
        What did I say my {s} is?
        What was my {s}?
        Tell me my {s}.
        Do you remember my {s}?
        What {s} did I tell you?
        Someone needs my {s}. What do I say?
        Can you tell me my {s}?
        """,
        about="what my {s} is",
        answer="Your {s} is {v}.",
        prompt="What is your {s}?",
        correct="My {s} is {v} now.\nI measured again, my {s} is {v}.",
    ),
    kind(
        "likes",
        "liked",
        weight=2,
        tell="""
        I like {v}.
        I really like {v}.
        I like {v} a lot.
        I am fond of {v}.
        I have a soft spot for {v}.
        I like {v} very much.
        One thing I like is {v}.
        I do like {v}.
        I am keen on {v}.
        I have always liked {v}.
        There is always room for {v} in my heart.
        What I like is {v}.
        """,
        ask="""
        What do I like?
        What is it that I like?
        What did I say I like?
        Which thing do I like?
        What am I fond of?
        What do I like a lot?
        What do I really like?
        What do I like very much?
        Do you know what I like?
        Tell me what I like.
        For what do I have a soft spot?
        What am I keen on?
        """,
        about="what I like",
        answer="You like {v}.",
        note="That is easy to like.",
        prompt="What do you like?",
        brief="I like {v}.\nI really like {v}.",
        short="You like {v}.",
        correct="My taste has changed. I like {v} now.\nThese days I like {v}.",
    ),
    kind(
        "lent",
        "name",
        subject="owned",
        weight=1.2,
        tell="""
        I lent my {s} to {v}.
        I gave my {s} to {v} for a while.
        {v} has my {s}.
        {v} borrowed my {s}.
        {v} asked for my {s}, and I said yes.
        I lent {v} my {s}.
        {v} is using my {s} at the moment.
        I let {v} have my {s}.
        I have lent my {s} to {v}.
        At the moment {v} has my {s}.
        Until next week my {s} is in the hands of {v}.
        It was {v} who borrowed my {s}.
        """,
        ask="""
        Who has my {s}?
        To whom did I lend my {s}?
        Who borrowed my {s}?
        Who did I lend my {s} to?
        With whom is my {s}?
        Who is using my {s}?
        Who did I give my {s} to?
        Who has my {s} at the moment?
        Do you know who has my {s}?
        Who did I say has my {s}?
        Whom must I ask to get my {s} back?
        Do you remember who borrowed my {s}?
        """,
        about="who has my {s}",
        answer="You lent your {s} to {v}.",
        note="I hope you get it back soon.",
        prompt="Who has your {s}?",
        brief="{v}.\n{v} has it.\nI lent it to {v}.",
        short="You lent it to {v}.",
        correct="I got my {s} back and lent it to {v}.\nNow {v} has my {s}.",
    ),
    kind(
        "gift_idea",
        "gift",
        subject="name",
        tell="""
        {s} wants {av} for the birthday.
        {s} wants {av}.
        {s} would like {av} for the birthday.
        {s} wishes for {av}.
        {s} dreams of getting {av}.
        A good present for {s} is {av}.
        For the birthday {s} wants {av}.
        I could give {s} {av}.
        {s} would be happy about {av}.
        {s} told me about a wish, it is {av}.
        If I want to please {s}, I should bring {av}.
        As a present {s} would like {av}.
        """,
        ask="""
        What does {s} want for the birthday?
        What does {s} want?
        What would {s} like for the birthday?
        What does {s} wish for?
        What should I bring to please {s}?
        What is a good present for {s}?
        What could I give {s}?
        What did I say {s} wants?
        What would make {s} happy?
        Do you know what {s} wants?
        Which thing does {s} dream of getting?
        What is {s}'s wish?
        """,
        about="what {s} wants for the birthday",
        answer="{s} wants {av}.",
        note="That is a good idea for a present.",
        prompt="What does {s} want for the birthday?",
        brief="{av}.\nIt is {av}.",
        short="It is {av}.",
        correct="{s} has another wish now. It is {av}.\n{s} wants {av} now.",
    ),
)
