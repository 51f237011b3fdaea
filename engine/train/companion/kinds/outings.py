"""Where vehicles stand and when things happen: parking, plates, buses, appointments, visits, getting up."""

from __future__ import annotations

from engine.train.companion.facts import kind

OUTINGS = (
    kind(
        "parked",
        "parking",
        subject="vehicle",
        weight=1.5,
        tell="""
        I parked my {s} {v}.
        I parked the {s} {v}.
        My {s} is parked {v}.
        The {s} is parked {v}.
        You will see my {s} standing {v}.
        My {s} is {v}.
        My {s} stands {v}.
        I have parked my {s} {v}.
        The {s} is {v}.
        We parked our {s} {v}.
        There was a free spot for my {s} {v}.
        I left the {s} {v}.
        """,
        ask="""
        Where did I park my {s}?
        Where is my {s} parked?
        Where is my {s}?
        Where did I park the {s}?
        In which spot does my {s} stand?
        Where did I leave my {s}?
        Where does my {s} stand?
        Where is the {s} parked?
        I cannot find my {s}. Where did I park it?
        Do you know where I parked my {s}?
        I am walking to my {s}. Where do I go?
        Where is the {s}?
        """,
        about="where my {s} is parked",
        answer="Your {s} is parked {v}.",
        note="I will help you find it again.",
        prompt="Where is your {s}?",
        brief="I parked it {v}.\nIt is {v}.\nIt is parked {v}.",
        short="It is parked {v}.",
        correct="I moved my {s}. It is parked {v} now.\nNow my {s} is parked {v}.",
    ),
    kind(
        "appointment",
        "when",
        subject="appointment",
        weight=2,
        tell="""
        My {s} is {v}.
        The {s} is {v}.
        I have {as} {v}.
        My {s} will be {v}.
        There is {as} in my diary {v}.
        I have my {s} {v}.
        My {s} takes place {v}.
        I must not forget that my {s} is {v}.
        We have {as} {v}.
        They told me that my {s} is {v}.
        Come what may, the {s} is {v}.
        My next {s} is {v}.
        """,
        ask="""
        When is my {s}?
        When is the {s}?
        When do I have my {s}?
        What day is my {s}?
        On which date must I think of my {s}?
        When will my {s} be?
        When did I say my {s} is?
        When does my {s} take place?
        When do we have our {s}?
        Do you know when my {s} is?
        What does my diary say about the {s}?
        Is there a date for my {s}?
        """,
        about="when my {s} is",
        answer="Your {s} is {v}.",
        note="I hope it goes well.\nI will think of it.",
        prompt="When is your {s}?",
        brief="It is {v}.\nI have it {v}.",
        short="It is {v}.",
        correct="My {s} was moved. It is {v} now.\nThe {s} has a new date, it is {v}.",
    ),
    kind(
        "visitor",
        "when",
        subject="visitor",
        weight=1.5,
        tell="""
        The {s} comes {v}.
        The {s} is coming {v}.
        The {s} will come {v}.
        I expect the {s} {v}.
        The {s} rings my bell {v}.
        The {s} will be here {v}.
        My {s} comes {v}.
        The {s} arrives {v}.
        I have to be at home {v}, because the {s} comes then.
        I ordered the {s} to come {v}.
        Somebody must let the {s} in {v}.
        The visit of the {s} is {v}.
        """,
        ask="""
        When does the {s} come?
        When is the {s} coming?
        When will the {s} come?
        When do I expect the {s}?
        When must I be in for the {s}?
        When will the {s} be here?
        When does the {s} arrive?
        On what day does the {s} come?
        When did I say the {s} comes?
        Do you know when the {s} comes?
        When will the bell ring because of the {s}?
        When does my {s} come?
        """,
        about="when the {s} comes",
        answer="The {s} comes {v}.",
        note="Good to know when to be at home.",
        prompt="When does the {s} come?",
        brief="{v}.\nIt will be {v}.",
        short="It is {v}.",
        correct="The {s} cannot come then and comes {v} now.\nThe visit was moved. The {s} comes {v}.",
    ),
    kind(
        "wake_time",
        "wake_time",
        tell="""
        I get up at {v}.
        I wake up at {v}.
        My alarm rings at {v}.
        Every morning I get up at {v}.
        My day begins at {v}.
        I get out of bed at {v}.
        I always get up at {v}.
        My alarm clock is set for {v}.
        I get up at {v} every day.
        At {v} I get up.
        The clock shows {v} when I leave my bed.
        I have to get up at {v}.
        """,
        ask="""
        When do I get up?
        At what time do I get up?
        What time do I get up?
        When do I wake up?
        When does my day begin?
        When does my alarm ring?
        For what time is my alarm set?
        When do I get out of bed?
        When do I have to get up?
        Do you know when I get up?
        At what hour do I leave my bed?
        When did I say I get up?
        """,
        about="when I get up",
        answer="You get up at {v}.",
        prompt="When do you get up?",
        brief="At {v}.\nI get up at {v}.",
        short="At {v}.",
        correct="I changed my alarm. I get up at {v} now.\nThese days I get up at {v}.",
    ),
    kind(
        "plate",
        "plate",
        tell="""
        My licence plate is {v}.
        The licence plate of my car is {v}.
        My car has the licence plate {v}.
        My number plate is {v}.
        My car goes by the plate {v}.
        The plate on my car says {v}.
        My car's licence plate is {v}.
        My licence plate reads {v}.
        The plate number of my car is {v}.
        I drive the car with the plate {v}.
        You can tell my car by {v} on its back.
        The licence plate is {v}.
        """,
        ask="""
        What is my licence plate?
        What is the licence plate of my car?
        Which licence plate does my car have?
        What is my number plate?
        What letters and numbers are on my car?
        What does the plate on my car say?
        What is my plate number?
        What is my car's licence plate?
        Do you know my licence plate?
        Tell me my licence plate.
        How is my car marked on its plate?
        Do you remember my licence plate?
        """,
        about="what my licence plate is",
        answer="Your licence plate is {v}.",
        prompt="What is your licence plate?",
        correct="I have a new car. The licence plate is {v} now.\nMy licence plate is {v} now.",
    ),
    kind(
        "bus_line",
        "bus_line",
        tell="""
        I take bus {v} to work.
        I take bus {v}.
        My bus is the {v}.
        My bus is number {v}.
        Bus {v} brings me home.
        I go to work by bus {v}.
        I always take bus {v}.
        I ride bus {v} every day.
        I get to work with bus {v}.
        Bus {v} takes me to work.
        I must not miss bus {v} in the morning.
        The bus I take is the {v}.
        """,
        ask="""
        Which bus do I take?
        Which bus do I take to work?
        What bus do I take?
        What is the number of my bus?
        Which bus brings me home?
        Which number does my bus have?
        What number is my bus?
        Which bus is mine?
        Which bus takes me to work?
        Do you know which bus I take?
        Which bus must I not miss in the morning?
        With which bus do I get to work?
        """,
        about="which bus I take",
        answer="You take bus {v}.",
        prompt="Which bus do you take?",
        brief="{v}.\nBus {v}.\nI take bus {v}.",
        short="Bus {v}.",
        correct="I take bus {v} now.\nThey changed the lines. I take bus {v} now.",
    ),
)
