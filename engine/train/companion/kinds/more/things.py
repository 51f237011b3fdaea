"""More ways, for training alone, to tell and ask of pets, and of things: names, places, colours, prices, givers."""

from __future__ import annotations

from engine.train.companion.facts import More, more

_WHERE_TELL = """
I stored my {s} {v}.
My mother put my {s} {v}.
If I ask for my {s}, look {v}.
I always put my {s} {v}.
I was tired and left my {s} {v}.
I dropped my {s} {v}.
You will find the {s} {v}.
I saw my {s} {v}.
Somebody put my {s} {v}.
The place for the {s} is {v}.
"""
_WHERE_ASK = """
Remind me where I put my {s}.
Any idea where my {s} went?
Where might my {s} be?
Where should I look for my {s}?
Have you seen my {s}?
I need my {s}. Where should I look?
In which place did I leave my {s}?
I lost my {s}. Can you help?
Could you tell me where to find my {s}?
Where have I put the {s}?
My {s}, where did I put that?
"""

THINGS_MORE: dict[str, More] = {
    "pet_name": more(
        noun="the name of my {s}",
        tell="""
        I have {as} named {v}.
        {v} is my {s}.
        {v} is the name of my {s}.
        My {s} answers to {v}.
        My {s} listens to the name {v}.
        I have {as}, and the name is {v}.
        There is {as} at home with us, called {v}.
        We gave our {s} the name {v}.
        The children named the {s} {v}.
        I got {as} last year and called it {v}.
        I feed my {s} {v} every morning.
        My {s} was named {v}.
        When I call {v}, my {s} comes.
        We chose {v} as the name for our {s}.
        Have you met my {s}? The name is {v}.
        I went for a walk, and my {s} {v} came along.
        """,
        ask="""
        What was the name of my {s} again?
        And my {s}, what is it called?
        Remind me of my {s}'s name.
        Any idea what my {s} is called?
        My {s}, what did I call it?
        Which name did we choose for our {s}?
        What name does my {s} answer to?
        I want to call my {s}. What is the name?
        What did the children name the {s}?
        How do I call my {s}?
        You remember my {s}, right? What is the name?
        Could you tell me the name of my {s}?
        To which name does my {s} listen?
        Someone asked what my {s} is called. What do I say?
        """,
        correct="""
        That is not the name of my {s}, it is {v}.
        My {s} is not called that, the name is {v}.
        """,
        brief="""
        The name is {v}.
        """,
    ),
    "thing_name": more(
        noun="the name of my {s}",
        tell="""
        {v} is the name of my {s}.
        {v} is what I call my {s}.
        I have {as}, and I named it {v}.
        My {s} was named {v}.
        We chose the name {v} for my {s}.
        Even my {s} has a name, it is {v}.
        Do not laugh, but my {s} is called {v}.
        For luck I named my {s} {v}.
        My daughter named the {s} {v}.
        I bought {as} and called it {v}.
        It may be odd, but I call my {s} {v}.
        The name I chose for my {s} is {v}.
        """,
        ask="""
        What was the name of my {s} again?
        And my {s}, what is its name?
        Remind me of the name of my {s}.
        Any idea what I named my {s}?
        My {s} got a name. Which one?
        Which name did we choose for my {s}?
        What did my daughter name the {s}?
        Could you say what my {s} is called?
        By what name do I call my {s}?
        You know my {s}. What is it called?
        What name did my {s} get?
        Which odd name does my {s} have?
        """,
        correct="""
        That is not the name of my {s}. It is {v}.
        My {s} is not called that, but {v}.
        """,
        brief="""
        Its name is {v}.
        I named it {v}.
        """,
    ),
    "where_thing": more(
        noun="the place where my {s} is",
        tell=_WHERE_TELL
        + """
        My {s} stays {v}.
        I had no time, so the {s} is still {v}.
        Right now my {s} is {v}.
        """,
        ask=_WHERE_ASK
        + """
        Where did my {s} go?
        My {s} is gone. Where is it?
        And my {s}, where is it?
        """,
        correct="""
        I took my {s} away. It is {v} now.
        Not there, my {s} is {v}.
        """,
        brief="""
        I left it {v}.
        """,
    ),
    "where_things": more(
        noun="the place where my {s} are",
        tell=_WHERE_TELL
        + """
        My {s} stay {v}.
        I had no time, so the {s} are still {v}.
        Right now my {s} are {v}.
        """,
        ask=_WHERE_ASK
        + """
        Where did my {s} go?
        My {s} are gone. Where are they?
        And my {s}, where are they?
        """,
        correct="""
        I took my {s} away. They are {v} now.
        Not there, my {s} are {v}.
        """,
        brief="""
        I left them {v}.
        """,
    ),
    "thing_colour": more(
        noun="the colour of my {s}",
        tell="""
        {v} is the colour of my {s}.
        {v} is the colour I chose for my {s}.
        The colour of my {s}? It is {v}.
        I chose {v} for my {s}.
        My {s} was painted {v}.
        We made our {s} {v}.
        I picked {av} {s} in the shop.
        My old {s} was ugly, the new one is {v}.
        The {s} that I have is {v}.
        Mine is {av} {s}.
        You will know my {s} by its colour, {v}.
        I have {as} and it is {v}.
        """,
        ask="""
        What was the colour of my {s} again?
        And my {s}, what colour is it?
        Remind me what colour my {s} is.
        Any idea what colour my {s} has?
        My {s}, which colour is it?
        What colour did I choose for my {s}?
        In what colour was my {s} painted?
        How would you know my {s}, by what colour?
        In which colour did I pick my {s}?
        Could you describe the colour of my {s}?
        Somebody asked for the colour of my {s}. What is it?
        Of what colour is my {s}?
        """,
        correct="""
        My {s} has another colour now. It is {v}.
        You mixed up the colour, my {s} is {v}.
        """,
        brief="""
        The colour is {v}.
        """,
    ),
    "price": more(
        noun="the price of the {s}",
        tell="""
        {v} coins is the price of the {s}.
        {v} coins is what the {s} costs.
        The price of the {s}? It is {v} coins.
        The {s} is {v} coins.
        You can have the {s} for {v} coins.
        The seller asks {v} coins for the {s}.
        I had to pay {v} coins to get the {s}.
        The {s} was not cheap, it cost {v} coins.
        The {s} is on sale for {v} coins.
        My {s} is worth {v} coins.
        I saw {as} for {v} coins.
        It took {v} coins to buy the {s}.
        """,
        ask="""
        What was the price of the {s} again?
        And the {s}, how much is it?
        Remind me what the {s} costs.
        Any idea how much the {s} is?
        The {s}, what is its price?
        How much money is the {s}?
        How many coins do I need for the {s}?
        For how many coins can I have the {s}?
        What does the seller ask for the {s}?
        I want to buy the {s}. How much is it?
        What is the {s} worth?
        Could you tell me the price of the {s}?
        For how much is the {s} on sale?
        """,
        correct="""
        The {s} has a new price. It is {v} coins now.
        I read it wrong, the {s} costs {v} coins.
        """,
        brief="""
        {v} coins.
        It costs {v} coins.
        """,
    ),
    "giver": more(
        noun="the person who gave me the {s}",
        tell="""
        {v} brought me the {s}.
        {v} bought the {s} for me.
        {v} is the one who gave me the {s}.
        Who gave me the {s}? It was {v}.
        I have the {s} thanks to {v}.
        The {s} was given to me by {v}.
        It was {v} who gave me the {s}.
        I received the {s} from {v}.
        My {s} is a gift from {v}.
        I did not buy the {s}, {v} gave it to me.
        I got {as}, and it came from {v}.
        I have to thank {v}, who gave me the {s}.
        """,
        ask="""
        Who was it that gave me the {s}?
        And the {s}, who gave it to me?
        Remind me who gave me the {s}.
        Any idea who the {s} came from?
        The {s}, who is it from?
        Whose gift is the {s}?
        By whom was the {s} given to me?
        Who bought the {s} for me?
        Whom should I thank for the {s}?
        I got {as} from someone. Who was it?
        From which person did I receive the {s}?
        Could you tell me who gave me the {s}?
        Thanks to whom do I have the {s}?
        """,
        correct="""
        It was not that person. {v} gave me the {s}.
        I remember now, the {s} is from {v}.
        """,
        brief="""
        It was {v}.
        From {v}.
        """,
    ),
}
