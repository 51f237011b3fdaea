"""What every test has: the shared helpers on the path, and a Qt platform without a screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

for _folder in ("", "model"):
    sys.path.insert(0, str(Path(__file__).parent / _folder))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
