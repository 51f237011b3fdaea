"""More ways, for training alone, to tell and ask where vehicles stand and when things happen."""

from __future__ import annotations

from engine.train.companion.facts import More, more

OUTINGS_MORE: dict[str, More] = {
    "parked": more(
        noun="the place where my {s} is parked",
        tell="""
        My {s}? It is parked {v}.
        Where is my {s}? It is parked {v}.
        Today I parked my {s} {v}.
        The {s} stands {v}.
        I found a place for my {s} {v}.
        I had to park my {s} {v}.
        I always park my {s} {v}.
        Our {s} is parked {v}.
        I could only park my {s} {v}.
        Do not let me forget that my {s} is parked {v}.
        My {s} is waiting for me {v}.
        I locked my {s} and left it {v}.
        My {s} has its place {v}.
        """,
        ask="""
        Where was my {s} again?
        And my {s}, where is it parked?
        My {s}, where did I park it?
        Remind me where I parked my {s}.
        Any idea where my {s} is parked?
        Where did we park our {s}?
        Where have I parked my {s}?
        I want to drive home. Where is my {s}?
        Where do I have to look for my {s}?
        Where is my {s} waiting for me?
        Where did I say my {s} is parked?
        Could you tell me where I parked my {s}?
        At what place is my {s} parked?
        """,
        correct="""
        I had to move my {s}, it is parked {v}.
        My {s} is parked {v} now.
        """,
        brief="""
        It stands {v}.
        """,
    ),
    "appointment": more(
        noun="the date of my {s}",
        tell="""
        My {s}? It is {v}.
        When is my {s}? It is {v}.
        I wrote it down, my {s} is {v}.
        Our {s} is {v}.
        I am nervous, because my {s} is {v}.
        It is fixed: my {s} is {v}.
        My {s} is coming up {v}.
        There will be {as} {v}.
        I cannot come {v}, because I have my {s} then.
        In my calendar the {s} is {v}.
        The date is set, my {s} is {v}.
        I look forward to my {s}, it is {v}.
        My {s} was put off, it is {v}.
        """,
        ask="""
        When was my {s} again?
        And my {s}, when is it?
        My {s}, what day is it?
        Remind me when my {s} is.
        Any idea when my {s} is?
        When is my next {s}?
        When is our {s}?
        I do not want to miss my {s}. When is it?
        I have {as} coming up. When is it?
        Could you tell me when my {s} is?
        What is the date of my {s}?
        When did they tell me my {s} is?
        Look in my calendar. When is my {s}?
        """,
        correct="""
        They changed it, my {s} is {v} now.
        I mixed up the days. My {s} is {v}.
        """,
        brief="""
        My {s} is {v}.
        """,
    ),
    "visitor": more(
        noun="the day when the {s} comes",
        tell="""
        The {s}? The visit is {v}.
        When does the {s} come? The {s} comes {v}.
        The {s} said it would be {v}.
        The {s} is going to come {v}.
        At last the {s} comes {v}.
        The {s} promised to come {v}.
        I arranged for the {s} to come {v}.
        The {s} should be here {v}.
        The {s} is due {v}.
        Our {s} comes {v}.
        The {s} can only come {v}.
        I must be at home for the {s} {v}.
        The {s} is booked to come {v}.
        """,
        ask="""
        When was the {s} coming again?
        And the {s}, when is that?
        The {s}, when will that be?
        Remind me when the {s} comes.
        Any idea when the {s} comes?
        When is the {s} going to be here?
        When is the {s} due?
        When did the {s} promise to come?
        I must be at home for the {s}. When?
        When should I open the door for the {s}?
        Could you tell me when the {s} comes?
        When is the visit of the {s}?
        When can the {s} come?
        """,
        correct="""
        The {s} called, it is {v} now.
        I wrote it down wrong. The {s} comes {v}.
        """,
        brief="""
        The {s} comes {v}.
        """,
    ),
    "wake_time": more(
        noun="the time when I get up",
        tell="""
        {v} is when I get up.
        My time to get up is {v}.
        When do I get up? At {v}.
        I am up at {v}.
        On workdays I get up at {v}.
        I rise at {v}.
        I set my alarm for {v}.
        I usually get up at {v}.
        I am out of bed at {v} each day.
        I need to be up at {v} each morning.
        My mornings start at {v}.
        The alarm wakes me at {v}.
        Since I have this job I get up at {v}.
        """,
        ask="""
        When was it that I get up?
        And when do I get up?
        My alarm, when does it ring?
        Remind me when I get up.
        Any idea when I get up?
        What time do I wake up?
        When do I get up every day?
        At what time do I rise?
        What is my time to get up?
        I have to set my alarm. When do I get up?
        Could you tell me when I get up?
        When do my mornings start?
        When does the alarm wake me?
        """,
        correct="""
        I do not get up then any more, but at {v}.
        I get up at {v} from now on.
        """,
        brief="""
        My alarm rings at {v}.
        """,
    ),
    "plate": more(
        noun="my licence plate",
        tell="""
        {v} is my licence plate.
        My licence plate? It is {v}.
        What is my licence plate? It is {v}.
        My new licence plate is {v}.
        The sign on my car says {v}.
        On the back of my car it says {v}.
        My car is the one with {v} on its plate.
        They gave my car the licence plate {v}.
        My car is registered as {v}.
        For the parking app: my licence plate is {v}.
        My plate number is {v}.
        I got the licence plate {v} for my car.
        The garage asks for my licence plate, it is {v}.
        """,
        ask="""
        What was my licence plate again?
        And my licence plate?
        My licence plate, what is it?
        Remind me of my licence plate.
        Any idea what my licence plate is?
        The parking machine wants my licence plate. What is it?
        What does it say on the back of my car?
        How does my licence plate read?
        Which number plate is mine?
        What licence plate did they give my car?
        As what is my car registered?
        Could you give me my licence plate?
        I am looking for my car. What is its plate?
        """,
        correct="""
        The old plate is gone. The new one is {v}.
        I read it wrong, my licence plate is {v}.
        """,
        brief="""
        The plate is {v}.
        """,
    ),
    "bus_line": more(
        noun="the number of my bus",
        tell="""
        The number of my bus is {v}.
        My bus? It is number {v}.
        Which bus do I take? I take bus {v}.
        Every morning I take bus {v}.
        I catch bus {v} to get to work.
        My bus to work is the {v}.
        The bus to my work has the number {v}.
        I take the {v} bus to work.
        I travel by bus {v}.
        From my street bus {v} goes to my work.
        I wait for bus {v} each morning.
        I use bus {v} to go to work.
        To get to work I need bus {v}.
        """,
        ask="""
        Which bus was mine again?
        And which bus do I take?
        My bus, which number is it?
        Remind me which bus I take.
        Any idea which bus I take?
        By which bus do I go to work?
        Which bus do I take every morning?
        I am at the bus stop. Which bus is mine?
        What bus goes to my work?
        Which bus do I wait for?
        Which bus did I say I take?
        Could you tell me which bus I take?
        What bus do I need to get to work?
        """,
        correct="""
        My old bus does not run any more, I take bus {v}.
        I said the wrong number, my bus is the {v}.
        """,
        brief="""
        It is bus {v}.
        """,
    ),
}
