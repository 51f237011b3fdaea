"""Common words, by what they can stand for. Lower case unless they are names."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The words of a text, apart at spaces."""
    return tuple(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(item.split()) for item in text.split(","))


FIRST_NAMES = words(
    """
    Anna Tom Mira Ben Lena Paul Ida Max Clara Leo Emma Noah Olivia Liam Sofia Lucas Mia Oscar Ella Hugo Alice
    Felix Nora Jonas Ruth Simon Eva Peter Maria John Sarah David Laura Daniel Julia Martin Helen Robert Kate
    George Lucy Henry Rose Arthur Grace Samuel Hannah Jacob Lily Adam Chloe Owen Ruby Isaac Zoe Ivan Nina Omar
    Layla Yusuf Amina Hassan Fatima Kenji Yuki Haruto Sakura Wei Ling Chen Mei Raj Priya Arjun Anita Carlos
    Elena Diego Lucia Pablo Carmen Marco Giulia Luca Chiara Pierre Camille Louis Manon Hans Greta Karl Ingrid
    Lars Astrid Erik Freya Sven Maja Pavel Olga Dmitri Vera Milan Jana Tomas Petra Anton Irina Kofi Ama Kwame
    Zola Tariq Salma Dana Robin Alex Sam Charlie Jamie Morgan Taylor Victor Stella Theo Iris Walter Agnes Edgar
    Flora Rosa Bruno Edith Conrad Wanda Otto Selma Emil Frieda Nils Elsa
    """
)
PET_NAMES = words(
    """
    Bramble Miso Pepper Biscuit Rex Luna Shadow Ginger Coco Max Bella Rocky Daisy Oscar Molly Felix Tiger Smokey
    Muffin Cookie Peanut Pickle Noodle Waffle Toffee Pumpkin Patch Snowy Fluffy Socks Whiskers Nibbles Bubbles
    Sunny Lucky Buddy Hazel Willow Clover Maple Acorn Pebble Storm Ziggy Gizmo Bandit Scout Ranger Captain
    Duchess Prince Sparky Rusty Dusty Olive Basil Truffle Mochi Sushi Pixel Button Marble Comet
    """
)
CITIES = words(
    """
    Oslo Paris London Berlin Madrid Rome Vienna Prague Lisbon Dublin Athens Warsaw Budapest Helsinki Stockholm
    Copenhagen Amsterdam Brussels Zurich Geneva Munich Hamburg Cologne Milan Venice Naples Florence Turin
    Barcelona Seville Porto Lyon Marseille Nice Bordeaux Leeds Bristol York Cardiff Glasgow Edinburgh Belfast
    Cork Bergen Malmo Gdansk Krakow Riga Vilnius Tallinn Sofia Bucharest Belgrade Zagreb Istanbul Ankara Cairo
    Tunis Lagos Nairobi Accra Dakar Delhi Mumbai Tokyo Kyoto Osaka Seoul Beijing Shanghai Bangkok Hanoi Jakarta
    Manila Sydney Melbourne Perth Auckland Toronto Montreal Vancouver Boston Chicago Denver Seattle Portland
    Austin Dallas Miami Lima Bogota Santiago Havana Quito
    """
)
COUNTRIES = words(
    """
    Norway France Germany Spain Italy Austria Portugal Ireland Greece Poland Hungary Finland Sweden Denmark
    Belgium Switzerland Iceland Scotland Wales Turkey Egypt Morocco Kenya Ghana India Japan Korea China Thailand
    Vietnam Indonesia Australia Canada Mexico Brazil Peru Chile Argentina Cuba Nepal
    """
)
COLOURS = words(
    """
    red blue green yellow orange purple pink brown black white grey violet turquoise gold silver beige crimson
    scarlet navy olive teal lilac amber indigo ivory mint peach maroon cream coral
    """
)
SHADES = ("dark", "light", "pale", "bright", "deep", "soft", "warm", "cool")
ANIMALS = words(
    """
    fox owl bear wolf deer rabbit horse cow sheep goat pig duck goose swan eagle hawk crow robin otter badger
    beaver seal whale dolphin shark turtle frog snake lizard lion tiger leopard elephant giraffe zebra monkey
    panda koala kangaroo camel penguin bee butterfly ant spider hedgehog squirrel mole bat moose raven octopus
    """
)
PETS = _listed(
    """
    dog, cat, parrot, rabbit, hamster, pony, goldfish, turtle, kitten, puppy, snake, lizard, goat, donkey,
    canary, ferret, mouse, duck, hen, guinea pig
    """
)
FOODS = words(
    """
    pizza pasta rice soup bread cheese pancakes noodles salad curry stew sushi tacos chips potatoes beans
    lentils porridge toast omelette dumplings lasagne risotto burgers sandwiches fish chicken mushrooms tomatoes
    carrots spinach corn cabbage pumpkin peas onions garlic olives chocolate cake cookies honey yoghurt
    ice-cream popcorn nuts pickles waffles pie jam butter
    """
)
FOOD_KINDS = _listed(
    """
    soup, stew, cake, pie, salad, curry, bread, sauce, pudding, noodles, rolls, toast
    """
)
FRUIT_FLAVOURS = words("apple pear plum cherry grape orange lemon lime peach melon mango berry ginger mint rose honey")
FRUITS = words(
    """
    apples pears plums cherries grapes oranges lemons limes bananas peaches figs dates melons mangoes kiwis
    strawberries raspberries blueberries blackberries apricots pineapples papayas
    """
)
DRINKS = _listed(
    """
    tea, coffee, water, milk, cocoa, lemonade, juice, cider, cola, soda, mint tea, ginger beer, buttermilk,
    green tea, iced tea, apple juice, hot chocolate, tomato juice, oat milk, black coffee, black tea, grape
    juice, almond milk, jasmine tea, lemon tea, kefir, herbal tea, lime juice, orange juice, pear juice
    """
)
ALLERGENS = _listed(
    """
    nuts, milk, eggs, cats, dogs, dust, bees, pollen, wheat, soy, fish, shrimp, wool, strawberries, peanuts,
    feathers, grass, mustard, celery, garlic, latex, horses, honey
    """
)
FLOWERS = words(
    """
    marigold carnation begonia primrose daffodil aster lotus rose tulip daisy lily poppy orchid violet iris
    sunflower peony bluebell snowdrop crocus lavender
    """
)
TREES = words("oak pine birch maple willow elm ash beech cedar fir chestnut palm linden poplar")
JOBS = words(
    """
    teacher baker nurse doctor cook farmer painter writer driver pilot sailor gardener carpenter plumber singer
    dancer actor lawyer judge dentist tailor butcher barber waiter clerk builder engineer programmer designer
    librarian fisherman miner mechanic potter weaver postman firefighter vet chemist florist jeweller journalist
    translator photographer electrician musician beekeeper shepherd glazier roofer architect artist editor
    accountant
    """
)
JOB_NOUNS = _listed(
    """
    lamp, boat, clock, shoe, toy, bridge, map, piano, bread, kite, basket, candle, hat, mirror, rope, tea, wine,
    paper, glass, robot, puppet, garden, window, guitar, stamp
    """
)
JOB_DOERS = _listed(
    """
    maker, seller, painter, mender, designer, collector, tester, builder, cleaner
    """
)
INSTRUMENTS = words(
    """
    piano guitar violin flute zither cello trumpet harp organ banjo clarinet saxophone accordion harmonica
    trombone oboe ukulele tuba viola bassoon mandolin recorder koto shamisen fife lute lyre
    """
)
LANGUAGES = words(
    """
    French Spanish German Italian Japanese Chinese Korean Arabic Russian Polish Dutch Swedish Norwegian Danish
    Finnish Greek Turkish Hindi Portuguese Welsh Irish Czech Hungarian Latin Swahili
    """
)
SPORTS = words(
    """
    football squash polo ballet wrestling curling baseball handball tennis chess rugby hockey golf cricket
    basketball volleyball badminton judo karate rowing swimming running skiing skating climbing cycling boxing
    fencing archery bowling darts
    """
)
CRAFTS = words(
    """
    painting drawing knitting sewing reading writing singing dancing cooking baking fishing sailing hiking
    camping gardening juggling pottery weaving photography birdwatching stargazing surfing diving
    """
)
CRAFT_VERBS = ("painting", "drawing", "collecting", "making", "mending")
CRAFT_THINGS = _listed(
    """
    boats, clocks, kites, masks, maps, toys, hats, lamps, model trains, old radios, paper cranes, wooden spoons,
    dolls, tiny houses, postcards, baskets, necklaces, puppets, flags, music boxes, chess sets, model planes
    """
)
RELATIONS = _listed(
    """
    brother, sister, mother, father, friend, best friend, aunt, uncle, cousin, grandmother, grandfather, son,
    daughter, neighbour, teacher, boss, doctor, wife, husband, dentist, niece, nephew, roommate, coach
    """
)
NAMED_THINGS = _listed(
    """
    boat, car, house, bike, computer, robot, phone, guitar, plant, teddy bear, doll, van, truck, garden, shop,
    band, ship, kite, sword, printer, cafe, farm
    """
)
OWNED = _listed(
    """
    wallet, phone, passport, umbrella, notebook, camera, watch, ring, hat, scarf, bag, laptop, torch, ladder,
    hammer, map, diary, ticket, key, spare key, charger, toolbox, tent, coat, flute, book, letter, pen, knife,
    glove, remote, purse, photo, basket
    """
)
OWNED_PLURAL = _listed(
    """
    keys, glasses, gloves, boots, scissors, tickets, headphones, batteries, candles, skates, stamps, matches,
    papers, tools, photos, letters, seeds, paints, coins, shoes
    """
)
COLOURED = _listed(
    """
    front door, bedroom, kitchen, sofa, roof, coat, hat, cup, bag, fence, carpet, desk, garden gate, lamp,
    chair, raincoat, suitcase, armchair, curtain, bathroom
    """
)
EVENTS = _listed(
    """
    train, bus, film, ferry, match, play, show, class, market, parade, race, lecture, opera, tram, ballet, circus,
    game, boat trip
    """
)
APPOINTMENTS = _listed(
    """
    meeting, dentist appointment, doctor's appointment, interview, flight, exam, haircut, wedding, party,
    anniversary, deadline, trip, move, concert, lesson, driving test, eye test, check-up, job interview,
    presentation, graduation, operation, appointment, vet appointment, school trip, blood test, piano lesson,
    yoga class, conference, holiday, reunion, surgery, barbecue, housewarming, tax appointment
    """
)
VISITORS = _listed(
    """
    plumber, electrician, cleaner, gardener, painter, landlord, babysitter, delivery, postman, handyman, carpenter,
    locksmith, chimney sweep, window cleaner, piano tuner, courier, tutor, nurse, inspector, roofer, repairman,
    delivery man, dog walker, photographer
    """
)
VEHICLES = _listed(
    """
    car, bike, van, scooter, truck, motorbike, bicycle, trailer, minivan, camper, moped, rental car, jeep, pickup
    """
)
COUNTED = _listed(
    """
    cats, dogs, children, brothers, sisters, bikes, plants, guitars, hens, rabbits, goldfish, grandchildren,
    cars, cameras, umbrellas, hats, aunts, uncles, nephews, nieces, cousins, sons, daughters, horses,
    sheep, clocks, mugs, lamps, dolls, kites, chairs, watches, suitcases, pillows, roommates, apple trees, boats
    """
)
MEASURES = _listed(
    """
    shoe size, jacket size, hat size, height, weight, ring size, shirt size, trouser size, glove size
    """
)
PARKING_SPOTS = _listed(
    """
    station, library, church, bakery, school, museum, cinema, park, bridge, hospital, supermarket, post office,
    town hall, pharmacy, gym, stadium, theatre, market, hotel, bank, playground, office, airport
    """
)
LIKED = _listed(
    """
    music, rain, snow, thunderstorms, sunsets, sunshine, summer evenings, storms, fog, old films, cats, dogs, horses,
    owls, foxes, bees, butterflies, trains, maps, puzzles, crosswords, board games, card games, jazz, poetry,
    comics, detective stories, the sea, the mountains, the forest, picnics, museums, candles, quiet mornings,
    coffee, tea, hot chocolate, flowers, gardens, castles, lighthouses, bridges, stars, bicycles, markets
    """
)
LIKED_ADJECTIVES = words("long short quiet old new small big warm cold slow early late funny strange bright red")
LIKED_THINGS = _listed(
    """
    walks, songs, books, films, stories, evenings, mornings, towns, houses, boats, trains, gardens, poems, letters,
    journeys, games, nights, lakes, hats, clocks, lamps, dogs, birds
    """
)
GIFTS = _listed(
    """
    scarf, lamp, clock, cup, knife, basket, box, book, map, ring, hat, coat, kite, drum, flute, candle, mirror,
    blanket, pillow, bottle, hammer, wallet, camera, robot, violin, sweater, bracelet, puzzle, teapot, backpack,
    necklace, watch, doll, tent, bike, bag, mug, vase, toy train, kettle, umbrella, chess set, cake, plant
    """
)
GIFT_ADJECTIVES = words(
    """
    red blue green yellow white black purple grey small big warm soft new wooden golden silver shiny tiny round bright
    light striped
    """
)
GOODS = _listed(
    """
    lamp, chair, clock, vase, kettle, blanket, basket, mirror, teapot, drum, pillow, candle, bracelet, puzzle,
    spoon, book, box, bell, cap, belt, rug, mug, plate, whistle, kite
    """
)
ROOMS = words("kitchen hall bedroom garage attic cellar office bathroom shed library basement nursery")
HOLDERS = words("drawer box basket cupboard bag bowl jar bucket tin pot trunk vase suitcase cabinet chest backpack")
SUPPORTS = words("chair table shelf bed sofa desk bench mat piano stove armchair windowsill stool carpet bookcase")
INTO = ("in", "inside", "behind", "under", "next to", "near", "beside")
ONTO = ("on", "under", "behind", "next to", "near", "beside")
PLACE_ADJECTIVES = words(
    """
    small big old new red green blue white black brown yellow grey round long heavy wooden broken empty dark
    purple
    """
)
MEETING_SPOTS = _listed(
    """
    bridge, station, fountain, market, library, church, park, harbour, cinema, museum, school, tower, cafe,
    gate, lake, statue, mill, well, theatre, bakery
    """
)
ADJECTIVES = words(
    """
    small big old new red green blue round tall short long thin soft hard warm cold sweet sour bright dark quiet
    loud slow quick heavy light young wooden golden silver empty strange lazy happy shiny broken wild tiny
    """
)
COMMON_NOUNS = words(
    """
    boat house tree river stone lamp chair table clock bridge garden window door cup plate spoon knife basket
    box bell book letter map coin ring hat coat shoe glove kite drum flute candle mirror blanket pillow bottle
    bucket ladder hammer wheel wagon train tower castle cave hill lake island forest field flower leaf seed
    cloud star moon storm wind rain snow bird fish horse sheep cake bread apple lemon pepper sugar honey butter
    button ribbon thread needle pocket wallet marble feather shell anchor sail harbour market kitchen cellar
    tunnel village orchard meadow puddle shadow mountain planet engine rocket robot camera violin pencil paper
    statue curtain carpet kettle teapot
    """
)
VERB_PHRASES = _listed(
    """
    sail, swim, dance, bake bread, play chess, go fishing, paint, visit the museum, clean the house, sing in the
    choir, cook soup, ride horses, watch films, work in the garden, go to the market, play cards, read poems,
    hike in the hills, practise judo, write letters, wash the car, feed the birds, walk in the forest, play
    football, study maths, sleep late, meet old friends, climb rocks, do the laundry, drink tea in town, learn
    to juggle, repair bikes, go bowling, go to the sauna, eat pancakes, build model trains, look at the stars,
    row on the lake, buy flowers, do yoga, make pottery, pick berries, knit, plant trees, go skating, bake a
    pie, play the drums, visit the zoo, tell stories
    """
)
PHRASE_VERBS = _listed(
    """
    play, cook, practise, study, visit, make, watch, paint, talk about, go to, dance the
    """
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = _listed(
    """
    January, February, March, April, May, June, July, August, September, October, November, December
    """
)
SEASONS = ("spring", "summer", "autumn", "winter")
HALF_SEASONS = tuple(f"{part} {season}" for part in ("early", "late") for season in SEASONS)
PLAN_TIMES = _listed(
    """
    tomorrow, tonight, next week, this weekend, next month, this evening, after work, in May, after lunch, next
    year, in the morning, in June
    """
)
SPOT_ADJECTIVES = words("old new big small red green blue white long quiet tall grey stone wooden round")
STREET_ENDS = _listed(
    """
    Street, Street, Road, Lane, Avenue, Square, Way, Hill, Court, Row
    """
)
TEAM_ENDS = _listed(
    """
    Foxes, Lions, Bears, Hawks, Rovers, Stars, Wolves, Rockets, Sharks, Giants, Owls, Tigers
    """
)
TITLE_WORDS = _listed(
    """
    Silver, Golden, Broken, Quiet, Hidden, Last, First, Blue, Red, Lost, Long, Small
    """
)
PLAIN_WORDS = words(
    """
    age ago air all and any are arm art ask ate back bad bar base beat begin being below better bit bool born
    bow boy break but bye call came can care case cheer coal code codes come cover cry cut date day dig dish
    does done dream eye far fast fell file fill find fine fire firm fit five flat float fly for former four free
    full fun game gave get girl give good got gun had haha half has hate have head help here hero hid hide hive
    home honest hope hour how ice ill ink job join joke jokes joy kid kind king know land later lead leg let lie
    life like line list live lived log lot love low lower luck mad made main makes man meal mean men mind mine
    mix money more name named nap neck need never none nor not note noun nut odd off one out own pan pay pen pet
    place plain pool pop power proud put radio ran rise role roll rude run sad safe said same saw say season see
    seen sees self set settle seven shall she shy sick side sit six size ski sky some song soon stand start
    state stops store sun sure tag take taken ten their three tie time tired toe took top towel trade travel
    true try two use want war was weather went were wet whether who why wifi will win wish won word yes you
    """
)
"""Short words that syllables happen to make; made-up words must be none of them."""
