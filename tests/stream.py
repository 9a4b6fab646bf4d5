"""A client of server-sent events for tests, spoken to in raw bytes: one that reads nothing unless it is asked to.

    s = Stream(("unix", f"{d.run}/api.sock"), {"Host": "localhost"})
    s.status, s.headers
    s.next("case")                  # the next event of that type; any but beats: s.next()
"""
import socket
import time

LIMIT = 30


class Ended(Exception):
    pass


class Stream:
    def __init__(self, where, headers=None, path="/events", method="GET"):
        self.last, self.left, self.lines = None, b"", b""
        if where[0] == "unix":
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.connect(where[1])
            self.socket.settimeout(LIMIT)
        else:
            self.socket = socket.create_connection(where[1], LIMIT)
        head = "".join(f"{k}: {v}\r\n" for k, v in {"Host": "localhost", **(headers or {})}.items())
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.status = None

    def begin(self):
        """The head of the answer."""
        if self.status is None:
            lines = self._until(b"\r\n\r\n").decode().split("\r\n")
            self.status = int(lines[0].split()[1])
            self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if line)}
        return self

    def _until(self, mark):
        while mark not in self.left:
            more = self.socket.recv(65536)
            if not more:
                raise Ended()
            self.left += more
        got, self.left = self.left.split(mark, 1)
        return got

    def _chunk(self):
        size = int(self._until(b"\r\n"), 16)
        while len(self.left) < size + 2:
            more = self.socket.recv(65536)
            if not more:
                raise Ended()
            self.left += more
        got, self.left = self.left[:size], self.left[size + 2:]
        if not size:
            raise Ended()
        return got

    def event(self):
        """(type, data) of the next one, whatever it is; self.last is its id. Ended when there is none."""
        self.begin()
        while b"\n\n" not in self.lines:
            self.lines += self._chunk()
        text, self.lines = self.lines.split(b"\n\n", 1)
        fields = dict(line.split(": ", 1) for line in text.decode().split("\n"))
        self.last = fields.get("id", self.last)
        return fields["event"], fields["data"]

    def next(self, kind=None):
        while True:
            got = self.event()
            if got[0] == kind or (kind is None and got[0] != "beat"):
                return got

    def ended(self):
        """Until it ends; False: it goes on for LIMIT seconds."""
        until = time.monotonic() + LIMIT
        try:
            while time.monotonic() < until:
                self.event()
        except Ended:
            return True
        except TimeoutError:
            pass
        return False

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self.begin()

    def __exit__(self, *_):
        self.close()
