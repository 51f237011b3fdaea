"""A training process gets no memory from the system twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

PAGES = """
import resource
from engine.train.allocator import keep_freed_memory

def new_pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    assert len(b"x" * (64 << 20)) == 64 << 20
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

returned = [new_pages() for _ in range(2)][-1]
print(returned, keep_freed_memory(), [new_pages() for _ in range(2)][-1])
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it asks the C library of Linux")
def test_freed_memory_is_used_again() -> None:
    done = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    returned, known, kept = done.stdout.split()
    if known == "False":
        pytest.skip("this C library does not know how")
    assert int(kept) < int(returned) / 10
