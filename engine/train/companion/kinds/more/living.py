"""More ways, for training alone, to tell and ask where the user lives, works and learns."""

from __future__ import annotations

from engine.train.companion.facts import More, more

LIVING_MORE: dict[str, More] = {
    "my_city": more(
        noun="the town I live in",
        tell="""
        {v} is where I live.
        {v} is my home.
        {v} is the town where I live.
        Where do I live? In {v}.
        My wife and I live in {v}.
        I wake up every day in {v}, it is where I live.
        I rent a small place in {v}.
        My family and I are at home in {v}.
        I am a resident of {v}.
        I have been living in {v} for a long time.
        We bought a house in {v} and live there.
        I love living in {v}.
        The place where I live is {v}.
        It is cold today here in {v}, where I live.
        My flat is in the middle of {v}.
        """,
        ask="""
        Where was it that I live?
        Remind me where my home is.
        And where do I live?
        Any idea which city I live in?
        What is my home town?
        In what city is my flat?
        I live somewhere. Where is it?
        My city, what is it called?
        Where am I at home?
        Which place do I call home?
        Where would you find my flat?
        What did I say about where I live?
        Could you name the city I live in?
        If someone wants to visit me, which city is it?
        In which town do I wake up every day?
        """,
        correct="""
        I left my old town. My home is in {v} now.
        Not there, I live in {v}.
        """,
        brief="""
        My home is in {v}.
        I live in {v}, it is nice there.
        """,
    ),
    "birthplace": more(
        noun="the town I was born in",
        tell="""
        {v} is where I was born.
        {v} is my birthplace.
        {v} is the town I come from.
        Where am I from? From {v}.
        My mother gave birth to me in {v}.
        I came into the world in {v}.
        I left {v} as a child, but I was born there.
        My passport says that I was born in {v}.
        The town where I was born is {v}.
        {v} is where I spent my first years, I was born there.
        My parents lived in {v} when I was born.
        As a child I lived in {v}, I was born there.
        """,
        ask="""
        Where was it that I was born?
        Remind me where I come from.
        And where was I born?
        Any idea where I was born?
        Where are my roots?
        My birthplace, what was it?
        Which town is my birthplace?
        In what town did I come into the world?
        What does my passport say about where I was born?
        Where did my mother give birth to me?
        Where did my parents live when I was born?
        From which place am I?
        """,
        correct="""
        I was not born there, I was born in {v}.
        """,
        brief="""
        I am from {v}.
        """,
    ),
    "my_street": more(
        noun="the name of my street",
        tell="""
        {v} is my street.
        {v} is the street where I live.
        My street? It is {v}.
        My house stands on {v}.
        I rent a flat on {v}.
        For letters, my street is {v}.
        When you visit me, come to {v}, that is my street.
        The taxi should take me home to {v}, my street.
        We live in a quiet street, {v}.
        I have lived on {v} for a long time.
        Our family home is on {v}.
        The street sign by my house says {v}.
        My post is sent to {v}, my street.
        """,
        ask="""
        What was my street again?
        And my street?
        My street, what is its name?
        Remind me which street I live on.
        Any idea what my street is called?
        On what street does my house stand?
        Where should the taxi take me, which street?
        What does the street sign by my house say?
        To which street is my post sent?
        I have to write my address. Which street is it?
        Could you tell me the name of my street?
        On which street do you find my home?
        """,
        correct="""
        I do not live on that street. My street is {v}.
        I moved to another street. It is {v} now.
        """,
        brief="""
        My street is {v}.
        """,
    ),
    "house_number": more(
        noun="my house number",
        tell="""
        {v} is my house number.
        Number {v} is where I live.
        My house number? It is {v}.
        Ring at number {v}, that is my house.
        The postman brings my letters to number {v}.
        On the front of my house there is the number {v}.
        The house with the number {v} is mine.
        In our street we have house number {v}.
        We live in the house with the number {v}.
        My home is the house with number {v}.
        I painted the house number {v} by my door.
        Look for number {v}, there is my house.
        """,
        ask="""
        What was my house number again?
        And my house number?
        My house number, what is it?
        Remind me of my house number.
        Any idea what number my house has?
        Which number is by my door?
        At what number should visitors ring?
        Which house in the street is mine, what number?
        I need my full address. What is the house number?
        To which house number does the postman bring my letters?
        What number did I paint by my door?
        Could you give me the number of my house?
        """,
        correct="""
        My house number is not that, it is {v}.
        We moved next door. My house number is {v} now.
        """,
        brief="""
        The number is {v}.
        """,
    ),
    "my_job": more(
        noun="my job",
        tell="""
        My job? I am {av}.
        I go to work every day as {av}.
        I was trained as {av}, and that is my work.
        I spend my days working as {av}.
        They hired me as {av}.
        My profession is {v}.
        I have always worked as {av}.
        I am happy in my job as {av}.
        I have been {av} since I left school.
        Being {av} is my job.
        My card says that I am {av}.
        It was a long day at work, I am {av}.
        """,
        ask="""
        What was my job again?
        And my job?
        My job, what is it?
        Remind me what I do for a living.
        Any idea what I work as?
        What is my profession?
        What was I hired as?
        Which job did I tell you I have?
        What did I train to be?
        The form wants my occupation. What do I write?
        What does my card say that I am?
        Which work do I do every day?
        Could you say what my work is?
        """,
        correct="""
        I lost that job. Now I am {av}.
        That is not my job, I work as {av}.
        """,
        brief="""
        My job is {v}.
        """,
    ),
    "my_company": more(
        noun="the company I work for",
        tell="""
        {v} is where I work.
        {v} is my employer.
        {v} pays my wages.
        The company I work at is {v}.
        My boss runs {v}, where I work.
        I have been with {v} for years, it is my company.
        I signed a contract with {v} and work there.
        My office is at {v}.
        They hired me at {v}.
        I earn my money at {v}.
        I found a job with {v}.
        My badge says {v}, because I work there.
        Where do I work? At {v}.
        """,
        ask="""
        Where was it that I work?
        And where do I work?
        My company, what is its name?
        Remind me who I work for.
        Any idea where I work?
        Who pays my wages?
        In which company is my office?
        Which company hired me?
        What is the name of my employer?
        Which company name is on my badge?
        With whom did I sign my contract?
        Could you tell me the name of the firm I work at?
        Where do I go to work?
        """,
        correct="""
        I do not work there any more. My company is {v}.
        I have a new employer. It is {v} now.
        """,
        brief="""
        My company is {v}.
        I have a job at {v}.
        """,
    ),
    "my_school": more(
        noun="the name of my school",
        tell="""
        {v} is my school.
        {v} is where I go to school.
        My school? It is {v}.
        My classes are at {v}.
        I attend {v}.
        My parents sent me to {v} to learn.
        All my friends from school are at {v}.
        I walk to my school, {v}, every day.
        My teachers work at {v}, I study there.
        I sit in a classroom at {v} all day.
        This is my last year as a student at {v}.
        I have homework to do for {v}, my school.
        """,
        ask="""
        What was my school again?
        And my school?
        My school, how is it called?
        Remind me which school I go to.
        Any idea where I go to school?
        Which school do I attend?
        Where are my classes?
        At which school am I a student?
        To what school did my parents send me?
        Where do my teachers work?
        Which school did I tell you about?
        Could you tell me the name of my school?
        In which school do I sit all day?
        """,
        correct="""
        I do not go there any more. My school is {v}.
        You mixed up my school, I go to {v}.
        """,
        brief="""
        My school is {v}.
        """,
    ),
}
