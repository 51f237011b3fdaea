"""More ways, for training alone, to tell and ask of codes, passwords and lists."""

from __future__ import annotations

from engine.train.companion.facts import More, more

SECRETS_MORE: dict[str, More] = {
    "password": more(
        noun="my password",
        tell="""
        {v} is my password.
        {v} is what I type as my password.
        My password? It is {v}.
        The password of my account is {v}.
        Nobody knows it, but my password is {v}.
        I log in with the password {v}.
        Today I made a new password, {v}.
        I trust you with my password, {v}.
        I always lose my password, so here it is: {v}.
        My computer wants the password {v}.
        The password that I picked is {v}.
        My account is protected by the password {v}.
        """,
        ask="""
        What was the password again?
        And my password?
        My password, how does it go?
        Remind me of my password.
        Any idea what my password is?
        With which password do I log in?
        I cannot log in. What is my password?
        Which password did I pick?
        What password protects my account?
        I trusted you with my password. What is it?
        Could you give me my password?
        What password does my computer want?
        I forgot my password, what was it?
        """,
        correct="""
        That is my old password. The new one is {v}.
        I typed it wrong. My password is {v}.
        """,
        brief="""
        My password is {v}.
        """,
    ),
    "door_code": more(
        noun="my door code",
        tell="""
        {v} is my door code.
        {v} opens my door.
        My door code? It is {v}.
        I open the front door with {v}.
        The keypad at my door takes {v}.
        To get into my house you need the code {v}.
        If you come when I am out, the door code is {v}.
        My front door has a code, it is {v}.
        The code to get in is {v}, it is for my door.
        I set the code of my door to {v}.
        The lock on my door wants the code {v}.
        You get in at my door with {v}.
        """,
        ask="""
        What was my door code again?
        And my door code?
        My door code, how does it go?
        Remind me of the door code.
        Any idea what the code for my door is?
        I am standing at my door. What is the code?
        What does the keypad at my door take?
        What do I enter to get into my house?
        With which code do I open the front door?
        Which code does the lock on my door want?
        Could you give me the code of my door?
        What number opens the door?
        I am locked out. What is my door code?
        """,
        correct="""
        That is the old door code. It is {v} now.
        I mixed up the digits. My door code is {v}.
        """,
        brief="""
        The code is {v}.
        """,
    ),
    "wifi": more(
        noun="the wifi password",
        tell="""
        {v} is the wifi password.
        {v} is our wifi password.
        The wifi password? It is {v}.
        To get online at my place, use {v} for the wifi.
        Guests can use the wifi with {v}.
        Our wifi wants the password {v}.
        The wifi in our house needs {v}.
        You can join my wifi with {v}.
        My internet password is {v}.
        Our wifi is protected by the password {v}.
        I changed the box, and its wifi password is {v}.
        When the wifi asks, type {v}.
        The wi-fi password at my home is {v}.
        """,
        ask="""
        What was the wifi password again?
        And the wifi password?
        The wi-fi, what is the password for it?
        Remind me of the wifi password.
        Any idea what the wi-fi password is?
        My guests want to use the wifi. What do they type?
        I want to get online. What is the wifi key?
        With which password do I join the wifi?
        What password does our wifi want?
        What do I type when the wifi asks?
        Could you give me the wifi password?
        How do guests get into my wifi?
        Which password protects our wifi?
        """,
        correct="""
        That wifi password is old. The new one is {v}.
        The wifi password is not that, it is {v}.
        """,
        brief="""
        The password is {v}.
        """,
    ),
    "locker": more(
        noun="my locker number",
        tell="""
        {v} is my locker number.
        Locker {v} is mine.
        My locker? It is number {v}.
        I put my things into locker {v}.
        At school I was given locker {v}.
        I rented locker {v} at the station.
        The key in my pocket is for locker {v}.
        The locker that I have has the number {v}.
        My shoes are locked up in locker {v}.
        I got a locker at work, number {v}.
        On the door of my locker it says {v}.
        My coat hangs in locker {v}.
        """,
        ask="""
        What was my locker number again?
        And my locker number?
        My locker, which number is it?
        Remind me which locker is mine.
        Any idea what number my locker has?
        Which locker did I rent?
        My key is for a locker. Which one?
        Where are my shoes locked up, in which locker?
        What does it say on the door of my locker?
        Could you give me the number of my locker?
        I am looking for my locker. Which number is it?
        Which locker did I put my things into?
        """,
        correct="""
        I changed my locker. The number is {v} now.
        You have the wrong locker, mine is {v}.
        """,
        brief="""
        Number {v}.
        I have locker {v}.
        """,
    ),
    "secret_word": more(
        noun="the secret word",
        tell="""
        {v} is the secret word.
        {v} is our magic word.
        The secret word? It is {v}.
        Only you and I know the secret word, {v}.
        Between us, the secret word is {v}.
        We need a secret word, so let us take {v}.
        The secret word that I chose is {v}.
        I whisper the secret word to you: {v}.
        My friends and I have a secret word, {v}.
        To join our club you say the secret word, {v}.
        The secret word of our club is {v}.
        I made up a secret word, it is {v}.
        Our secret word shall be {v}.
        """,
        ask="""
        What was the secret word again?
        And the secret word?
        The secret word, which one was it?
        Remind me of our secret word.
        Any idea what the secret word is?
        Which word do I say to join our club?
        What is the secret word of our club?
        Which secret word did I make up?
        I whispered a secret word to you. What was it?
        Which secret word did I choose?
        Could you whisper the secret word to me?
        Only we two know the secret word. What is it?
        """,
        correct="""
        Somebody knows our secret word. The new one is {v}.
        That is not the secret word, it is {v}.
        """,
        brief="""
        The word is {v}.
        """,
    ),
    "shopping": more(
        noun="my shopping list",
        tell="""
        I am going to the shop, I need to buy {v}.
        At the market I have to get {v}.
        I am making a shopping list: {v}.
        What I need to buy is {v}.
        My wife wants me to buy {v}.
        My fridge is empty, so I must buy {v}.
        I wrote {v} on my shopping list.
        I should not forget to buy {v}.
        For dinner I still need to buy {v}.
        Tomorrow I have to buy {v}.
        When I go shopping I have to get {v}.
        There is nothing left at home, I need to buy {v}.
        """,
        ask="""
        What was I supposed to buy?
        And my shopping list?
        My shopping list, what is on it?
        Remind me what I need to buy.
        Any idea what I have to buy?
        I am in the shop. What do I need?
        What do I have to get at the market?
        Which things are on my shopping list?
        What does my wife want me to buy?
        What do I still need for dinner?
        What did I write on my shopping list?
        What should I bring home from the shop?
        Could you read out my shopping list?
        """,
        correct="""
        I do not need that any more. I need to buy {v}.
        Forget the old list, I need to buy {v}.
        """,
        brief="""
        My list is {v}.
        """,
    ),
    "word_list": more(
        noun="the words I gave you",
        tell="""
        Let us play a memory game. The words are {v}.
        I will give you a few words, they are {v}.
        My list of words is {v}.
        Try to remember these words: {v}.
        The words to remember are {v}.
        I want you to learn the words {v}.
        I have some words for you: {v}.
        I am testing your memory with these words: {v}.
        Can you keep a few words? They are {v}.
        The words for our game are {v}.
        These are the words for you: {v}.
        Please learn my words: {v}.
        """,
        ask="""
        What were the words again?
        And the words that I gave you?
        My words, what were they?
        Remind me of the words.
        Any idea which words I gave you?
        Which words were in our memory game?
        What is on my list of words?
        Can you repeat the words?
        Which words should you learn?
        I gave you a few words. Which ones?
        Could you tell me the words I gave you?
        Let me hear the words.
        Which words did I test your memory with?
        """,
        correct="""
        Forget the old words. The words are {v}.
        I have other words now: {v}.
        """,
        brief="""
        The words are {v}.
        """,
    ),
}
