"""What the finished bundle weighs, its largest parts, and whether that is within the budget.

`python packaging/bundle/sizes.py` prints it, and ends with 1 where a budget is exceeded.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from contents import BUDGET_COMPRESSED, BUDGET_UNPACKED

DIST = Path(__file__).resolve().parents[2] / "dist"
PACKAGES = ("*.AppImage", "*.deb", "*.zip", "*-setup.exe", "*.dmg")
LARGEST, LARGEST_FILES = 12, 8


def files_of(folder: Path) -> dict[Path, int]:
    """Every file of the bundle, relative, with its bytes; one that has several names counts once."""
    seen: set[tuple[int, int]] = set()
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            about = path.stat()
            if (about.st_dev, about.st_ino) not in seen or about.st_nlink == 1:
                found[path.relative_to(folder)] = about.st_size
            seen.add((about.st_dev, about.st_ino))
    return found


def parts_of(files: dict[Path, int]) -> Counter[str]:
    """Bytes of each package or library: what lies directly in ``_internal``, or beside it."""
    parts: Counter[str] = Counter()
    for path, size in files.items():
        parts[path.parts[1] if path.parts[0] == "_internal" and len(path.parts) > 1 else path.parts[0]] += size
    return parts


def report(folder: Path, packages: Iterable[Path]) -> tuple[str, bool]:
    """The table, and whether everything is within the budget."""
    files = files_of(folder)
    total = sum(files.values())
    lines = [f"{'part':<48}{'MB':>8}"]
    lines += [f"{name:<48}{size / 1e6:>8.1f}" for name, size in parts_of(files).most_common(LARGEST)]
    lines += ["", f"{'largest files':<48}{'MB':>8}"]
    lines += [f"{path.as_posix():<48}{size / 1e6:>8.1f}" for path, size in Counter(files).most_common(LARGEST_FILES)]
    lines += ["", f"{f'unpacked, {len(files):,} files':<48}{total / 1e6:>8.1f}   (at most {BUDGET_UNPACKED / 1e6:.0f})"]
    within = total <= BUDGET_UNPACKED
    for package in packages:
        size = package.stat().st_size
        within = within and size <= BUDGET_COMPRESSED
        lines.append(f"{package.name:<48}{size / 1e6:>8.1f}   (at most {BUDGET_COMPRESSED / 1e6:.0f})")
    return "\n".join(lines), within


def main() -> int:
    """Print the report on what lies in ``dist``."""
    folder = DIST / "bit-llama-studio"
    if not folder.is_dir():
        print(f"There is no bundle in {folder}; run `make bundle` first.")
        return 1
    told, within = report(folder, sorted(path for pattern in PACKAGES for path in DIST.glob(pattern)))
    print(told)
    return int(not within)


if __name__ == "__main__":
    sys.exit(main())
