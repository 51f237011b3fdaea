"""More ways, for training alone, in which people wrap what they say."""

from __future__ import annotations

from engine.train.companion.facts import lines

MORE_TELL_FRAMES = lines(
    """
    Oh, and {t}
    Just to let you know, {t}
    For your information, {t}
    Fun fact: {t}
    In case you ever need it, {t}
    While I think of it, {t}
    I am not sure if I said it, but {t}
    There is something I should mention: {t}
    I have not told you yet, but {t}
    Let me tell you something: {t}
    Note this: {t}
    To be honest, {t}
    It may not matter, but {t}
    Can I tell you something? {T}
    I have news. {T}
    Good morning. {T}
    I am a bit tired today. {T}
    It was a long day. {T}
    I just had lunch. {T}
    The bus was late again. {T}
    We had guests yesterday. {T}
    What a nice evening. {T}
    My friend says hello. {T}
    I am glad that you are here. {T}
    Now something else. {T}
    Okay, next one: {t}
    {T} I thought you should know.
    {T} I hope you can remember it.
    {T} Now you know.
    {T} I wanted to say that.
    {T} You may need it later.
    {T} I will ask you about it later.
    {T} Is that not nice?
    {T} But that is another story.
    {T} Anyway, it is time for tea.
    {T} Well, such is life.
    """
)
MORE_ASK_FRAMES = lines(
    """
    Any idea {c}?
    Do you happen to know {c}?
    Could you remind me {c}?
    Could you please tell me {c}?
    Would you tell me {c}?
    Would you mind telling me {c}?
    I have been wondering {c}.
    I keep forgetting {c}.
    I am trying to remember {c}.
    I am not sure any more {c}.
    Somebody asked me {c}.
    My friend wants to know {c}.
    My memory is bad today. Do you know {c}?
    Tell me again {c}.
    You know {c}, right?
    You surely remember {c}.
    If you know {c}, tell me.
    It would help me to know {c}.
    Did I ever say {c}?
    Did I mention {c}?
    Are you able to say {c}?
    I need to know {c}.
    I have no idea {c}. Do you?
    Let me test you: {q}
    One question: {q}
    Sorry, {q}
    Oh, {q}
    Hmm, {q}
    Just checking: {q}
    I have a question. {Q}
    Can I ask you something? {Q}
    Thank you. {Q}
    It is late, but one more thing. {Q}
    I am on the phone with someone. {Q}
    I had a long day and my head is empty. {Q}
    {Q} I forgot it.
    {Q} I need it now.
    {Q} I told you before.
    {Q} You should know that.
    {Q} Think about it.
    {Q} Please answer.
    {n}, please.
    {n}?
    {n}, do you remember?
    I need {n}, please.
    I forgot {n}.
    Remind me of {n}, please.
    Do you still know {n}?
    Could you repeat {n}?
    Could you say {n} once more?
    Please repeat {n}.
    Tell me {n} again.
    What about {n}?
    And {n}?
    Let us talk about {n}. Do you know it?
    I told you about {n}. What was it?
    I should know {n}, but I forgot.
    My mind is blank. {n}, please.
    Did you note {n}?
    Have you got {n}?
    It is about {n}. Do you still know?
    """
)
MORE_CORRECT_FRAMES = lines(
    """
    Hold on, {t}
    Sorry, {t}
    No, wait, {t}
    Not quite, {t}
    I need to correct that: {t}
    Let me correct that. {T}
    That has changed. {T}
    Things have changed: {t}
    I told you something wrong. {T}
    Oh, I mixed it up. {T}
    That is not true any more. {T}
    Please change that: {t}
    What I said before is wrong, {t}
    To be exact, {t}
    There is some news: {t}
    Update: {t}
    {T} What I said before was wrong.
    {T} That is new.
    """
)
