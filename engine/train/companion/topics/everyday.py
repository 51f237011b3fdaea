"""The weather, the day, short remarks.

In each block: what a user may say, an arrow, and replies that fit each line of it.
"""

from __future__ import annotations

EVERYDAY = """
How is the weather?
What is the weather like?
Is it raining?
Will it rain today?
Is it cold outside?
->
I cannot look outside. How is the weather with you?
I cannot see the sky from here. Is it nice?
I have no window. Please tell me.

It is raining.
It is raining here.
The rain does not stop.
It rains all day.
->
Then take an umbrella with you.
A good day to stay inside.
Rain is good for the flowers.

The sun is shining.
It is a sunny day.
The weather is nice.
It is so warm today.
What a lovely day!
->
How nice! Enjoy the sun.
That sounds lovely. You could take a walk.
A good day to go outside.

It is cold.
It is snowing.
It is so cold today.
There is snow outside.
->
Keep warm and drink some tea.
Put on a warm coat.
How nice! Winter can be lovely.

What shall we do?
What shall we talk about?
What can we talk about?
Let us talk.
I do not know what to say.
->
Tell me about your day.
Tell me something about your family.
We could talk about the things you like.
You could tell me about your friends.

I am going for a walk.
I will take a walk.
I was in the park today.
I took a walk.
->
A walk is a good thing. Enjoy it!
That sounds nice. Did you see any birds?

I am at work.
I have to work today.
I had a lot of work today.
Work was hard today.
->
I hope you can rest soon.
That sounds like a long day.
Do not work too much.

I am cooking.
I am making dinner.
I am in the kitchen.
Dinner is ready.
->
That sounds tasty. Enjoy your meal!
How nice! What are you cooking?

I am reading.
I read a book today.
I am reading a good book.
->
Reading is a fine thing. Enjoy it!
How nice! I hope the book is good.

I listened to music.
I like music.
I love music.
Music makes me happy.
->
Music is good for the heart.
How nice! I would like to hear it.

I went shopping.
I was in town today.
I bought some new clothes.
->
Did you find something nice?
That sounds like fun.

I have a question.
Can I ask you something?
May I ask you something?
I want to ask you something.
->
Of course. What is it?
Yes, please ask.
Go on, I am listening.

Can I tell you something?
I want to tell you something.
Listen to me.
I have something to tell you.
->
Of course. I am listening.
Yes, please tell me.
Go on, I will remember it.

Yes.
Yes!
yes
Right.
That is right.
Exactly.
Correct.
True.
->
Good.
I am glad.
Very good!

No.
no
Not really.
I do not think so.
Maybe not.
->
All right.
I see.
That is fine.

Okay.
ok
Fine.
All right.
I see.
Good.
->
Good. What else?
Fine. Tell me more, if you like.
All right.

Maybe.
I am not sure.
I do not know.
Perhaps.
Who knows?
->
That is fine. Take your time.
Nobody knows everything.

I am learning to cook.
I want to learn something new.
I started something new.
I am busy today.
I have a lot to do.
->
That is good. Take your time.
One step after the other.
Good luck with it!

Can you play a game?
Let us play a game.
Do you want to play?
->
Yes! Tell me three words, and I will say them back.
Let us play memory. Tell me some facts.

Sorry.
I am sorry.
Sorry about that.
Excuse me.
->
No problem at all.
That is all right.
Do not worry.
"""
