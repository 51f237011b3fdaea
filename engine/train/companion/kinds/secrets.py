"""What must be kept to the letter: passwords, codes, lists of words."""

from __future__ import annotations

from engine.train.companion.facts import kind

SECRETS = (
    kind(
        "password",
        "secret",
        weight=1.5,
        tell="""
        My password is {v}.
        The password is {v}.
        Please remember my password: {v}.
        My new password is {v}.
        I set my password to {v}.
        My password is {v}, do not tell anyone.
        Keep my password safe, it is {v}.
        I chose {v} as my password.
        I use {v} as my password.
        To log in I type the password {v}.
        My account has the password {v}.
        For my account I need the password {v}.
        """,
        ask="""
        What is my password?
        What is the password?
        Which password do I have?
        What was my password?
        Which password did I choose?
        Tell me my password.
        Do you remember my password?
        What did I set my password to?
        What password do I use?
        What password do I type to log in?
        I cannot log in. What was the password?
        """,
        about="what my password is",
        answer="Your password is {v}.",
        note="I will keep it safe.",
        prompt="What is your password?",
        correct="I changed my password. It is {v} now.\nMy password is {v} now.",
    ),
    kind(
        "door_code",
        "code",
        weight=1.5,
        tell="""
        My door code is {v}.
        The door code is {v}.
        The code for my door is {v}.
        The code of the door is {v}.
        The code to my house is {v}.
        My front door opens with {v}.
        You open my door with the code {v}.
        Type {v} to open the door.
        The door opens with the code {v}.
        The new code for the door is {v}.
        To get in you need the door code {v}.
        At the door you enter {v}.
        """,
        ask="""
        What is my door code?
        What is the door code?
        What is the code for my door?
        Which code opens my door?
        With which code do I open the door?
        What is the code of the door?
        What is the code to my house?
        How do I open my door?
        What code must I type at the door?
        Do you remember the door code?
        What do I need to enter to get in at the door?
        """,
        about="what my door code is",
        answer="Your door code is {v}.",
        prompt="What is your door code?",
        correct="The door code was changed. It is {v} now.\nThe new door code is {v}.",
    ),
    kind(
        "wifi",
        "secret",
        tell="""
        The wifi password is {v}.
        My wifi password is {v}.
        The password for the wifi is {v}.
        The wifi key is {v}.
        For the wifi you type {v}.
        Our wi-fi password is {v}.
        To use my wifi, type {v}.
        The new wifi password is {v}.
        The internet password is {v}.
        I set the wifi password to {v}.
        The internet at home needs the wifi word {v}.
        """,
        ask="""
        What is the wifi password?
        What is my wifi password?
        What is the password for the wifi?
        What is the wifi key?
        What do I type for the wifi?
        What is our wi-fi password?
        What is the internet password?
        Which password opens the wifi?
        Do you remember the wifi password?
        How do I get into the wifi?
        Which wifi word does the internet at home need?
        """,
        about="what the wifi password is",
        answer="The wifi password is {v}.",
        prompt="What is the wifi password?",
        correct="The wifi password is {v} now.\nI changed the wifi password to {v}.",
    ),
    kind(
        "locker",
        "code",
        weight=0.7,
        tell="""
        My locker number is {v}.
        My locker has the number {v}.
        I have locker {v}.
        I use locker {v}.
        My things are in locker {v}.
        The number of my locker is {v}.
        At the gym I have locker {v}.
        They gave me locker {v}.
        My bag is in locker number {v}.
        I always take locker {v}.
        My clothes are in locker {v}.
        """,
        ask="""
        What is my locker number?
        Which locker do I have?
        Which locker do I use?
        Which locker are my things in?
        What is the number of my locker?
        What number is my locker?
        Which locker is mine?
        Which locker did they give me?
        Do you remember my locker number?
        In which locker is my bag?
        In which locker are my clothes?
        """,
        about="what my locker number is",
        answer="Your locker number is {v}.",
        prompt="What is your locker number?",
        correct="I have a new locker. It is {v} now.",
    ),
    kind(
        "secret_word",
        "secret",
        tell="""
        The secret word is {v}.
        Our secret word is {v}.
        My secret word is {v}.
        The magic word is {v}.
        Let {v} be our secret word.
        Remember the secret word {v}.
        I tell you a secret word: {v}.
        The word that nobody knows is {v}, it is secret.
        We agreed on a secret word, {v}.
        Keep this secret word for me: {v}.
        If someone asks for the secret word, it is {v}.
        """,
        ask="""
        What is the secret word?
        What is our secret word?
        What is my secret word?
        What is the magic word?
        Which secret word did I tell you?
        Do you know the secret word?
        Tell me the secret word.
        Do you remember the magic word?
        Which word did we agree on as our secret?
        Say the secret word.
        Which word is our secret?
        """,
        about="what the secret word is",
        answer="The secret word is {v}.",
        note="I will keep it safe.",
        prompt="What is the secret word?",
        correct="The secret word is {v} now.\nLet us change the secret word to {v}.",
    ),
    kind(
        "shopping",
        "three",
        weight=1.2,
        tell="""
        I need to buy {v}.
        My shopping list is {v}.
        I must buy {v}.
        Please remember my shopping list: {v}.
        From the shop I need {v}.
        I have to buy {v} today.
        On my shopping list there are {v}.
        I want to buy {v}.
        We are out of {v}, I have to buy more.
        Put this on my shopping list: {v}.
        At the market I will get {v}.
        """,
        ask="""
        What do I need to buy?
        What is on my shopping list?
        What must I buy?
        What do I need from the shop?
        What do I have to buy?
        What did I want to buy?
        Read me my shopping list.
        Tell me my shopping list.
        What was on the shopping list?
        What did I put on my shopping list?
        What will I get at the market?
        """,
        about="what I need to buy",
        answer="You need to buy {v}.",
        prompt="What do you need to buy?",
        brief="I need {v}.\nI need to buy {v}.",
        short="You need {v}.",
        correct="I have a new shopping list: {v}.",
    ),
    kind(
        "word_list",
        "words",
        weight=1.5,
        tell="""
        Remember these words: {v}.
        Please remember these words: {v}.
        Here are some words: {v}.
        Keep these words in mind: {v}.
        I give you some words: {v}.
        My words are {v}.
        Learn these words: {v}.
        Do not forget these words: {v}.
        The words are {v}.
        Please keep these words for me: {v}.
        Store these words: {v}.
        """,
        ask="""
        Which words did I give you?
        What were the words?
        Which words did I ask you to remember?
        What are my words?
        Tell me the words.
        Repeat the words that I gave you.
        Say the words again.
        What were my words?
        Which words did you learn?
        List the words for me.
        Which words did you store?
        """,
        about="which words I gave you",
        answer="The words are {v}.",
        short="They are {v}.",
        correct="Here are new words: {v}.",
    ),
)
