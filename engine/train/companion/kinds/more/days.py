"""More ways, for training alone, to tell and ask of days, plans, times and made-up words and lands."""

from __future__ import annotations

from engine.train.companion.facts import More, more

DAYS_MORE: dict[str, More] = {
    "weekday": more(
        noun="the thing we do on {s}s",
        tell="""
        When {s} comes, I {v}.
        Our habit on {s}s is to {v}.
        I love {s}s, because then we {v}.
        {s} is my day to {v}.
        It is a rule at home that we {v} on {s}s.
        What do we do on {s}s? We {v}.
        I am never free on {s}s, because I {v} then.
        Each {s} my friends and I {v}.
        {s} mornings are when I {v}.
        On most {s}s we {v}.
        Come {s}, we {v}.
        It happens every {s} that we {v}.
        """,
        ask="""
        What was it that we do on {s}s?
        And on {s}s?
        {s}s, what do we do then?
        Remind me what I do on {s}s.
        Any idea what we do on {s}s?
        What is our habit on {s}s?
        Why am I never free on {s}s?
        {s} is coming. What do we do?
        How do we spend our {s}s?
        What is {s} for?
        Why do I love {s}s?
        Could you tell me what we do every {s}?
        What do my family and I do on {s}s?
        """,
        correct="""
        We do something else on {s}s now. We {v}.
        I mixed up the days. On {s}s we {v}.
        """,
        brief="""
        We always {v}.
        """,
    ),
    "plan": more(
        noun="my plan for {s}",
        tell="""
        I intend to {v} {s}.
        I hope to {v} {s}.
        I have time, so I will {v} {s}.
        My friend and I are going to {v} {s}.
        I promised to {v} {s}.
        If the weather is good, I will {v} {s}.
        What will I do {s}? I will {v}.
        I cannot wait to {v} {s}.
        I made up my mind to {v} {s}.
        I have to {v} {s}.
        I look forward to it: I will {v} {s}.
        I thought it over, and I will {v} {s}.
        """,
        ask="""
        What was my plan for {s} again?
        Remind me what I will do {s}.
        Any idea what I want to do {s}?
        What do I intend to do {s}?
        What did I promise to do {s}?
        What do I have to do {s}?
        Did I tell you what I will do {s}?
        What have I made up my mind to do {s}?
        What are my friend and I going to do {s}?
        I had something planned {s}. What was it?
        What do I look forward to doing {s}?
        Could you tell me what I will do {s}?
        Somebody asks what I am doing {s}. What do I say?
        """,
        correct="""
        I changed my mind. I will {v} {s}.
        Something came up. I am going to {v} {s}.
        """,
        brief="""
        I am going to {v}.
        I plan to {v}.
        """,
    ),
    "event_time": more(
        noun="the time of the {s}",
        tell="""
        {v} is when the {s} starts.
        {v} is the time of my {s}.
        At {v} the {s} begins.
        The time of the {s}? It is {v}.
        I have my {s} at {v}.
        My {s} was set for {v}.
        They told me that the {s} starts at {v}.
        I have to leave early, my {s} is at {v}.
        Wake me before {v}, that is when the {s} starts.
        The clock must show {v} when the {s} begins.
        We are all going to the {s} at {v}.
        In my calendar the {s} is at {v}.
        """,
        ask="""
        When was my {s} again?
        And the {s}, when is it?
        My {s}, at what time is it?
        Remind me when the {s} is.
        Any idea when the {s} begins?
        By what time must I be at the {s}?
        For what time was my {s} set?
        I do not want to be late for my {s}. When is it?
        At what hour does the {s} start?
        When are we all going to the {s}?
        What does my calendar say about the {s}?
        Could you tell me when the {s} starts?
        What time did they tell me for the {s}?
        """,
        correct="""
        The {s} has another time now. It is at {v}.
        I read it wrong. My {s} is at {v}.
        """,
        brief="""
        It starts at {v}.
        """,
    ),
    "meeting_place": more(
        noun="the place where we meet",
        tell="""
        Our meeting place? We meet {v}.
        We are going to meet {v}.
        My friends and I meet {v}.
        I wait for my friends {v}.
        You will find us {v}, where we meet.
        Everybody comes together {v}.
        I told everybody that we meet {v}.
        We always meet up {v}.
        The place where we meet is {v}.
        The group meets {v}.
        I will see my friends {v}, we meet there.
        It was decided that we meet {v}.
        """,
        ask="""
        Where was it that we meet?
        And where do we meet?
        Our meeting place, where is it?
        Remind me where we meet.
        Any idea where the meeting place is?
        Where do I wait for my friends?
        Where does the group meet?
        I have to go now. Where do we meet?
        Where will I see my friends?
        Where did I say that we meet?
        Where does everybody come together?
        At what place are we going to meet?
        Could you tell me where we meet?
        """,
        correct="""
        We do not meet there any more. We meet {v}.
        They chose another place. We meet {v}.
        """,
        brief="""
        My friends and I meet {v}.
        """,
    ),
    "word_meaning": more(
        noun="the meaning of {s}",
        tell="""
        In my language {as} is {av}.
        {as} is nothing but {av}.
        What is {as}? It is {av}.
        When we speak of {as}, we mean {av}.
        The meaning of {s} is {av}.
        At home we say {s} when we mean {av}.
        I made up the word {s}, it means {av}.
        My word for {av} is {s}.
        My children say {s}, and they mean {av}.
        You may not know the word {s}, it stands for {av}.
        I saw {as} today, that is {av}.
        If I talk of {as}, think of {av}.
        """,
        ask="""
        What was {as} again?
        And {s}, what does it mean?
        The word {s}, what is it?
        Remind me what {s} means.
        Any idea what {as} is?
        What does {s} stand for?
        What do my children mean by {s}?
        I made up the word {s}. What is it?
        How would you explain {s}?
        What should you think of when I talk of {as}?
        Could you tell me what {as} is?
        Which thing do I call {as}?
        """,
        correct="""
        I gave {s} a new meaning. The word {s} means {av}.
        No, {s} is something else, it means {av}.
        """,
        brief="""
        It means {av}.
        It is {av}.
        """,
    ),
    "capital": more(
        noun="the capital of {s}",
        tell="""
        The main city of {s} is {v}, it is the capital.
        In {s} the capital is {v}.
        {s} is a land whose capital is {v}.
        The capital of {s}? It is {v}.
        I wrote a story about {s}. The capital is {v}.
        The queen of {s} rules from the capital, {v}.
        If you travel to {s}, visit the capital, {v}.
        As its capital {s} has {v}.
        In my game the capital of {s} is {v}.
        They made {v} the capital of {s}.
        The king of {s} chose {v} as the capital.
        {s} is governed from its capital, {v}.
        """,
        ask="""
        What was the capital of {s} again?
        And the capital of {s}?
        {s}, what is its capital?
        Remind me of the capital of {s}.
        Any idea what the capital of {s} is?
        From which city does the queen of {s} rule?
        What is the main city of {s}?
        In my game, which city is the capital of {s}?
        Which city did they make the capital of {s}?
        I wrote about {s}. What was its capital?
        Could you name the capital of {s}?
        Which capital would you visit in {s}?
        """,
        correct="""
        {s} has a new capital. It is {v} now.
        Not that city, the capital of {s} is {v}.
        """,
        brief="""
        The capital is {v}.
        """,
    ),
}
