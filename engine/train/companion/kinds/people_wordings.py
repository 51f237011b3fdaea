"""What can be told of a person, named or related, and asked again."""

from __future__ import annotations

# The same facts are told of persons by name ("Anna") and of relatives ("my sister"): {p} is what they are called at the
# beginning of a sentence, {q} within one.
TOLD: dict[str, dict[str, str]] = {
    "city": {
        "value": "city",
        "tell": """
        {p} lives in {v}.
        {p} is living in {v}.
        {p} has a flat in {v}.
        {p} has a house in {v}.
        The home of {q} is in {v}.
        {p} moved to {v} and lives there.
        {p} lives in a town called {v}.
        I visit {q} in {v}, where the family lives.
        These days {q} lives in {v}.
        In {v} you will find {q} at home.
        {p} makes a home in {v}.
        If you look for {q}, go to {v}, that is home.
        """,
        "ask": """
        Where does {q} live?
        In which city does {q} live?
        Which city does {q} live in?
        Where is {q} living?
        Where is the home of {q}?
        In which town does {q} live?
        What city does {q} live in?
        Where does {q} have a house?
        In what town is the home of {q}?
        Do you remember the city where {q} lives?
        Where must I go to find {q} at home?
        """,
        "about": "where {q} lives",
        "answer": "{r} lives in {v}.",
        "short": "In {v}.",
        "prompt": "Where does {q} live?",
        "correct": "{p} moved to {v}.\n{p} lives in {v} now.",
        "weight": "2",
    },
    "job": {
        "value": "job",
        "tell": """
        {p} is {av}.
        {p} works as {av}.
        The job of {q} is {v}.
        {p} has a job as {av}.
        {p} earns money as {av}.
        {p} became {av}.
        At work {q} is {av}.
        {p} got a job as {av}.
        For a living {q} works as {av}.
        {p} has worked as {av} for years.
        By trade {q} is {av}.
        """,
        "ask": """
        What is {q}'s job?
        What does {q} do for a living?
        What does {q} work as?
        What is the job of {q}?
        What kind of job does {q} have?
        Which job does {q} have?
        How does {q} earn money?
        What does {q} do at work?
        Do you remember the job of {q}?
        By trade, what is {q}?
        For a living, what does {q} do?
        """,
        "about": "what {q}'s job is",
        "answer": "{r} is {av}.",
        "short": "{r} is {av}.",
        "prompt": "What does {q} do for a living?",
        "correct": "{p} has a new job and is {av} now.\n{p} works as {av} now.",
        "weight": "1.5",
    },
    "age": {
        "value": "age",
        "tell": """
        {p} is {v} years old.
        {p} is {v}.
        {p} turned {v} this year.
        The age of {q} is {v}.
        {p} just turned {v}.
        {p} has become {v} years old.
        This year {q} is {v} years old.
        I think {q} is {v} years old.
        We had a party because {q} is now {v} years old.
        {p} was {v} on the last birthday.
        """,
        "ask": """
        How old is {q}?
        What is {q}'s age?
        What is the age of {q}?
        How many years old is {q}?
        Which age is {q}?
        Do you know how old {q} is?
        How old did I say {q} is?
        Do you remember the age of {q}?
        How many years has {q} lived?
        How old was {q} on the last birthday?
        """,
        "about": "how old {q} is",
        "answer": "{r} is {v} years old.",
        "short": "{r} is {v}.",
        "prompt": "How old is {q}?",
        "correct": "{p} had a birthday and is {v} years old now.",
        "weight": "0.7",
    },
    "instrument": {
        "value": "instrument",
        "tell": """
        {p} plays the {v}.
        {p} can play the {v}.
        The instrument of {q} is the {v}.
        {p} is learning to play the {v}.
        {p} makes music on the {v}.
        {p} takes lessons on the {v}.
        In the band {q} plays the {v}.
        I heard {q} play the {v}.
        {p} practises the {v} every day.
        {p} is good at playing the {v}.
        """,
        "ask": """
        Which instrument does {q} play?
        What instrument does {q} play?
        What is {q}'s instrument?
        What is the instrument of {q}?
        What does {q} play in the band?
        Which instrument is {q} learning?
        On what does {q} make music?
        Which instrument did I hear {q} play?
        What does {q} practise every day?
        At which instrument is {q} good?
        """,
        "about": "which instrument {q} plays",
        "answer": "{r} plays the {v}.",
        "short": "The {v}.",
        "prompt": "Which instrument does {q} play?",
        "correct": "{p} plays the {v} now.",
        "weight": "0.8",
    },
    "likes": {
        "value": "food",
        "tell": """
        {p} likes to eat {v}.
        {p} loves to eat {v}.
        {p} always eats {v}.
        {p} enjoys eating {v}.
        What {q} likes to eat is {v}.
        {p} is fond of eating {v}.
        If you cook for {q}, make {v}.
        {p} is always happy to eat {v}.
        I cooked {v}, because {q} likes to eat it.
        {p} could eat {v} every day.
        """,
        "ask": """
        What does {q} like to eat?
        What does {q} love to eat?
        What does {q} always eat?
        What does {q} enjoy eating?
        What should I cook for {q}?
        Which food does {q} like to eat?
        What is {q} fond of eating?
        What do I make when {q} comes to eat?
        What did I say {q} likes to eat?
        What could {q} eat every day?
        """,
        "about": "what {q} likes to eat",
        "answer": "{r} likes to eat {v}.",
        "short": "{r} likes {v}.",
        "prompt": "What does {q} like to eat?",
        "correct": "Now {q} likes to eat {v}.",
        "weight": "1",
    },
    "birthday": {
        "value": "date",
        "tell": """
        {p} has a birthday on {v}.
        The birthday of {q} is on {v}.
        {p}'s birthday is on {v}.
        {p} was born on {v}.
        On {v} we celebrate the birthday of {q}.
        {p} celebrates on {v}, it is a birthday.
        Do not forget {q}'s birthday, it is on {v}.
        On {v} it is the birthday of {q}.
        I must buy a present, {q}'s birthday is on {v}.
        {p} gets birthday cake on {v}.
        """,
        "ask": """
        When is {q}'s birthday?
        When is the birthday of {q}?
        When was {q} born?
        On which day is {q}'s birthday?
        What is the birthday of {q}?
        When does {q} have a birthday?
        Do you know {q}'s birthday?
        On what date is {q}'s birthday?
        When do we celebrate {q}'s birthday?
        When does {q} get birthday cake?
        """,
        "about": "when {q}'s birthday is",
        "answer": "{r}'s birthday is on {v}.",
        "short": "On {v}.",
        "prompt": "When is {q}'s birthday?",
        "correct": "{p}'s birthday is on {v}, I mixed it up.",
        "weight": "0.8",
    },
    "company": {
        "value": "company",
        "tell": """
        {p} works at {v}.
        {p} works for {v}.
        The company of {q} is {v}.
        {p} has a job at {v}.
        {p} is employed at {v}.
        {p} started to work at {v}.
        The firm that {q} works for is {v}.
        {p} found work at {v}.
        Every day {q} drives to work at {v}.
        {p} gets paid by {v}.
        """,
        "ask": """
        Where does {q} work?
        Which company does {q} work for?
        Who does {q} work for?
        What is {q}'s company?
        At which company does {q} work?
        Where does {q} have a job?
        What is the company of {q}?
        Which firm does {q} work for?
        Where is {q} employed?
        Who pays {q}?
        """,
        "about": "where {q} works",
        "answer": "{r} works at {v}.",
        "short": "At {v}.",
        "prompt": "Where does {q} work?",
        "correct": "{p} works at {v} now.",
        "weight": "0.8",
    },
    "brought": {
        "value": "meaning",
        "tell": """
        {p} bought {av}.
        {p} has bought {av}.
        Today {q} went out and bought {av}.
        {p} wanted to buy something and took {av}.
        Yesterday {q} bought {av}.
        In the shop {q} bought {av}.
        At the market {q} bought {av}.
        {p} spent money on {av}.
        {p} came home and had bought {av}.
        {p} picked {av} in the shop.
        """,
        "ask": """
        What did {q} buy?
        What has {q} bought?
        What did I say {q} bought?
        What did {q} buy in the shop?
        What did {q} buy at the market?
        Which thing did {q} buy?
        On what did {q} spend money?
        Do you remember what {q} bought?
        What did {q} come home with from the shop?
        What did {q} pick in the shop?
        """,
        "about": "what {q} bought",
        "answer": "{r} bought {av}.",
        "short": "{r} bought {av}.",
        "prompt": "What did {q} buy?",
        "correct": "It was not that, {q} bought {av}.",
        "weight": "0.8",
    },
}
