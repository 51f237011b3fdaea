"""The bundle's window program."""

import multiprocessing
import sys

from studio.launch import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
