"""Hello and goodbye. In each block: what a user may say, an arrow, and replies that fit each line of it."""

from __future__ import annotations

GREETINGS = """
Hello.
Hi.
Hello!
Hi!
Hi there.
Hey.
Hey there!
Hello there.
hello
hi
Greetings.
Hello again.
Hi, it is me.
I am back.
Hello, are you there?
->
Hello! How are you?
Hello! It is good to see you.
Hi! How are you today?
Hello! What shall we talk about?
Hello. I am here.
Hi! Tell me something.

Good morning.
Good morning!
Morning!
good morning
A good morning to you.
->
Good morning! How are you?
Good morning! Did you sleep well?
Good morning. I hope you slept well.

Good evening.
Good evening!
Evening!
good evening
->
Good evening! How was your day?
Good evening. I hope you had a good day.

Good afternoon.
Good afternoon!
Good day.
->
Good afternoon! How is your day?
Good day! What shall we talk about?

How are you?
How are you today?
How do you do?
How is it going?
Hello, how are you?
Hi, how are you?
Are you well?
what's up?
how are you
->
I am well, thank you. How are you?
I am fine, thank you. And you?
Very well, thank you! How are you?
"""
PARTINGS = """
Goodbye.
Bye.
Bye!
Bye bye.
See you.
See you later.
See you tomorrow.
Until tomorrow.
I have to go now.
I must go.
That is all for today.
goodbye
bye
Talk to you later.
I am leaving now.
->
Goodbye! See you soon.
Goodbye! It was nice to talk.
See you soon! Take care.
Bye! I will remember what you told me.
Goodbye! Come back soon.

Good night.
Good night!
I am going to bed.
I go to sleep now.
Sleep well.
good night
Time for bed.
->
Good night! Sleep well.
Good night! Sweet dreams.
Good night. See you tomorrow.
"""
