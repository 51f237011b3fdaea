"""More ways, for training alone, to tell and ask what the user plays, learns, wishes for and cannot bear."""

from __future__ import annotations

from engine.train.companion.facts import More, more

LIKING_MORE: dict[str, More] = {
    "allergy": more(
        noun="my allergy",
        tell="""
        {v} makes me ill, I am allergic.
        {v} gives me a rash, it is my allergy.
        My allergy? It is to {v}.
        I must not touch {v}, because I am allergic to it.
        Keep {v} away from me, I am allergic.
        I found out that I am allergic to {v}.
        Being allergic to {v} is no fun.
        My eyes get red from {v}, that is my allergy.
        I take pills because I am allergic to {v}.
        My nose runs near {v}, because I am allergic.
        One thing I am allergic to is {v}.
        In the clinic they found an allergy to {v}.
        """,
        ask="""
        What was my allergy again?
        And my allergy?
        My allergy, what is it to?
        Remind me what I am allergic to.
        Any idea what I am allergic to?
        What gives me a rash?
        What should you keep away from me?
        Because of what do I take my pills?
        What must I not touch because of my allergy?
        The doctor asks about my allergy. What do I say?
        What makes my eyes red?
        Could you tell me what my allergy is?
        Which allergy did they find in the clinic?
        """,
        correct="""
        The doctor was wrong. I am allergic to {v}.
        My allergy is not that, it is to {v}.
        """,
        brief="""
        I am allergic to {v}.
        """,
    ),
    "my_instrument": more(
        noun="the instrument I play",
        tell="""
        The {v} is my instrument.
        The instrument I play is the {v}.
        My instrument? It is the {v}.
        I practise the {v} every evening.
        On Sundays I play the {v} for my family.
        My teacher shows me how to play the {v}.
        I was taught to play the {v}.
        I can play songs on the {v}.
        My neighbours hear me practise the {v}.
        I bought {av} and learned to play it.
        If there is music, I am the one with the {v}.
        I play one instrument, the {v}.
        I am in an orchestra and play the {v}.
        """,
        ask="""
        What was my instrument again?
        And my instrument?
        My instrument, which one is it?
        Remind me which instrument I play.
        Any idea what instrument I play?
        Which instrument do I practise every evening?
        What do my neighbours hear me practise?
        What was I taught to play?
        What do I play in the orchestra?
        On which instrument can I play songs?
        Which musical instrument is mine?
        Could you say which instrument I play?
        What instrument does my teacher show me?
        """,
        correct="""
        I gave up my old instrument. Now I play the {v}.
        Not that instrument, I play the {v}.
        """,
        brief="""
        I play the {v}.
        The {v}.
        """,
    ),
    "my_hobby": more(
        noun="my hobby",
        tell="""
        {v} is my hobby.
        {v} is what I do for fun.
        My hobby? It is {v}.
        After work I enjoy {v}.
        On weekends you find me {v}, it is my hobby.
        Nothing makes me as happy as {v}, it is my hobby.
        I have a hobby, and it is {v}.
        As a hobby I took up {v}.
        My free time goes into {v}.
        I never get tired of {v}, my hobby.
        I have loved {v} since I was young, it is my hobby.
        The hobby I picked is {v}.
        When I am bored I turn to my hobby, {v}.
        """,
        ask="""
        What was my hobby again?
        And my hobby?
        My hobby, what is it?
        Remind me what my hobby is.
        Any idea what I do for fun?
        What do I do on weekends for fun?
        What do I turn to when I am bored?
        Into what does my free time go?
        Which hobby did I pick?
        What hobby have I loved since I was young?
        What do I enjoy after work?
        Could you name my hobby?
        What did I take up as a hobby?
        """,
        correct="""
        I gave up my old hobby. Now it is {v}.
        My hobby is not that, it is {v}.
        """,
        brief="""
        For fun I like {v}.
        """,
    ),
    "language": more(
        noun="the language I am learning",
        tell="""
        {v} is the language I am learning.
        {v} is hard, but I am learning it.
        Which language? I am learning {v}.
        I started to learn {v}.
        My teacher gives me lessons in {v}.
        I am taking a course in {v}.
        I can already say a few words in {v}, I am learning it.
        I learn {v} with a book.
        For my next journey I am learning {v}.
        I practise {v} every day, because I want to learn it.
        In my evening class we learn {v}.
        I am busy learning {v}.
        On my way to work I learn {v}.
        """,
        ask="""
        Which language was I learning again?
        And which language am I learning?
        The language that I learn, what is it?
        Remind me which language I am learning.
        Any idea what language I am learning?
        What language do we learn in my evening class?
        In which language can I say a few words?
        What do I learn on my way to work, which language?
        Which language course am I taking?
        What language am I trying to learn?
        What language is my teacher giving me lessons in?
        Could you tell me which language I am busy with?
        Which language am I learning for my next journey?
        """,
        correct="""
        I changed the course. I am learning {v} now.
        Not that language, I am learning {v}.
        """,
        brief="""
        {v}.
        I am learning {v}.
        """,
    ),
    "dream_job": more(
        noun="my dream job",
        tell="""
        To be {av}, that is my dream.
        Becoming {av} is my dream.
        My dream job? I want to be {av}.
        I study hard because I want to become {av}.
        My plan for life is to become {av}.
        If I could choose any job, I would be {av}.
        I have always wanted to become {av}.
        My parents know that I want to become {av}.
        In ten years I want to be {av}.
        More than anything I want to become {av}.
        I see myself as {av} in the future.
        I would give anything to become {av}.
        """,
        ask="""
        What was my dream job again?
        And my dream job?
        My dream job, what is it?
        Remind me what I want to become.
        Any idea what I want to be one day?
        What do I want to be in ten years?
        What would I be if I could choose any job?
        Which job is my dream?
        What have I always wanted to become?
        How do I see myself in the future?
        Why do I study hard, what do I want to become?
        Could you say what I want to become?
        What is my plan for life?
        """,
        correct="""
        I have another dream now. I want to become {av}.
        My dream job is {v} now.
        """,
        brief="""
        My dream job is {v}.
        """,
    ),
    "dream_country": more(
        noun="the country I want to visit",
        tell="""
        {v} is the country I want to visit.
        {v} is the place I dream of seeing.
        Where do I want to travel? To {v}.
        If I had the money I would fly to {v}.
        For my next holiday I want to visit {v}.
        My dream journey goes to {v}.
        I have never been to {v}, but I want to visit it.
        I read everything about {v}, because I want to go there.
        I wish I could travel to {v}.
        Some day I want to see {v}.
        I hope to visit {v} soon.
        The country of my dreams is {v}.
        I would love to spend a summer in {v}.
        """,
        ask="""
        Which country did I want to visit again?
        And which country do I want to visit?
        The country of my dreams, which one is it?
        Remind me where I want to travel.
        Any idea which country I want to see?
        Where would I fly if I had the money?
        What country have I never been to but want to visit?
        Where does my dream journey go?
        Which country do I hope to visit soon?
        Where would I love to spend a summer?
        For my next holiday, which country do I want?
        Could you say which country I dream of?
        Which land do I read everything about?
        """,
        correct="""
        I have another plan now. I want to visit {v}.
        Not that country, I want to visit {v}.
        """,
        brief="""
        I would like to go to {v}.
        """,
    ),
    "dislike": more(
        noun="the food I do not like",
        tell="""
        {v} is what I hate most.
        {v} makes me feel sick, I do not like it.
        What do I hate? I hate {v}.
        Do not cook {v} for me, I hate it.
        My mother knows that I do not like {v}.
        I do not like {v} at all.
        I leave the table when there is {v}, I hate it.
        The smell of {v} is awful to me.
        I have never liked {v}.
        I eat all food except {v}.
        Nobody can make me eat {v}.
        As a child I already hated {v}.
        """,
        ask="""
        What was it that I do not like?
        And what do I hate?
        The food I hate, what is it?
        Remind me what I do not like.
        Any idea what I dislike?
        What should you not cook for me?
        Which food makes me feel sick?
        What can nobody make me eat?
        Which smell is awful to me?
        I eat all food except one. Which one?
        What does my mother know that I do not like?
        What did I already hate as a child?
        Could you say what I do not like?
        """,
        correct="""
        That is fine now. What I do not like is {v}.
        It is {v} that I do not like.
        """,
        brief="""
        I cannot stand {v}.
        """,
    ),
}
