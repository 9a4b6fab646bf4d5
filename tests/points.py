"""The page of src/base/point.h: what a test does to the processes of a build with -Dtesting=true.

    d.points.kill("store.middle", 7)     # who passes there the seventh time ends by SIGKILL
    with d.points.hold("file.sync"):     # who comes there waits until the block ends
    d.points.clock(-3600); d.points.plant("split")
"""
import contextlib
import fcntl
import mmap
import struct

KILL, HOLD = 1, 2
NAME, PASSES, ACTION, CLOCK, FAULT, HELD, SIZE = 0, 32, 36, 40, 48, 80, 4096


class Points:
    def __init__(self, path):
        self.path = path
        self.file = open(path, "w+b")
        self.file.truncate(SIZE)
        self.page = mmap.mmap(self.file.fileno(), SIZE)

    def _set(self, at, form, *values):
        self.page[at:at + struct.calcsize(form)] = struct.pack(form, *values)

    def _get(self, at, form):
        return struct.unpack_from(form, self.page, at)[0]

    def _arm(self, name, passes, action):
        self._set(ACTION, "i", 0)
        self._set(NAME, "32s", name.encode())
        self._set(PASSES, "i", passes)
        self._set(ACTION, "i", action)

    def kill(self, name, passes=1):
        self._arm(name, passes, KILL)

    def clear(self):
        self._set(ACTION, "i", 0)

    def armed(self):
        """False once somebody was ended at the point."""
        return self._get(ACTION, "i") == KILL and self._get(PASSES, "i") > 0

    @contextlib.contextmanager
    def hold(self, name):
        # a description of its own, so that the lock is not shared with what a child inherits
        with open(self.path, "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._set(HELD, "i", 0)
            self._arm(name, 0, HOLD)
            try:
                yield self
            finally:
                self.clear()
                fcntl.flock(lock, fcntl.LOCK_UN)

    def held(self):
        """How many came to the point that holds."""
        return self._get(HELD, "i")

    def clock(self, seconds):
        """The wall clock of every role is off by that much."""
        self._set(CLOCK, "q", int(seconds * 1000000))

    def plant(self, fault):
        self._set(FAULT, "32s", fault.encode())
