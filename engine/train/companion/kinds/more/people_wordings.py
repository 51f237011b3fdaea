"""More ways, for training alone, to tell and ask of people, by name or by what they are to the user.

`{p}` is the person at the beginning of a sentence, `{q}` inside one.
"""

from __future__ import annotations

from engine.train.companion.facts import More, more

TOLD_MORE: dict[str, More] = {
    "city": more(
        noun="the town {q} lives in",
        tell="""
        {v} is where {q} lives.
        {v} is the home of {q}.
        Where does {q} live? In {v}.
        {p} is at home in {v}.
        {p} has always lived in {v}.
        {p} rents a place in {v}.
        {p} found a house in {v} and lives there.
        I took the train to {v}, because {q} lives there.
        If you want to write to {q}, send the letter to {v}.
        It is far to {v}, where {q} lives.
        The city where {q} lives is {v}.
        The town that {q} calls home is {v}.
        """,
        ask="""
        Where was it that {q} lives?
        And {q}, in which city?
        Remind me where {q} lives.
        Any idea where {q} lives?
        {p} lives somewhere. Where is it?
        Where is {q} at home?
        To which town do I go when I visit {q}?
        In which city would I find {q}?
        Which place does {q} call home?
        I want to send {q} a letter. To which city?
        Could you tell me where {q} lives?
        Where did I say {q} lives?
        """,
        correct="""
        {p} left the old place and lives in {v} now.
        Not there, {q} lives in {v}.
        """,
    ),
    "job": more(
        noun="the job of {q}",
        tell="""
        As for work, {q} is {av}.
        What does {q} do? The job is that of {av}.
        {p} was hired as {av}.
        {p} makes a living as {av}.
        {p} has always wanted to be {av} and now works as one.
        {p} trained to be {av}.
        {p} goes to work as {av}.
        {p} is happy with the job of {av}.
        I know that {q} works as {av}.
        In daily life {q} is {av}, that is the job.
        The profession of {q} is {v}.
        If you need {av}, ask {q}, that is the job.
        """,
        ask="""
        What was {q}'s job again?
        And {q}, what is the job?
        Remind me what {q} does for a living.
        Any idea what {q} works as?
        {p} has a job. What is it?
        What is the profession of {q}?
        What kind of work does {q} do?
        As what was {q} hired?
        How does {q} make a living?
        What did {q} train to be?
        Could you tell me what {q} does at work?
        What did I say {q}'s job is?
        Somebody asked what {q} works as. What do I say?
        """,
        correct="""
        {p} changed jobs and works as {av} now.
        That is not the job of {q}, it is that of {av}.
        """,
    ),
    "age": more(
        noun="the age of {q}",
        tell="""
        {v} is the age of {q}.
        {v} years old, that is {q}.
        How old is {q}? The age is {v}.
        {p} has reached the age of {v}.
        {p} is {v} years of age.
        {p} has just turned {v}.
        {p} looks young but is {v} years old.
        By now {q} is {v} years old.
        There were {v} candles on the cake of {q}.
        I heard that {q} is {v} years old.
        {p} has lived for {v} years.
        At the age of {v}, {q} still likes to dance.
        """,
        ask="""
        How old was {q} again?
        And {q}, how old?
        Remind me how old {q} is.
        Any idea how old {q} is?
        {p} had a birthday. How old is that now?
        What age has {q} reached?
        What age is {q}?
        How many candles were on the cake of {q}?
        Could you tell me how old {q} is?
        How many years of age is {q}?
        The age of {q}, what was it?
        What age did I tell you for {q}?
        """,
        correct="""
        {p} is older than that, the age is {v}.
        I was wrong about {q}, the age is {v}.
        """,
    ),
    "instrument": more(
        noun="the instrument {q} plays",
        tell="""
        The {v} is the instrument of {q}.
        Which instrument? {p} plays the {v}.
        {p} has played the {v} for years.
        {p} owns {av} and plays it well.
        {p} plays one instrument, the {v}.
        I like it when {q} plays the {v}.
        At parties {q} plays the {v}.
        If there is music, {q} is the one with the {v}.
        As a child {q} learned to play the {v}.
        {p} is in an orchestra and plays the {v}.
        The neighbours hear {q} practise the {v}.
        Everybody claps when {q} plays the {v}.
        """,
        ask="""
        Which instrument was it that {q} plays?
        And {q}, which instrument?
        Remind me which instrument {q} plays.
        Any idea what instrument {q} plays?
        {p} plays something. Which instrument is it?
        Which instrument does {q} own?
        What does {q} play at parties?
        Which instrument did {q} learn as a child?
        On which instrument does {q} make music?
        What do the neighbours hear {q} practise?
        Could you tell me which instrument {q} plays?
        What does {q} play in the orchestra?
        What did I say {q} plays?
        """,
        correct="""
        {p} changed to the {v}.
        Not that instrument, {q} plays the {v}.
        """,
    ),
    "likes": more(
        noun="the food {q} likes to eat",
        tell="""
        {v} is what {q} likes to eat.
        What does {q} like to eat? It is {v}.
        {p} really likes to eat {v}.
        {p} orders {v} every time.
        {p} never says no to {v}.
        {p} asks me for {v} whenever I cook.
        {p} eats {v} with great joy.
        You make {q} happy with a plate of {v}.
        I bought {v} because {q} loves to eat it.
        When {q} is hungry, it must be {v}.
        On the plate of {q} there is always {v}.
        At dinner {q} likes to eat {v}.
        """,
        ask="""
        What was it that {q} likes to eat?
        And {q}, what food?
        Remind me what {q} likes to eat.
        Any idea what {q} likes to eat?
        {p} comes to dinner. What do I cook?
        What does {q} order every time?
        To what food does {q} never say no?
        With what dish can I make {q} happy?
        What is always on the plate of {q}?
        What does {q} want when hungry?
        Could you tell me what {q} likes to eat?
        What should be on the table for {q}?
        Which meal makes {q} happy?
        """,
        correct="""
        Not that, {q} likes to eat {v}.
        It has changed, {q} likes to eat {v} now.
        """,
    ),
    "birthday": more(
        noun="the birthday of {q}",
        tell="""
        {v} is the birthday of {q}.
        {v} is the day {q} was born.
        When is {q}'s birthday? It is on {v}.
        {p} came into the world on {v}.
        {p} has a party on {v}, it is a birthday.
        {p} gets older on {v}.
        {p} blows out the candles on {v}.
        I always call {q} on {v}, on the birthday.
        In my calendar {q}'s birthday is on {v}.
        We must congratulate {q} on {v}, it is a birthday.
        We give presents to {q} on {v}, on the birthday.
        I wrote it down, {q} has a birthday on {v}.
        """,
        ask="""
        When was {q}'s birthday again?
        And {q}'s birthday?
        Remind me when {q}'s birthday is.
        Any idea when {q} has a birthday?
        {p} has a birthday soon. When is it?
        When do I congratulate {q}?
        What date is the birthday of {q}?
        When do we give presents to {q}?
        When does {q} blow out the candles?
        On what day was {q} born?
        When did {q} come into the world?
        Could you tell me the birthday of {q}?
        What does my calendar say about {q}'s birthday?
        """,
        correct="""
        I gave you the wrong day, {q} has a birthday on {v}.
        """,
    ),
    "company": more(
        noun="the company {q} works for",
        tell="""
        {v} is where {q} works.
        {v} is the employer of {q}.
        Where does {q} work? At {v}.
        {p} has an office at {v}.
        {p} was hired by {v}.
        {p} is employed by {v}.
        {p} earns money at {v}.
        {p} has been with {v} for years and works there.
        {p} goes to work at {v}.
        {p} signed a contract with {v} and works there.
        The boss of {q} runs {v}.
        I pick up {q} from work at {v}.
        The company that pays {q} is {v}.
        """,
        ask="""
        Where was it that {q} works?
        And {q}, at which company?
        Remind me where {q} works.
        Any idea who {q} works for?
        {p} works somewhere. At which company?
        Which company hired {q}?
        Who employs {q}?
        In which company does {q} have an office?
        What is the name of {q}'s employer?
        From which company do I pick up {q}?
        Which firm pays {q}?
        Could you tell me where {q} works?
        At what company does {q} earn money?
        """,
        correct="""
        {p} left that company and works at {v} now.
        Not there, {q} works at {v}.
        """,
    ),
    "brought": more(
        noun="the thing {q} bought",
        tell="""
        What did {q} buy? It was {av}.
        {p} went shopping and bought {av}.
        {p} paid for {av} in the shop.
        {p} just bought {av}.
        {p} saw {av} in the shop and bought it.
        {p} got {av} at the market.
        {p} could not resist and bought {av}.
        {p} was in town and bought {av}.
        {p} bought a new thing, {av}.
        I was there when {q} bought {av}.
        You will not believe it, {q} bought {av}.
        With the last money {q} bought {av}.
        It was {av} that {q} bought.
        """,
        ask="""
        What was it that {q} bought?
        And {q}, what was bought?
        Remind me what {q} bought.
        Any idea what {q} bought?
        {p} went shopping. What was bought?
        What did {q} get at the market?
        What did {q} pay for in the shop?
        {p} could not resist. What was it?
        What new thing did {q} buy?
        What did {q} buy in town?
        Could you tell me what {q} bought?
        For what did {q} spend the last money?
        I was there when {q} bought something. What was it?
        """,
        correct="""
        I saw it wrong, {q} bought {av}.
        {p} gave that back and bought {av}.
        """,
    ),
}
