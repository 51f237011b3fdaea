"""More ways, for training alone, to tell and ask of ages, numbers, sizes, what is liked, lent and wished for."""

from __future__ import annotations

from engine.train.companion.facts import More, more

EVERYDAY_MORE: dict[str, More] = {
    "pet_age": more(
        noun="the age of my {s}",
        tell="""
        The {s} is {v} years old.
        We have {as}, she is {v} years old.
        My {s} was born {v} years ago.
        It is {v} years since my {s} was born.
        My {s} has reached the age of {v}.
        How old is my {s}? It is {v} years old.
        My little {s} is {v} years old.
        My {s} had a birthday and is {v} now.
        My {s} is {v} years of age.
        We have {as} that is {v} years old.
        We celebrated, because my {s} turned {v}.
        I looked it up, my {s} is {v} years old.
        My {s}'s age is {v}.
        I have {as} and he is {v}.
        """,
        ask="""
        How old was my {s} again?
        And my {s}, how old is it?
        My {s}, how old is she?
        Remind me how old my {s} is.
        Any idea how old my {s} is?
        How old is my {s} now?
        The vet wants to know the age of my {s}. What is it?
        How many candles does the cake of my {s} need?
        Could you tell me how old my {s} is?
        I have {as}. How old is it?
        What age did I give for my {s}?
        How old did my {s} turn this year?
        How many years ago was my {s} born?
        """,
        correct="""
        Time goes by, my {s} is {v} years old now.
        I mixed it up. My {s} is {v} years old.
        """,
        brief="""
        She is {v} years old.
        It just turned {v}.
        """,
    ),
    "how_many": more(
        noun="the number of my {s}",
        tell="""
        {v} {s} are mine.
        How many {s} do I have? I have {v}.
        My {s}? I have {v} of them.
        I have as many as {v} {s}.
        I have no more and no less than {v} {s}.
        It may surprise you that I have {v} {s}.
        I am lucky to have {v} {s}.
        Of {s} I have {v}.
        I have a total of {v} {s}.
        There are {v} {s} that I call my own.
        I have had {v} {s} for a long time.
        Altogether I have {v} {s}.
        It makes me happy to have {v} {s}.
        I have {v} {s}, believe it or not.
        """,
        ask="""
        How many {s} was it that I have?
        And how many {s} do I have?
        My {s}, how many are there?
        Remind me how many {s} I have.
        Any idea how many {s} I have?
        How many {s} do I have all in all?
        How many {s} are there in my life?
        I forgot the number of my {s}. How many are there?
        How large is the number of my {s}?
        Could you tell me how many {s} I have?
        What number of {s} do I have?
        How many {s} did I tell you about?
        How many {s} do I call my own?
        """,
        correct="""
        There are more changes: I have {v} {s} now.
        The number of my {s} is {v} now.
        """,
        brief="""
        I have {v} of them.
        """,
    ),
    "my_size": more(
        noun="my {s}",
        tell="""
        {v} is my {s}.
        My {s}? It is {v}.
        What is my {s}? It is {v}.
        My {s} was {v} the last time.
        For the record: my {s} is {v}.
        I found out that my {s} is {v}.
        I am sure that my {s} is {v}.
        My current {s} is {v}.
        My {s} comes to {v}.
        I checked my {s}, and it is {v}.
        If you need my {s}, it is {v}.
        As my {s} I always give {v}.
        I would say my {s} is {v}.
        """,
        ask="""
        What was my {s} again?
        And my {s}?
        My {s}, what is it?
        Remind me of my {s}.
        Any idea what my {s} is?
        What did they say my {s} is?
        What is my current {s}?
        I have to give my {s}. What is it?
        What did I find out about my {s}?
        Could you give me my {s}?
        What {s} is mine?
        What {s} should I put on the form?
        The shop asks for my {s}. What is it?
        """,
        correct="""
        That {s} was old, mine is {v} now.
        They measured my {s} again, and it is {v}.
        """,
        brief="""
        I have {v}.
        """,
    ),
    "likes": more(
        noun="the thing that I like",
        tell="""
        Something I like is {v}.
        What do I like? I like {v}.
        I quite like {v}.
        I am into {v}.
        I have a liking for {v}.
        As for me, I like {v}.
        I must say, I like {v}.
        I like {v}, I always have.
        I can say that I like {v}.
        It is no secret that I like {v}.
        My friends know that I like {v}.
        I like {v}, and I am not ashamed of it.
        I like {v} more every day.
        Among the things I like is {v}.
        """,
        ask="""
        What was it that I like?
        And what do I like?
        Remind me what I like.
        Any idea what I like?
        What sort of thing do I like?
        What am I into?
        What have I always liked?
        Somebody wants to please me. What do I like?
        Could you tell me what I like?
        What did I tell you that I like?
        What do my friends know that I like?
        Is there something I like?
        Name something that I like.
        What do I have a liking for?
        """,
        correct="""
        Not that, I like {v}.
        I like {v} now, more than what I said.
        """,
        brief="""
        I am fond of {v}.
        """,
    ),
    "lent": more(
        noun="the person who has my {s}",
        tell="""
        The person who has my {s} is {v}.
        My {s}? I lent it to {v}.
        Who has my {s}? {v} does.
        {v} needed my {s}, so I lent it.
        I allowed {v} to borrow my {s}.
        {v} took my {s} and will bring it back.
        I handed my {s} to {v}, I need it back.
        {v} will return my {s} soon.
        I trusted {v} with my {s}.
        My {s} is on loan to {v}.
        My {s} was borrowed by {v}.
        I am waiting for {v} to give back my {s}.
        {v} still has my {s}.
        """,
        ask="""
        Who was it that has my {s}?
        And my {s}, who has it?
        My {s}, who borrowed it?
        Remind me who has my {s}.
        Any idea who has my {s}?
        Whom did I lend my {s}?
        I want my {s} back. Who has it?
        I lent my {s} to somebody. Who was it?
        Who will return my {s}?
        From whom do I get my {s} back?
        Could you tell me who has my {s}?
        Who took my {s}?
        Whom did I trust with my {s}?
        """,
        correct="""
        My {s} went from hand to hand, {v} has it now.
        I mixed it up. I lent my {s} to {v}.
        """,
        brief="""
        {v} borrowed it.
        """,
    ),
    "gift_idea": more(
        noun="the present for {s}",
        tell="""
        The gift idea for {s} is {av}.
        My gift for {s} will be {av}.
        The wish of {s} is {av}.
        {s}'s wish is {av}.
        What does {s} want? {s} wants {av}.
        {s} has been asking for {av}.
        On {s}'s wish list there is {av}.
        {s} hopes to get {av} for the birthday.
        I want to buy {s} {av} for the birthday.
        I am looking for {av}, because {s} wants one.
        I think {s} would love to get {av}.
        What {s} wants most is {av}.
        The present that {s} wants is {av}.
        """,
        ask="""
        What was it that {s} wants?
        And {s}, what would be a good present?
        Remind me what {s} wants.
        Any idea what {s} wants?
        What is the gift idea for {s}?
        What is on {s}'s wish list?
        {s} has a birthday soon. What can I give?
        What will my gift for {s} be?
        What does {s} hope to get?
        I need a present for {s}. What should it be?
        What has {s} been asking for?
        Could you tell me what {s} wants?
        Which present would {s} like?
        """,
        correct="""
        {s} does not want that any more, but {av}.
        I heard it wrong. {s} wants {av}.
        """,
        brief="""
        The wish is {av}.
        """,
    ),
}
