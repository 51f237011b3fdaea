"""More ways, for training alone, to tell and ask of the user's person: names, birthday, age and number."""

from __future__ import annotations

from engine.train.companion.facts import More, more

PERSON_MORE: dict[str, More] = {
    "my_name": more(
        noun="my name",
        tell="""
        {v} is my name.
        {v}, that is me.
        My name? It is {v}.
        My parents gave me the name {v}.
        I was given the name {v}.
        If anyone asks for my name, say {v}.
        I should introduce myself, my name is {v}.
        We have not met yet. My name is {v}.
        Everybody knows me as {v}.
        I answer to the name {v}.
        On my name tag it says {v}.
        You are talking to {v}, that is my name.
        When you speak to me, use my name, {v}.
        It is late, but let me say my name: {v}.
        """,
        ask="""
        What was my name again?
        Remind me of my name, please.
        Any idea who I am?
        My name, what is it?
        How do you address me?
        Could you say my name?
        I told you my name. Do you still have it?
        Who is talking to you right now?
        Have I told you my name?
        By what name do you know me?
        What do my parents call me?
        Somebody wants to know my name. What should I say?
        You do know what I am called, right?
        What does it say on my name tag?
        What should you call me?
        """,
        correct="""
        You have my name wrong. I am called {v}.
        Not that name, my name is {v}.
        """,
        brief="""
        People call me {v}.
        Call me {v}.
        """,
    ),
    "surname": more(
        noun="my last name",
        tell="""
        {v} is my last name.
        {v} is our family name.
        My last name? It is {v}.
        I sign my letters with my surname, {v}.
        The name after my first name is {v}, it is my surname.
        In the phone book you find my family under {v}.
        I took the surname {v} when I married.
        My father and I share the last name {v}.
        My passport gives {v} as my surname.
        People often spell my last name wrong, it is {v}.
        As a last name I have {v}.
        All of us at home have the surname {v}.
        At the hotel I gave my last name, {v}.
        """,
        ask="""
        What was my surname again?
        And my last name?
        My family name, what was it?
        Remind me of my last name.
        Any idea what my surname is?
        What surname is in my passport?
        Could you give me my last name, please?
        Under which name is my family in the phone book?
        The form wants my surname. What do I write?
        Have I mentioned my last name?
        How does my family name go?
        Which last name do my father and I share?
        With what surname do I sign?
        """,
        correct="""
        My last name is not that, it is {v}.
        You got my surname wrong, it is {v}.
        """,
        brief="""
        My last name is {v}.
        """,
    ),
    "nickname": more(
        noun="my nickname",
        tell="""
        {v} is my nickname.
        My nickname? That would be {v}.
        My brother came up with my nickname, {v}.
        Close friends use my nickname, {v}.
        Online I go by the nickname {v}.
        I like my nickname, it is {v}.
        It is a silly nickname, but mine is {v}.
        My colleagues gave me a nickname, and it was {v}.
        My grandmother always used the nickname {v} for me.
        Only my friends know my nickname, {v}.
        I am nicknamed {v}.
        Somehow I ended up with the nickname {v}.
        """,
        ask="""
        What was my nickname again?
        And my nickname?
        My nickname, do you have it?
        Remind me of my nickname, please.
        Any idea what my nickname is?
        Which nickname do my friends use for me?
        How am I nicknamed?
        By which nickname do my colleagues know me?
        Did I mention a nickname?
        What silly nickname did I end up with?
        Could you repeat my nickname?
        What nickname did my brother come up with?
        What nickname do I use online?
        """,
        correct="""
        Nobody uses my old nickname now. My nickname is {v}.
        You mixed up my nickname, it is {v}.
        """,
        brief="""
        {v}, that is my nickname.
        My nickname is {v}.
        """,
    ),
    "birthday": more(
        noun="the date of my birthday",
        tell="""
        {v} is my birthday.
        {v} is the day I was born.
        My birthday? It is {v}.
        I always throw a party on {v}, because it is my birthday.
        My parents had me on {v}.
        My birthday falls on {v}.
        I blow out my candles on {v}.
        Mark my birthday on the calendar, it is {v}.
        I came into the world on {v}.
        I get my birthday presents on {v}.
        My mother calls me every {v} because it is my birthday.
        I share my birthday, {v}, with a friend.
        It is a while until then, but my birthday is on {v}.
        """,
        ask="""
        When was my birthday again?
        And my birthday?
        My birthday, when is it?
        Remind me of my birthday.
        Any idea when my birthday is?
        What date is my birthday?
        When do I get my birthday presents?
        When do I blow out my candles?
        On what day should you congratulate me?
        The form wants my date of birth. What do I write?
        When did I come into the world?
        On which date does my birthday fall?
        When will I have my next birthday?
        """,
        correct="""
        My birthday is not then, it is on {v}.
        I gave you the wrong day. My birthday is on {v}.
        """,
        brief="""
        My birthday is on {v}.
        """,
    ),
    "age": more(
        noun="my age",
        tell="""
        {v} is my age.
        {v} years old, that is me.
        My age? I am {v}.
        I am a person of {v} years.
        My last birthday made me {v} years old.
        Believe it or not, I am {v} years old.
        I feel young, but I am {v} years old.
        At my age, which is {v}, one likes to talk.
        I have reached the age of {v}.
        By now I am {v} years old.
        I celebrated my birthday and am {v} years old now.
        On the form I wrote that I am {v} years old.
        They say I look younger, but I am {v} years old.
        """,
        ask="""
        How old was I again?
        And my age?
        My age, what was it?
        Remind me how old I am.
        Any idea how old I am?
        What age did I tell you?
        How many years have I lived?
        The form asks for my age. What do I write?
        What age have I reached?
        Could you say how old I am?
        What age am I at?
        How many candles go on my cake?
        """,
        correct="""
        I am older than that. I am {v} years old.
        You have my age wrong, it is {v}.
        """,
        brief="""
        I turned {v}.
        """,
    ),
    "phone_number": more(
        noun="my phone number",
        tell="""
        {v} is my phone number.
        {v} is the number to call me.
        My phone number? It is {v}.
        To ring me up you dial {v}.
        Anyone who wants to call me dials {v}.
        My mobile number is {v}.
        I can be reached by phone at {v}.
        When you phone me, use {v}.
        My telephone has the number {v}.
        I finally know my own phone number, it is {v}.
        The doctor has my phone number, which is {v}.
        My phone rings when someone dials {v}.
        I gave everybody my phone number, {v}.
        """,
        ask="""
        What was my phone number again?
        And my phone number?
        My phone number, how does it go?
        Remind me of my phone number.
        Any idea what my telephone number is?
        Which number does my phone have?
        At what number can I be reached?
        What is my mobile number?
        The form wants a phone number. What is mine?
        What number should people dial to call me?
        Could you read me my phone number?
        By which number do my friends reach me?
        I have to give someone my phone number. How does it go?
        """,
        correct="""
        That is my old phone number. The new one is {v}.
        One digit was wrong. My phone number is {v}.
        """,
        brief="""
        You can call {v}.
        My number is {v}.
        """,
    ),
}
