"""Memory that a process keeps after use, for work that needs the same arrays at every step."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of mallopt, malloc.h of the GNU C library
NEVER, NONE = -1, 0


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, so that a step finds the pages of the one before.

    Left alone it gives arrays of megabytes back to the system, which hands every page out anew and
    cleared: a quarter of the processor time of training an LSTM. The process holds a few percent
    more at its most. Nothing happens where the library is not GNU's.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_MMAP_MAX, NONE)
        library.mallopt(M_TRIM_THRESHOLD, NEVER)
