"""Habits, plans and meetings, and what made-up words and lands are."""

from __future__ import annotations

from engine.train.companion.facts import kind

DAYS = (
    kind(
        "weekday",
        "activity",
        subject="day",
        weight=1.5,
        tell="""
        On {s}s we {v}.
        On {s}s I {v}.
        Every {s} I {v}.
        Every {s} we {v}.
        I {v} on {s}s.
        We always {v} on {s}s.
        On {s}s I like to {v}.
        {s} is the day when we {v}.
        On {s} evenings we {v}.
        My plan for every {s}: {v}.
        When it is {s}, we {v}.
        We use our {s}s to {v}.
        """,
        ask="""
        What do we do on {s}s?
        What do I do on {s}s?
        What do I do every {s}?
        What do we do every {s}?
        What do we always do on {s}s?
        What do I like to do on {s}s?
        What happens on {s}s?
        What is my plan for {s}s?
        What did I say we do on {s}s?
        When it is {s}, what do we do?
        How do we use our {s}s?
        """,
        about="what we do on {s}s",
        answer="On {s}s you {v}.",
        prompt="What do you do on {s}s?",
        brief="We {v}.\nI {v}.",
        short="You {v}.",
        correct="That has changed. On {s}s we {v} now.\nNow we {v} on {s}s.",
    ),
    kind(
        "plan",
        "activity",
        subject="plan_time",
        weight=1.5,
        tell="""
        I will {v} {s}.
        I want to {v} {s}.
        I am going to {v} {s}.
        I plan to {v} {s}.
        We will {v} {s}.
        My plan is to {v} {s}.
        I have a plan: I will {v} {s}.
        I would like to {v} {s}.
        I decided to {v} {s}.
        We are going to {v} {s}.
        I look forward: I can {v} {s}.
        It is settled that I {v} {s}.
        """,
        ask="""
        What will I do {s}?
        What am I going to do {s}?
        What do I want to do {s}?
        What do I plan to do {s}?
        What is my plan {s}?
        What will we do {s}?
        What did I plan {s}?
        What would I like to do {s}?
        What did I decide to do {s}?
        What are we going to do {s}?
        What did I settle on doing {s}?
        """,
        about="what I will do {s}",
        answer="You will {v} {s}.",
        note="Have fun!",
        prompt="What will you do {s}?",
        brief="I will {v}.\nI want to {v}.",
        short="You will {v}.",
        correct="The plan has changed. I will {v} {s}.\nI will {v} {s} after all.",
    ),
    kind(
        "event_time",
        "time",
        subject="event",
        weight=1.2,
        tell="""
        The {s} starts at {v}.
        My {s} is at {v}.
        The {s} is at {v}.
        My {s} starts at {v}.
        At {v} I have my {s}.
        The {s} begins at {v}.
        I must be at the {s} at {v}.
        The time of my {s} is {v}.
        Do not let me forget, the {s} is at {v}.
        The {s} that I want is at {v}.
        They say the {s} begins at {v} sharp.
        """,
        ask="""
        When is the {s}?
        When is my {s}?
        When does the {s} start?
        At what time is my {s}?
        At what time does the {s} start?
        When does my {s} start?
        When does the {s} begin?
        What is the time of my {s}?
        When must I be at the {s}?
        Do you remember the time of my {s}?
        What time did I tell you for the {s}?
        """,
        about="when the {s} is",
        answer="The {s} is at {v}.",
        note="Do not be late.",
        prompt="When is your {s}?",
        brief="At {v}.\nIt is at {v}.",
        short="At {v}.",
        correct="The {s} is at {v} now.\nThey moved the {s} to {v}.",
    ),
    kind(
        "meeting_place",
        "spot",
        tell="""
        We meet {v}.
        Our meeting place is {v}.
        Let us meet {v}.
        I meet my friends {v}.
        The meeting place is {v}.
        We will all meet {v}.
        My friends wait for me {v}.
        We agreed to meet {v}.
        I told them to meet me {v}.
        We come together {v}.
        The group gets together {v}.
        """,
        ask="""
        Where do we meet?
        Where is our meeting place?
        Where do I meet my friends?
        Where is the meeting place?
        Where will we all meet?
        Where do my friends wait for me?
        Where did we agree to meet?
        What is our meeting place?
        In what place do we meet?
        Where did I tell them to meet me?
        Where does the group get together?
        """,
        about="where we meet",
        answer="You meet {v}.",
        prompt="Where do you meet your friends?",
        brief="We meet {v}.",
        short="You meet {v}.",
        correct="The meeting place has changed. We meet {v} now.",
    ),
    kind(
        "word_meaning",
        "meaning",
        subject="made_word",
        weight=2.5,
        tell="""
        {as} is {av}.
        The word {s} means {av}.
        By {s} I mean {av}.
        In our family {s} means {av}.
        We call {av} {as}.
        Do you know what {as} is? It is {av}.
        Let me teach you a word: {as} is {av}.
        New word: {s}. It means {av}.
        When I say {s}, I mean {av}.
        I call {av} {as}.
        You should know that {as} is {av}.
        Someone who says {s} means {av}.
        """,
        ask="""
        What is {as}?
        What does {s} mean?
        What does the word {s} mean?
        What do I mean by {s}?
        What do we call {as}?
        What do I mean when I say {s}?
        What does {s} mean in our family?
        Explain the word {s}.
        Can you explain what {s} means?
        Do you know the word {s}?
        What is the meaning of {s}?
        I said {s}. What did I mean?
        """,
        about="what {s} means",
        answer="The word {s} means {av}.",
        note="I learned a new word.",
        prompt="",
        short="It means {av}.",
        correct="The word {s} means {av} now.\nI explained it badly. The word {s} means {av}.",
    ),
    kind(
        "capital",
        "city",
        subject="made_country",
        tell="""
        The capital of {s} is {v}.
        {v} is the capital of {s}.
        In my story the capital of {s} is {v}.
        There is a land called {s}. Its capital is {v}.
        The biggest city in {s} is the capital, {v}.
        The king of {s} lives in the capital, {v}.
        {s} has a capital called {v}.
        On my map the capital of {s} is {v}.
        All roads in {s} lead to the capital, {v}.
        I made up a land, {s}, with the capital {v}.
        The people of {s} call their capital {v}.
        """,
        ask="""
        What is the capital of {s}?
        Which city is the capital of {s}?
        What is the capital of {s} called?
        Name the capital of {s}.
        Do you know the capital of {s}?
        What is {s}'s capital?
        In my story, what is the capital of {s}?
        Where does the king of {s} live?
        {s} has a capital. What is it called?
        To which capital do all roads in {s} lead?
        What do the people of {s} call their capital?
        """,
        about="what the capital of {s} is",
        answer="The capital of {s} is {v}.",
        short="It is {v}.",
        correct="The capital of {s} is {v} now.",
    ),
)
