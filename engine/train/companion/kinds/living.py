"""Where the user lives, works and learns."""

from __future__ import annotations

from engine.train.companion.facts import kind

LIVING = (
    kind(
        "my_city",
        "city",
        weight=2.5,
        tell="""
        I live in {v}.
        I am living in {v}.
        My home is in {v}.
        I live in a town called {v}.
        My city is {v}.
        My home town is {v}, I live there.
        We live in {v}.
        I have a flat in {v}.
        My house is in {v}.
        I have lived in {v} for years.
        I am at home in {v}.
        I settled in {v}.
        These days I live in {v}.
        I make my home in {v}.
        You can find me in {v}, that is where I live.
        """,
        ask="""
        Where do I live?
        In which city do I live?
        Which city do I live in?
        What city do I live in?
        Where is my home?
        Where am I living?
        Where is my house?
        In which town do I live?
        What is my city?
        Which town is my home?
        Where did I say I live?
        What is the name of my town?
        In what place is my home?
        """,
        about="where I live",
        answer="You live in {v}.",
        note="""
        I hope life is good in {v}.
        I would like to see {v}.
        """,
        prompt="Where do you live?",
        brief="In {v}.\nI live in {v}.\n{v}.",
        short="In {v}.",
        correct="""
        I moved to {v}.
        I do not live there any more. I live in {v} now.
        I have moved. Now I live in {v}.
        """,
    ),
    kind(
        "birthplace",
        "city",
        tell="""
        I was born in {v}.
        I come from {v}.
        I am from {v}.
        I grew up in {v}.
        My birthplace is {v}.
        I was born in a town called {v}.
        I spent my childhood in {v}.
        My family comes from {v}, I was born there.
        Originally I am from {v}.
        I was a baby in {v}, that is where I was born.
        My roots are in {v}.
        The place of my birth is {v}.
        """,
        ask="""
        Where was I born?
        Where do I come from?
        Where am I from?
        Where did I grow up?
        What is my birthplace?
        In which town was I born?
        In which city was I born?
        Which town do I come from?
        Where did I spend my childhood?
        Where was I a baby?
        In which place did I grow up?
        What is the place of my birth?
        """,
        about="where I was born",
        answer="You were born in {v}.",
        prompt="Where were you born?",
        brief="In {v}.\nI was born in {v}.\nI come from {v}.",
        short="In {v}.",
    ),
    kind(
        "my_street",
        "street",
        tell="""
        I live on {v}.
        My street is {v}.
        My street is called {v}.
        My flat is on {v}.
        My house is on {v}.
        The street I live on is {v}.
        The name of my street is {v}.
        My address is on {v}.
        You can find my house on {v}.
        I have a room on {v}.
        The street where I live is called {v}.
        I have my home on {v}.
        """,
        ask="""
        What is my street?
        What is my street called?
        Which street do I live on?
        On which street do I live?
        On which street is my house?
        On which street is my flat?
        What is the name of my street?
        What street do I live on?
        What is the street in my address?
        How is my street called?
        Which street is my house on?
        Can you name my street?
        """,
        about="which street I live on",
        answer="You live on {v}.",
        prompt="Which street do you live on?",
        brief="On {v}.\nI live on {v}.\nIt is {v}.",
        short="On {v}.",
        correct="I moved to {v}.\nMy new street is {v}.",
    ),
    kind(
        "house_number",
        "house_number",
        weight=0.5,
        tell="""
        My house number is {v}.
        I live at number {v}.
        My flat is number {v}.
        The number of my house is {v}.
        My house has the number {v}.
        I live in house number {v}.
        My door has the number {v}.
        Our house is number {v}.
        The sign on my house says {v}.
        You will find me at house number {v}.
        My place is at number {v}.
        """,
        ask="""
        What is my house number?
        Which number is my house?
        At which number do I live?
        What number is my house?
        What is the number of my house?
        Which house number do I have?
        What does the sign on my house say?
        Tell me my house number.
        Do you know my house number?
        What number do I live at?
        What number is on my house?
        """,
        about="what my house number is",
        answer="Your house number is {v}.",
        prompt="What is your house number?",
        brief="{v}.\nNumber {v}.\nIt is {v}.",
    ),
    kind(
        "my_job",
        "job",
        weight=2,
        tell="""
        I am {av}.
        I work as {av}.
        My job is {v}.
        I earn my money as {av}.
        By trade I am {av}.
        I have a job as {av}.
        I got a job as {av}.
        At work I am {av}.
        For a living I work as {av}.
        I became {av} last year.
        I make my living as {av}.
        I have worked as {av} for years.
        My work is that of {av}.
        I am paid to be {av}.
        """,
        ask="""
        What is my job?
        What do I do for a living?
        What do I work as?
        What is my work?
        Which job do I have?
        How do I earn my money?
        What kind of job do I have?
        What am I by trade?
        What did I say my job was?
        What do I do at work?
        How do I make my living?
        What am I paid to be?
        """,
        about="what my job is",
        answer="You are {av}.",
        note="""
        That sounds like good work.
        That must be an interesting job.
        """,
        prompt="What is your job?",
        brief="I am {av}.\nI work as {av}.\nI am {av}, and I like it.",
        short="You are {av}.",
        correct="""
        I have a new job. I am {av} now.
        I changed jobs. Now I work as {av}.
        """,
    ),
    kind(
        "my_company",
        "company",
        tell="""
        I work at {v}.
        I work for {v}.
        My company is called {v}.
        My company is {v}.
        The company I work for is {v}.
        I have a job at {v}.
        I started at {v}, that is my company.
        My employer is {v}.
        The firm I work for is called {v}.
        I am employed at {v}.
        I go to work at {v}.
        My pay comes from {v}.
        """,
        ask="""
        Where do I work?
        Which company do I work for?
        What is my company called?
        What is my company?
        Who do I work for?
        At which company do I work?
        What is the name of my company?
        Who is my employer?
        Which firm do I work for?
        At which firm do I have a job?
        Who employs me?
        Where does my pay come from?
        """,
        about="where I work",
        answer="You work at {v}.",
        prompt="Where do you work?",
        brief="At {v}.\nI work at {v}.\nFor {v}.",
        short="At {v}.",
        correct="I left that company. I work at {v} now.\nI work for {v} now.",
    ),
    kind(
        "my_school",
        "school",
        tell="""
        I go to {v}.
        My school is {v}.
        My school is called {v}.
        I study at {v}.
        I am a student at {v}.
        The name of my school is {v}.
        I have my lessons at {v}.
        I learn at {v}.
        Every morning I take the bus to {v}.
        They teach me at {v}.
        The school I go to is {v}.
        """,
        ask="""
        What is my school?
        What is my school called?
        Which school do I go to?
        Where do I go to school?
        Where do I study?
        What is the name of my school?
        At which school do I study?
        Where am I a student?
        Where do I have my lessons?
        How is my school called?
        Which school teaches me?
        """,
        about="which school I go to",
        answer="You go to {v}.",
        prompt="Which school do you go to?",
        brief="{v}.\nI go to {v}.\nIt is {v}.",
        short="{v}.",
        correct="I changed schools. I go to {v} now.",
    ),
)
