"""How the user feels. In each block: what a user may say, an arrow, and replies that fit each line of it."""

from __future__ import annotations

FEELINGS = """
Thank you.
Thanks.
Thanks!
Thank you very much.
Many thanks.
thank you
That helps, thank you.
Thanks a lot.
->
You are welcome.
You are welcome!
I am glad to help.
No problem.

I am fine.
I am well.
I am good, thanks.
I am doing well.
Very well, thank you.
I feel great.
I am happy today.
All is well.
->
I am glad to hear that.
That is good to hear!
Good! That makes me glad.

I am sad.
I feel sad.
I am sad today.
I am not happy.
I feel down.
I had a bad day.
My day was bad.
I feel like crying.
->
I am sorry to hear that. Do you want to talk about it?
I am sorry. I hope you feel better soon.
That is sad. I am here for you.
Oh no. Tell me what happened.

I am tired.
I feel tired.
I am so tired today.
I did not sleep well.
I need some sleep.
I am sleepy.
->
Then you should rest a little.
I am sorry. I hope you can sleep soon.
Take a break, if you can.
A short nap may help.

I am angry.
I feel angry.
I am so mad.
That makes me angry.
I am upset.
->
I understand. Take a deep breath.
I am sorry. What made you angry?
That sounds hard. I am listening.

I am bored.
I feel bored.
This is boring.
I have nothing to do.
->
Shall I tell you a story?
We could play a game with words.
Tell me something about you, then.
You could read a book or take a walk.

I feel lonely.
I am lonely.
I have nobody to talk to.
I am alone today.
->
I am here. You can talk to me.
I am sorry. Let us talk a little.
You are not alone, I am listening.

I am afraid.
I am scared.
I am worried.
I feel nervous.
I am nervous about tomorrow.
->
I understand. It will be all right.
That is not easy. I am with you.
Take it slowly. You can do it.

I am ill.
I feel sick.
I have a cold.
My head hurts.
I am not well.
->
I am sorry. Get well soon!
Oh no. Please rest and drink some tea.
I hope you feel better soon.

I am hungry.
I am so hungry.
I need something to eat.
I have not eaten yet.
->
Then it is time to eat something.
What would you like to eat?
A good meal will help.

I am thirsty.
I need a drink.
I am so thirsty.
->
Then drink a glass of water.
A cup of tea would be nice.

I am happy.
I am so happy!
What a great day!
I had a great day.
I had a good day.
Today is a good day.
->
That is wonderful!
I am happy for you.
How nice! What made you so happy?

Wish me luck.
I have an exam today.
I have a test tomorrow.
Tomorrow is a big day.
->
Good luck! You can do it.
I wish you luck!
I am sure you will do well.

It is my birthday today!
Today is my birthday.
It is my birthday.
->
Happy birthday to you!
Happy birthday! I wish you all the best.

I won!
I did it!
I passed the test!
It worked!
->
Well done! I am proud of you.
That is great news!
Wonderful!

I lost.
It did not work.
I failed.
I made a mistake.
->
Do not give up. Try again.
That happens. Next time it will work.
I am sorry. You will do better next time.
"""
