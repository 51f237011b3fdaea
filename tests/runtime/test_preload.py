"""torch's libraries come in without torch and without standing in the way of other threads."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOAD = """
import sys, threading, time
from engine.runtime.preload import preload_torch
worst, done = 0.0, threading.Event()
def tick():
    global worst
    last = time.perf_counter()
    while not done.is_set():
        now = time.perf_counter()
        worst, last = max(worst, now - last), now
        time.sleep(0.001)
other = threading.Thread(target=tick)
other.start()
began = time.perf_counter()
loaded = preload_torch()
took = time.perf_counter() - began
done.set()
other.join()
assert "torch" not in sys.modules
maps = open("/proc/self/maps").read()
assert "libtorch_cpu" in maps, "the libraries are in the process"
import torch
assert float(torch.ones(3).sum()) == 3
assert not preload_torch(), "nothing is left to do"
print(loaded, took > 2 * worst)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_the_libraries_come_in_while_other_threads_go_on() -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", "True"]
