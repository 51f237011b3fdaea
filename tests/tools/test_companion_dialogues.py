"""The laws of the training dialogues: what was told can be answered, nothing else is, and test is apart from train."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from samples import TELLING, exchanges, sample, told_values

from engine.curricula.companion.data import LEXICON as lx
from engine.curricula.companion.facts import fill
from engine.curricula.companion.frames import ASK_FRAMES, CORRECT_FRAMES, TELL_FRAMES
from engine.curricula.companion.kinds import KINDS
from engine.curricula.companion.names import Split
from engine.curricula.companion.values import with_article
from engine.curricula.companion.wording import DO_NOT_KNOW
from engine.errors import ConfigError
from tools.companion.__main__ import main
from tools.companion.dialogues import make_life
from tools.companion.lives import messages
from tools.companion.recipe import MIXES, generate, lives

SLIPS = re.compile(r"[{}<>|\n]|  |(?<!\.)\.\.(?!\.)|[?!,:]\.|[.,:]\?|\b(the|a|is|of) \1\b|\ban? (the|a|an)\b")


@cache
def plain(text: str) -> str:
    """Undo what sloppy typing does: capitals, contractions, marks, American spelling."""
    text = text.lower().replace("favorite", "favourite").replace("olor", "olour").replace("ighbor", "ighbour")
    text = text.replace("license", "licence")
    for short, full in (("what's", "what is"), ("where's", "where is"), ("who's", "who is"), ("i'm", "i am")):
        text = text.replace(short, full)
    for short, full in (("don't", "do not"), ("i've got", "i have"), ("i'll", "i will"), ("it's", "it is")):
        text = text.replace(short, full)
    return re.sub(r"[^\w{} ]", "", text.replace("that's", "that is")).strip()


# what a life promises


def test_the_last_value_told_is_the_answer() -> None:
    asked = 0
    for life in sample():
        held: dict[tuple[str, str], str] = {}
        for exchange in life.exchanges():
            for fact in exchange.facts:
                if exchange.event in TELLING:
                    assert fact.value in exchange.user
                    held[fact.slot] = fact.value
                assert held[fact.slot] in exchange.reply, exchange
            if exchange.event == "ask":
                assert exchange.slot is not None
                kind, subject = exchange.slot
                assert held[kind.key, subject.lower()] in exchange.reply
                assert not re.search(rf"\b{re.escape(held[kind.key, subject.lower()])}\b", exchange.user), exchange
                asked += 1
    assert asked > 3000


def test_only_what_was_never_told_is_answered_with_not_knowing() -> None:
    unknown = 0
    for life in sample():
        held: set[tuple[str, str]] = set()
        for exchange in life.exchanges():
            held.update(fact.slot for fact in exchange.facts)
            if exchange.event == "unknown":
                assert exchange.slot is not None
                kind, subject = exchange.slot
                assert (kind.key, subject.lower()) not in held
                assert DO_NOT_KNOW in exchange.reply
                unknown += 1
            elif exchange.event != "about":
                assert DO_NOT_KNOW not in exchange.reply, exchange
    questions = unknown + sum(exchange.event == "ask" for exchange in exchanges())
    assert 0.3 < unknown / questions < 0.42


def test_every_kind_is_asked_both_known_and_unknown() -> None:
    # otherwise the kind of a question would give away whether it was told
    known: dict[str, int] = defaultdict(int)
    unknown: dict[str, int] = defaultdict(int)
    for exchange in exchanges():
        if exchange.slot:
            (known if exchange.event == "ask" else unknown)[exchange.slot[0].key] += 1
    for kind in KINDS:
        assert known[kind.key] > 0, kind.key
        assert 0.05 < unknown[kind.key] / (known[kind.key] + unknown[kind.key]) < 0.7, kind.key


def test_corrections_are_made_and_asked_after() -> None:
    told = sum(exchange.event == "tell" for exchange in exchanges())
    corrected = sum(exchange.event == "correct" for exchange in exchanges())
    assert 0.06 < corrected / told < 0.2
    asked_after = 0
    for life in sample():
        changed: set[tuple[str, str]] = set()
        for exchange in life.exchanges():
            if exchange.event == "correct":
                changed.update(fact.slot for fact in exchange.facts)
            elif exchange.event == "ask":
                asked_after += exchange.facts[0].slot in changed
    assert asked_after > 0.8 * corrected


def test_facts_are_asked_on_later_days_and_after_much_other_talk() -> None:
    later = far = 0
    for life in sample():
        told_on: dict[tuple[str, str], tuple[int, int]] = {}
        characters = 0
        for day, talk in enumerate(life.dialogues):
            for exchange in talk.exchanges:
                for fact in exchange.facts:
                    if exchange.event in TELLING:
                        told_on[fact.slot] = day, characters
                    elif exchange.event == "ask":
                        later += day > told_on[fact.slot][0]
                        far += characters - told_on[fact.slot][1] > 3000
                characters += len(exchange.user) + len(exchange.reply)
    assert later > 700
    assert far > 200


def test_one_kind_is_told_of_several_persons() -> None:
    lives_with = 0
    for life in sample():
        subjects = defaultdict(set)
        for exchange in life.exchanges():
            for fact in exchange.facts:
                subjects[fact.kind.key].add(fact.subject)
        lives_with += any(len(found) > 1 for found in subjects.values())
    assert lives_with > len(sample()) * 0.35


# the system message


def test_the_system_message_names_the_assistant() -> None:
    named = nameless = 0
    for life in sample():
        for talk in life.dialogues:
            given = re.search(r"(?:name is|[Yy]ou are|called|named) ([A-Z]\w*(?: [A-Z]\w*)?)[.,]", talk.system)
            for exchange in talk.exchanges:
                if exchange.event == "name":
                    assert (given.group(1) if given else "Bit") in exchange.reply, (talk.system, exchange)
                    named += given is not None
                    nameless += given is None
    assert named > 20
    assert nameless > 50


def test_a_brief_manner_gives_shorter_replies() -> None:
    brief, normal = [], []
    for life in sample():
        for talk in life.dialogues:
            words = [len(exchange.reply.split()) for exchange in talk.exchanges if exchange.event in ("ask", "unknown")]
            short = re.search(r"short|brief|few words", talk.system)
            (brief if short else normal if not talk.system else []).extend(words)
    assert len(brief) > 50
    assert sum(brief) / len(brief) < 0.75 * sum(normal) / len(normal)


def test_about_a_quarter_of_the_conversations_has_a_system_message() -> None:
    talks = [talk for life in sample() for talk in life.dialogues]
    assert 0.2 < sum(bool(talk.system) for talk in talks) / len(talks) < 0.3


# wordings and values


def test_there_are_many_kinds_with_many_wordings() -> None:
    assert len(KINDS) >= 40
    assert len({kind.key for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        for wordings in (kind.tell, kind.ask):
            assert len(wordings.train) >= 8, kind.key
            assert wordings.test, kind.key
            every = [plain(wording) for wording in wordings.train + wordings.test]
            assert len(set(every)) == len(every), kind.key


def test_no_two_kinds_are_asked_in_the_same_words() -> None:
    asked = defaultdict(list)
    for kind in KINDS:
        for wording in kind.ask.train + kind.ask.test:
            asked[plain(wording)].append(kind)
        asked[plain(kind.about)].append(kind)
    for wording, kinds in asked.items():
        # the same words may serve a dog and a boat, but not two facts about one dog
        subjects = {kind.key: kind.subject for kind in kinds}
        assert len(set(subjects.values())) == len(subjects), (wording, subjects)


def test_subjects_of_different_kinds_are_different_words() -> None:
    for pools in ((lx.pets, lx.named_things, lx.relations), (lx.owned, lx.owned_plural)):
        # all of a group are asked for in the same words: "What is my ... called?", "Where did I put my ...?"
        every = [word for pool in pools for word in pool]
        assert len(every) == len(set(every))


@pytest.mark.parametrize("split", ["train", "test"])
def test_test_wordings_never_occur_in_training(split: Split) -> None:
    """The same search that finds nothing in training finds much in test, so that it is known to find."""
    tell_frames, ask_frames = _parts(TELL_FRAMES.test + CORRECT_FRAMES.test), _parts(ASK_FRAMES.test)
    found = 0
    for exchange in exchanges(split):
        said = plain(exchange.user)
        if exchange.event in TELLING:
            found += any(said.startswith(head) and said.endswith(tail) for head, tail in tell_frames)
            for fact in exchange.facts:
                found += any(_said(wording, fact.subject, fact.value) in said for wording in fact.kind.tell.test)
        elif exchange.slot:
            kind, subject = exchange.slot
            found += any(said.startswith(head) and said.endswith(tail) for head, tail in ask_frames)
            found += any(said.endswith(_said(wording, subject)) for wording in kind.ask.test)
    assert (found == 0) if split == "train" else (found > 3000)


def _said(wording: str, subject: str, value: str = "") -> str:
    return fill(plain(wording), plain(subject), plain(value))


def _parts(frames: tuple[str, ...]) -> list[tuple[str, str]]:
    """What stands before and after the placeholder of each frame."""
    return [(plain(re.split(r"\{\w\}", frame)[0]), plain(re.split(r"\{\w\}", frame)[1])) for frame in frames]


def test_made_up_values_of_test_never_occur_in_training() -> None:
    train, test = set(told_values(sample("train"))), set(told_values(sample("test")))
    assert len(train) > 1500
    assert len(test) > 1500
    assert not train & test


def test_most_values_are_new_in_every_sample() -> None:
    first = told_values(sample(count=1000, seed=21))
    second = set(told_values(sample(count=1000, seed=22)))
    assert sum(value not in second for value in first) / len(first) > 0.5


# language


def test_replies_are_whole_sentences_and_short() -> None:
    lengths = []
    for exchange in exchanges():
        if exchange.event != "drill":
            assert re.match(r"[A-ZØÅ\d]", exchange.reply), exchange
            assert exchange.reply[-1] in ".!?", exchange
            lengths.append(len(exchange.reply.split()))
    assert sum(length > 25 for length in lengths) < 0.005 * len(lengths)
    assert sum(length < 3 for length in lengths) < 0.06 * len(lengths)


def test_no_text_has_a_slip() -> None:
    for life in (*sample("train"), *sample("test")):
        for talk in life.dialogues:
            for message in messages(talk):
                text = message["text"]
                assert text == text.strip()
                assert text
                slip = re.search(
                    r"[{}<>|\n]|  |(?<!\.)\.\.(?!\.)|"
                    r"[?!,:]\.|[.,:]\?|\b(the|a|is|of) \1\b|\bi\b.*[A-Z]{9}|\ban? (the|a|an)\b",
                    text,
                )
                assert slip is None, (text, slip)
                if message["role"] == "assistant":
                    assert not re.search(r"\bi\b|\bmy (dog|cat|name is Bit\w)", text), text


def test_articles_fit_the_next_word() -> None:
    assert with_article("owl") == "an owl"
    assert with_article("dog") == "a dog"
    assert with_article("ukulele") == "a ukulele"
    for exchange in exchanges():
        for fact in exchange.facts:
            for word in (fact.value.split()[0], fact.subject.split(" ")[0]):
                if word and word[0].isalpha():
                    wrong = ("a " if with_article(word).startswith("an ") else "an ") + word
                    assert not re.search(rf"\b{re.escape(wrong)}\b", exchange.reply), exchange


# files


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first = generate(tmp_path / "a", 60, seed=4).path.read_bytes()
    assert first == generate(tmp_path / "b", 60, seed=4).path.read_bytes()
    assert first != generate(tmp_path / "c", 60, seed=5).path.read_bytes()
    assert generate(tmp_path / "d", 90, seed=4).path.read_bytes().startswith(first)


def test_files_hold_lives_in_the_form_that_training_reads(tmp_path: Path) -> None:
    written = generate(tmp_path, 50, seed=1, split="test", mix="long")
    assert written.path == tmp_path / "test.jsonl"
    found = [json.loads(line) for line in written.path.read_text(encoding="utf-8").splitlines()]
    assert len(found) == written.lives == 50
    characters = nights = 0
    for life in found:
        assert list(life) == ["conversations"]
        assert 1 <= len(life["conversations"]) <= 6
        for talk in life["conversations"]:
            roles = [message["role"] for message in talk["messages"]]
            said = roles[1:] if roles[0] == "system" else roles
            heard_only = set(said) == {"user"}
            assert heard_only or said == ["user", "assistant"] * (len(said) // 2)
            assert said
            nights += heard_only
            characters += sum(len(message["text"]) for message in talk["messages"])
    assert characters == written.characters
    assert nights > 5


def test_most_lives_have_150_to_1200_tokens() -> None:
    sizes = [sum(len(e.user) + len(e.reply) for e in life.exchanges()) / 4 for life in sample()]
    assert sum(150 <= size <= 1200 for size in sizes) > 0.7 * len(sizes)


def test_what_was_only_heard_is_asked_on_another_day() -> None:
    for index in range(30):
        *nights, day = make_life(5, index, "night").dialogues
        told = {fact.slot: fact for talk in nights for e in talk.exchanges for fact in e.facts}
        assert told
        assert not any(e.reply for talk in nights for e in talk.exchanges)
        assert all(e.reply for e in day.exchanges)
        asked = [e for e in day.exchanges if e.event == "ask"]
        assert asked
        assert all(fact.value in e.reply for e in asked for fact in e.facts if told.get(fact.slot) == fact)


@pytest.mark.parametrize("mix", MIXES)
def test_every_mix_can_be_made(mix: str) -> None:
    assert all(life.dialogues for life in lives(20, 3, "train", mix))


def test_the_command_writes_and_says_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--out", str(tmp_path / "new"), "--lives", "5", "--seed", "2"]) == 0
    assert "5 lives" in capsys.readouterr().out
    assert len((tmp_path / "new" / "train.jsonl").read_text(encoding="utf-8").splitlines()) == 5


def test_the_command_refuses_what_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--out", str(tmp_path), "--lives", "0"]) == 1
    assert "at least one" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["generate", "--out", str(tmp_path / "file"), "--lives", "1"]) == 1
    assert "file" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="no mix 'huge'"):
        list(lives(1, 1, "train", "huge"))


def test_a_life_does_not_depend_on_those_before_it() -> None:
    assert make_life(7, 3, "chat").to_dict() == make_life(7, 3, "chat").to_dict()
    assert make_life(7, 3, "chat").to_dict() != make_life(7, 4, "chat").to_dict()


def test_the_text_is_that_of_earlier_versions_to_the_byte() -> None:
    """The bundled companion was trained on it, and its card says with which commands."""
    digest = hashlib.sha256()
    for mix in MIXES:
        for split in ("train", "test"):
            for life in lives(12, 5, split, mix):  # type: ignore[arg-type]
                digest.update(json.dumps(life.to_dict(), ensure_ascii=False).encode())
    assert digest.hexdigest() == "534d2f5b8d6526130afc3ea489694f32ca17af4341e93379a43605a7bdb79e33"
