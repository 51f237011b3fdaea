"""Streams: every token in order, resets and prior souls as often as asked, and the same again after a resume."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.errors import DataError
from engine.train.args import TrainArgs
from engine.train.batches import DocumentStreams, TextStreams
from engine.train.data import Split


def text_split(count: int) -> Split:
    return Split(np.arange(count, dtype=np.uint16), np.ones(count, np.uint8), np.zeros(1, np.uint64))


def talk_split(lengths: list[int]) -> Split:
    """Documents whose tokens are 100 * document + position; every second token is said by the model."""
    tokens = np.concatenate([100 * i + np.arange(n) for i, n in enumerate(lengths)]).astype(np.uint16)
    starts = np.cumsum([0, *lengths[:-1]]).astype(np.uint64)
    return Split(tokens, (np.arange(len(tokens)) % 2).astype(np.uint8), starts)


def test_text_is_read_in_order_with_its_state_carried() -> None:
    streams = TextStreams(text_split(1000), TrainArgs(context_len=10, batch_size=3, reset_share=0, reset_prob=0))
    first, second = streams.next(), streams.next()
    assert np.array_equal(first.targets, first.tokens + 1)
    assert np.array_equal(second.tokens[:, 0], first.targets[:, -1])
    assert first.carried.all()
    assert np.array_equal(first.source, np.arange(3))


def test_a_text_stream_goes_round() -> None:
    streams = TextStreams(text_split(101), TrainArgs(context_len=10, batch_size=2))
    seen = np.concatenate([streams.next().tokens.ravel() for _ in range(60)])
    assert seen.max() <= 100
    assert len(np.unique(seen)) >= 95


def test_half_of_the_text_streams_are_newborn_at_every_segment() -> None:
    args = TrainArgs(context_len=10, batch_size=10, reset_share=0.5, reset_prob=0.1)
    streams = TextStreams(text_split(5000), args)
    carried = np.stack([streams.next().carried for _ in range(300)])
    assert not carried[:, :5].any()
    assert carried[:, 5:].mean() == pytest.approx(0.9, abs=0.03)


def test_words_count_as_much_as_their_message_says() -> None:
    split = Split(np.arange(12, dtype=np.uint16), np.arange(12, dtype=np.uint8) % 9, np.zeros(1, np.uint64))
    args = TrainArgs(context_len=20, batch_size=1, heard_weight=0.25)
    assert DocumentStreams(split, args).next().weights.tolist() == [[1, 2, 3, 4, 5, 6, 7, 8, 0.25, 1, 2]]
    bounded = dataclasses.replace(args, most_weight=3)
    assert DocumentStreams(split, bounded).next().weights.tolist() == [[1, 2, 3, 3, 3, 3, 3, 3, 0.25, 1, 2]]


def test_documents_are_whole_padded_and_weighted() -> None:
    lengths = [7, 12, 25, 3]
    args = TrainArgs(context_len=10, batch_size=1, heard_weight=0.25, document_reset_prob=1.0)
    streams = DocumentStreams(talk_split(lengths), args)
    said: dict[int, list[int]] = {i: [] for i in range(4)}
    for _ in range(1 + 2 + 3 + 1):
        segment = streams.next()
        real = segment.weights[0] > 0
        document = int(segment.tokens[0, 0]) // 100
        assert segment.carried[0] == bool(said[document])
        assert segment.begins[0] == (not said[document])
        said[document] += segment.targets[0, real].tolist()
        assert set(segment.weights[0, real].tolist()) <= {0.25, 1.0}
    for i, length in enumerate(lengths):
        assert said[i] == [100 * i + n for n in range(1, length)]


def test_documents_side_by_side_waste_little() -> None:
    lengths = [3 + (37 * i) % 90 for i in range(256)]
    streams = DocumentStreams(talk_split(lengths), TrainArgs(context_len=16, batch_size=4, heard_weight=1.0))
    read = real = 0
    while streams.taken < len(lengths) or (streams.lengths_left >= 2).any():
        segment = streams.next()
        read += segment.weights.size
        real += int((segment.weights > 0).sum())
        assert segment.begins.all() or not segment.begins.any()
    assert real == sum(length - 1 for length in lengths)
    assert real > 0.93 * read


def test_documents_begin_newborn_or_with_a_prior_soul() -> None:
    args = TrainArgs(context_len=8, batch_size=4, document_reset_prob=0.5)
    streams = DocumentStreams(talk_split([9] * 50), args)
    segments = [streams.next() for _ in range(400)]
    assert np.mean([s.carried for s in segments]) == pytest.approx(0.5, abs=0.05)
    others = np.mean([s.source != np.arange(4) for s in segments])
    assert others == pytest.approx(0.5 * 0.75, abs=0.05)


@pytest.mark.parametrize("kind", ["text", "dialogue"])
def test_streams_go_on_as_if_never_stopped(kind: str) -> None:
    args = TrainArgs(context_len=10, batch_size=3, grad_accum=2)

    def make() -> TextStreams | DocumentStreams:
        if kind == "text":
            return TextStreams(text_split(300), args)
        return DocumentStreams(talk_split([5, 30, 12, 44, 8, 9]), args)

    first = make()
    for _ in range(17):
        first.next()
    second = make()
    second.load_state_dict(first.state_dict())
    for _ in range(40):
        a, b = first.next(), second.next()
        for name in ("tokens", "targets", "weights", "source", "carried", "begins"):
            assert np.array_equal(getattr(a, name), getattr(b, name)), name


def test_empty_data_is_refused() -> None:
    with pytest.raises(DataError, match="fewer than one segment"):
        TextStreams(text_split(5), TrainArgs(context_len=10))
    with pytest.raises(DataError, match="no document"):
        DocumentStreams(talk_split([1, 1]), TrainArgs())


@pytest.mark.parametrize("kind", ["text", "talk"])
def test_streams_that_are_dealt_out_are_those_of_one_reader(kind: str) -> None:
    args = TrainArgs(context_len=10, batch_size=4, grad_accum=2, reset_prob=0.3)
    split = text_split(900) if kind == "text" else talk_split([7, 12, 25, 3, 40, 9, 17])
    make = TextStreams if kind == "text" else DocumentStreams
    whole, dealt = make(split, args), [make(split, args, np.array(rows)) for rows in ([0, 1, 4, 5], [2, 3, 6, 7])]
    for _ in range(30):
        wanted = whole.next()
        for streams in dealt:
            segment = streams.next()
            for field in ("tokens", "targets", "weights", "worth"):
                assert np.array_equal(getattr(segment, field), getattr(wanted, field)[streams.rows])
            for field in ("source", "carried", "begins"):
                assert np.array_equal(getattr(segment, field), getattr(wanted, field))
    assert whole.state_dict() == dealt[1].state_dict()
