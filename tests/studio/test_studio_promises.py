"""The table of what people expect names a test for each row, or says that it is not built."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "studio.md"


def test_every_promise_names_a_test_that_exists() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [int(number) for number, _, _ in rows] == list(range(1, 26))
    for number, what, kept in rows:
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", kept)
        assert named or "not built" in kept, f"{number} {what}"
        for file, test in named:
            assert f"def {test}(" in files[file], f"{file}::{test}"
