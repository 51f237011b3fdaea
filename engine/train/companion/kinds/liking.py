"""What the user does, wants and cannot stand."""

from __future__ import annotations

from engine.train.companion.facts import kind

LIKING = (
    kind(
        "allergy",
        "allergen",
        tell="""
        I am allergic to {v}.
        I have an allergy to {v}.
        My allergy is {v}.
        I cannot have {v}, I am allergic.
        I get ill from {v}, it is an allergy.
        I must stay away from {v} because of my allergy.
        The doctor says I am allergic to {v}.
        I sneeze because of {v}, I am allergic.
        My skin itches from {v}, it is my allergy.
        My body does not like {v}, I am allergic.
        No {v} for me, I am allergic.
        """,
        ask="""
        What am I allergic to?
        What is my allergy?
        Which allergy do I have?
        What must I stay away from because of my allergy?
        What kind of allergy do I have?
        What can I not have because of my allergy?
        What makes me sneeze?
        Do you know my allergy?
        What did I say I am allergic to?
        Do you remember my allergy?
        What sets off my allergy?
        """,
        about="what I am allergic to",
        answer="You are allergic to {v}.",
        note="""
        I am sorry to hear that.
        Please be careful.
        """,
        prompt="Are you allergic to anything?",
        brief="Yes, to {v}.\nYes, I am allergic to {v}.\nTo {v}.",
        short="To {v}.",
    ),
    kind(
        "my_instrument",
        "instrument",
        tell="""
        I play the {v}.
        I am learning to play the {v}.
        My instrument is the {v}.
        I take lessons on the {v}.
        I practise the {v} every day.
        I make music on the {v}.
        I have played the {v} since I was a child.
        In the band I play the {v}.
        At home I like to play the {v}.
        I own {av} and play it often.
        Music is fun for me, I play the {v}.
        """,
        ask="""
        Which instrument do I play?
        What instrument do I play?
        What is my instrument?
        What do I play in the band?
        Which instrument am I learning?
        On which instrument do I take lessons?
        On what do I make music?
        What instrument do I practise?
        What did I say I play to make music?
        With which instrument do I make music?
        What is the instrument that I own?
        """,
        about="which instrument I play",
        answer="You play the {v}.",
        note="I would love to hear you play.",
        prompt="Do you play an instrument?",
        brief="Yes, the {v}.\nYes, I play the {v}.",
        short="The {v}.",
        correct="I play the {v} now.\nI changed to the {v}.",
    ),
    kind(
        "my_hobby",
        "hobby",
        tell="""
        My hobby is {v}.
        I love {v}.
        In my free time I enjoy {v}.
        I spend my evenings {v}.
        I have a hobby: {v}.
        My favourite hobby is {v}.
        I started a new hobby, {v}.
        When I have time I enjoy {v}.
        I relax by {v}.
        For fun I go in for {v}.
        What I do for fun is {v}.
        My great joy is {v}.
        """,
        ask="""
        What is my hobby?
        Which hobby do I have?
        What do I enjoy in my free time?
        What do I like to do in my free time?
        How do I spend my evenings?
        What do I do for fun?
        What is my favourite hobby?
        How do I relax?
        What hobby did I tell you about?
        What do I enjoy when I have time?
        What is my great joy?
        """,
        about="what my hobby is",
        answer="Your hobby is {v}.",
        note="That sounds like fun.",
        prompt="What is your hobby?",
        brief="I enjoy {v}.\nMy hobby is {v}.\nIt is {v}.",
        correct="I have a new hobby now. It is {v}.",
    ),
    kind(
        "language",
        "language",
        tell="""
        I am learning {v}.
        I study {v} in the evening, it is a language.
        The language I am learning is {v}.
        I want to speak {v}, so I take lessons.
        I have started to learn {v}.
        I take {v} lessons.
        My new language is {v}.
        I am trying to learn the {v} language.
        Every day I learn ten words of {v}.
        I bought a book to learn {v}.
        I go to a {v} class to learn the language.
        """,
        ask="""
        Which language am I learning?
        What language am I learning?
        Which language do I study?
        What is my new language?
        Which language do I want to speak?
        In which language do I take lessons?
        What language did I start to learn?
        What language lessons do I take?
        Which language did I say I am learning?
        Of which language do I learn ten words a day?
        What language class do I go to?
        """,
        about="which language I am learning",
        answer="You are learning {v}.",
        prompt="Are you learning a language?",
        brief="Yes, {v}.\nYes, I am learning {v}.",
        short="You are learning {v}.",
        correct="I gave that up. I am learning {v} now.",
    ),
    kind(
        "dream_job",
        "job",
        tell="""
        I want to become {av}.
        One day I will be {av}.
        My dream is to become {av}.
        I would like to be {av} one day.
        When I grow up I want to be {av}.
        My dream job is {v}.
        I hope to become {av}.
        I dream of being {av}.
        Later I want to work as {av}.
        My goal is to become {av}.
        I wish I could be {av} one day.
        """,
        ask="""
        What do I want to become?
        What is my dream job?
        What is my dream?
        What do I want to be one day?
        What would I like to be?
        What do I hope to become?
        What do I dream of being?
        What is my goal?
        What do I want to be when I grow up?
        As what do I want to work later?
        Which job do I wish for?
        """,
        about="what I want to become",
        answer="You want to become {av}.",
        note="I hope your dream comes true.",
        prompt="What do you want to become?",
        brief="I want to become {av}.\nI want to be {av}.",
        short="You want to become {av}.",
        correct="I changed my mind. I want to become {av}.",
    ),
    kind(
        "dream_country",
        "country",
        tell="""
        I want to visit {v}.
        I would like to travel to {v}.
        My dream is a trip to {v}.
        One day I will travel to {v}.
        I want to see {v} one day.
        I dream of a journey to {v}.
        I am saving money for a trip to {v}.
        The country I want to see is {v}.
        My next big trip goes to {v}.
        I have always wanted to go to {v}.
        I hope to see {v} soon.
        """,
        ask="""
        Which country do I want to visit?
        Where do I want to travel?
        Which country do I want to see?
        Where would I like to travel?
        What country do I dream of?
        For which trip am I saving money?
        Where does my next big trip go?
        Where have I always wanted to go?
        Which place did I want to visit?
        To which country will I travel one day?
        What country do I hope to see?
        """,
        about="which country I want to visit",
        answer="You want to visit {v}.",
        note="Have a good trip one day!",
        prompt="Which country do you want to visit?",
        brief="I want to visit {v}.\n{v}.\nI want to see {v}.",
        short="You want to visit {v}.",
    ),
    kind(
        "dislike",
        "dislike",
        tell="""
        I do not like {v}.
        I hate {v}.
        I cannot stand {v}.
        I really dislike {v}.
        I never eat {v}, I do not like it.
        I do not like the taste of {v}.
        For me {v} is the worst food.
        Please never give me {v}.
        The food I dislike most is {v}.
        The taste of {v} is awful, I think.
        I push {v} to the side of my plate.
        """,
        ask="""
        What do I not like?
        What do I dislike?
        Which food do I hate?
        What do I hate?
        Which food do I not like?
        What can I not stand?
        What do I never eat?
        Which food do I dislike most?
        Which taste do I not like?
        What should you never give me?
        What do I push to the side of my plate?
        """,
        about="what I do not like",
        answer="You do not like {v}.",
        note="That is fine, tastes differ.",
        prompt="What do you not like to eat?",
        brief="I do not like {v}.\nI hate {v}.",
        short="You do not like {v}.",
    ),
)
