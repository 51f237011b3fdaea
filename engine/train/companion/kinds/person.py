"""Who the user is: names, birthday, age, telephone."""

from __future__ import annotations

from engine.train.companion.facts import kind

PERSON = (
    kind(
        "my_name",
        "name",
        weight=3,
        tell="""
        My name is {v}.
        I am {v}.
        I am called {v}.
        Hello, my name is {v}.
        Hi, I am {v}.
        Hi there, {v} here.
        You can call me {v}.
        Please call me {v}.
        People call me {v}.
        Everyone calls me {v}.
        The name is {v}.
        Let me introduce myself: I am {v}.
        Nice to meet you, I am {v}.
        I go by {v}.
        They named me {v}.
        """,
        ask="""
        What is my name?
        Who am I?
        What am I called?
        Do you know my name?
        Do you remember my name?
        Can you tell me my name?
        Tell me my name.
        Say my name.
        What did I say my name was?
        Which name did I give you?
        How am I called?
        So, who are you talking to?
        What do people call me?
        """,
        about="what my name is",
        answer="Your name is {v}.",
        note="""
        Nice to meet you, {v}!
        Hello {v}!
        What a nice name.
        """,
        prompt="What is your name?",
        brief="{v}.\nI am {v}.\nIt is {v}.\nMy name is {v}.",
        short="You are {v}.",
        correct="""
        My name is not that, it is {v}.
        I changed my name. I am {v} now.
        Please call me {v} from now on.
        """,
    ),
    kind(
        "surname",
        "surname",
        tell="""
        My last name is {v}.
        My surname is {v}.
        My family name is {v}.
        The surname is {v}.
        I have the last name {v}.
        Our family is called {v}.
        I come from the {v} family.
        We are the {v} family.
        On my door it says {v}, that is my surname.
        For the form: my last name is {v}.
        My family goes by {v}.
        Write down {v} as my last name.
        """,
        ask="""
        What is my last name?
        What is my surname?
        What is my family name?
        What is my family called?
        Which last name do I have?
        Which surname did I tell you?
        Do you know my last name?
        Do you remember my surname?
        Tell me my last name.
        Can you tell me my surname?
        How is my family called?
        Which family do I come from?
        """,
        about="what my last name is",
        answer="Your last name is {v}.",
        prompt="What is your last name?",
        correct="""
        I got married. My last name is {v} now.
        My surname is {v} now.
        """,
    ),
    kind(
        "nickname",
        "name",
        tell="""
        My nickname is {v}.
        My friends call me {v}, that is my nickname.
        I have a nickname. It is {v}.
        At school my nickname was {v}.
        They gave me the nickname {v}.
        My old nickname is {v}.
        My nickname has always been {v}.
        I got the nickname {v} as a child.
        In my team I have the nickname {v}.
        As a nickname I use {v}.
        Everyone knows my nickname {v}.
        """,
        ask="""
        What is my nickname?
        Which nickname do I have?
        What nickname did I get?
        Do you know my nickname?
        Do you remember my nickname?
        Tell me my nickname.
        Which nickname did they give me?
        What was my nickname?
        Can you tell me my nickname?
        What nickname do I go by?
        Say my nickname.
        """,
        about="what my nickname is",
        answer="Your nickname is {v}.",
        prompt="Do you have a nickname?",
        brief="Yes, {v}.\nYes, it is {v}.",
        correct="My nickname is {v} now.",
    ),
    kind(
        "birthday",
        "date",
        weight=1.5,
        tell="""
        My birthday is {v}.
        My birthday is on {v}.
        I was born on {v}.
        I have my birthday on {v}.
        I celebrate my birthday on {v}.
        We have cake on {v}, it is my birthday.
        The date of my birthday is {v}.
        I turn one year older on {v}.
        On {v} I have my birthday.
        Every year on {v} it is my birthday.
        Do not forget {v}, it is my birthday.
        My big day is {v}, my birthday.
        """,
        ask="""
        When is my birthday?
        When was I born?
        On which day is my birthday?
        What is my birthday?
        What is the date of my birthday?
        When do I have my birthday?
        When do I celebrate my birthday?
        On what date was I born?
        Which day is my birthday?
        When do I turn one year older?
        On which date do I get birthday cake?
        """,
        about="when my birthday is",
        answer="Your birthday is on {v}.",
        note="""
        I look forward to your birthday.
        A good day for a cake!
        """,
        prompt="When is your birthday?",
        brief="On {v}.\nIt is on {v}.\n{v}.",
        short="On {v}.",
    ),
    kind(
        "age",
        "age",
        tell="""
        I am {v} years old.
        I am {v}.
        My age is {v}.
        I turned {v} this year.
        I just turned {v}.
        I have just become {v} years old.
        I am {v} years of age.
        I was {v} on my last birthday.
        This year I am {v} years old.
        There were {v} candles on my cake this year.
        I have lived for {v} years.
        """,
        ask="""
        How old am I?
        What is my age?
        How many years old am I?
        Which age am I?
        How old did I say I am?
        Do you know my age?
        Do you remember my age?
        Can you tell me my age?
        Tell me my age.
        How old was I on my last birthday?
        For how many years have I lived?
        """,
        about="how old I am",
        answer="You are {v} years old.",
        prompt="How old are you?",
        brief="{v}.\nI am {v}.\nI am {v} years old.",
        short="You are {v}.",
        correct="I had a birthday. I am {v} now.",
    ),
    kind(
        "phone_number",
        "phone",
        tell="""
        My phone number is {v}.
        My number is {v}, call me.
        You can call me at {v}.
        The number of my phone is {v}.
        My telephone number is {v}.
        I have a new phone number: {v}.
        Call {v} to reach me by phone.
        My phone has the number {v}.
        If you want to phone me, it is {v}.
        Write down my phone number: {v}.
        Dial {v} to ring me.
        """,
        ask="""
        What is my phone number?
        Which phone number do I have?
        What is the number of my phone?
        What is my telephone number?
        Do you know my phone number?
        Do you remember my phone number?
        Tell me my phone number.
        Which number is my phone?
        How can people call me by phone?
        What number must I dial to ring my phone?
        """,
        about="what my phone number is",
        answer="Your phone number is {v}.",
        prompt="What is your phone number?",
        correct="I have a new phone number. It is {v} now.",
    ),
)
