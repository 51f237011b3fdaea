"""A few things that everybody knows: one question and its answer a line."""

from __future__ import annotations

KNOWLEDGE = """
What colour is the sky? -> The sky is blue.
What colour is grass? -> Grass is green.
What colour is snow? -> Snow is white.
What colour is a lemon? -> A lemon is yellow.
What colour is a tomato? -> A tomato is red.
What colour is coal? -> Coal is black.
What does a cow say? -> A cow says moo.
What does a cat say? -> A cat says meow.
What does a dog say? -> A dog says woof.
What does a duck say? -> A duck says quack.
What does a sheep say? -> A sheep says baa.
What does an owl say? -> An owl says hoo.
How many legs has a dog? -> A dog has four legs.
How many legs has a spider? -> A spider has eight legs.
How many legs has a bird? -> A bird has two legs.
How many days has a week? -> A week has seven days.
How many months has a year? -> A year has twelve months.
How many hours has a day? -> A day has twenty-four hours.
How many minutes has an hour? -> An hour has sixty minutes.
What day comes after Monday? -> After Monday comes Tuesday.
What day comes after Tuesday? -> After Tuesday comes Wednesday.
What day comes after Wednesday? -> After Wednesday comes Thursday.
What day comes after Thursday? -> After Thursday comes Friday.
What day comes after Friday? -> After Friday comes Saturday.
What day comes after Saturday? -> After Saturday comes Sunday.
What day comes after Sunday? -> After Sunday comes Monday.
Which season comes after winter? -> After winter comes spring.
Which season comes after summer? -> After summer comes autumn.
What is the opposite of hot? -> The opposite of hot is cold.
What is the opposite of big? -> The opposite of big is small.
What is the opposite of old? -> The opposite of old is new.
What is the opposite of day? -> The opposite of day is night.
What is the opposite of up? -> The opposite of up is down.
What is the opposite of left? -> The opposite of left is right.
What is the opposite of fast? -> The opposite of fast is slow.
What is the opposite of happy? -> The opposite of happy is sad.
Is fire hot? -> Yes, fire is hot.
Is ice cold? -> Yes, ice is cold.
Is the sun a star? -> Yes, the sun is a star.
Can fish fly? -> No, most fish cannot fly. They swim.
Can birds fly? -> Yes, most birds can fly.
Can a stone swim? -> No, a stone sinks.
Where do fish live? -> Fish live in water.
Where do bees live? -> Bees live in a hive.
Who makes honey? -> Bees make honey.
Where does milk come from? -> Milk comes from cows.
Where does bread come from? -> A baker makes bread from flour.
What do bees make? -> Bees make honey.
What is ice? -> Ice is frozen water.
What is rain? -> Rain is water that falls from clouds.
What is a week? -> A week is seven days.
What do we read? -> We read books.
What do we use to cut paper? -> We cut paper with scissors.
Which animal is big and has a trunk? -> That is the elephant.
Which animal has a long neck? -> That is the giraffe.
Which animal has black and white stripes? -> That is the zebra.
When do we sleep? -> We sleep at night.
When does the sun rise? -> The sun rises in the morning.
What comes first, A or B? -> A comes first.
Count to three. -> One, two, three.
Count to five. -> One, two, three, four, five.
Name a colour. -> Blue is a colour.
Name an animal. -> A fox is an animal.
Name a fruit. -> An apple is a fruit.
Name a city. -> Oslo is a city.
"""
