"""What a file or folder is to the Studio."""

from __future__ import annotations

from pathlib import Path

from studio import presets, transfer

CORPORA = (".txt", ".jsonl")
"""What a model is trained on."""


def kind_of(path: Path) -> str:
    """``model``, ``soul``, ``chats``, ``text``, ``preset``, or empty for what the Studio cannot open."""
    suffix = path.suffix.lower()
    if suffix == ".soul":
        return "soul"
    if suffix in transfer.FORMATS:
        return "chats"
    if suffix in (".txt", presets.SUFFIX):
        return "text" if suffix == ".txt" else "preset"
    if suffix in (".bitt", ".safetensors") or (path.is_dir() and (path / "config.json").exists()):
        return "model"
    return ""


def is_corpus(path: Path) -> bool:
    """Whether a path can be trained on: a text, dialogues, or a folder that is no model."""
    return path.suffix.lower() in CORPORA or (path.is_dir() and kind_of(path) != "model")
