"""Wire: the network between a browser and the server, as a TCP relay that a test can cut, spoil and mend."""

import contextlib
import socket
import threading
from typing import NamedTuple, Self


class Fault(NamedTuple):
    """What a spoilt wire does to whoever asks."""

    reply: bytes | None = None
    """Answered in the server's place."""
    breaks_after: int | None = None
    """Bytes of the server's reply that come through before the connection breaks."""
    delay_s: float = 0
    """How long each part of the server's reply is kept back."""


class Wire:
    """Relays 127.0.0.1:``port`` to the server, until it is cut or spoilt; ``mend()`` undoes either."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._lock = threading.Lock()
        self._whole = True
        self._fault = Fault()
        self._changes = 0
        """How often it was cut, spoilt or mended; what was let in before is broken, wherever it is."""
        self._ends: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True, name="wire").start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._listener.close()

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break every connection at once and refuse new ones."""
        with self._lock:
            self._whole = False
            self._changes += 1
        self._break_all()

    def spoil(self, fault: Fault) -> None:
        """Break every connection at once; new ones meet the fault."""
        with self._lock:
            self._whole = True
            self._fault = fault
            self._changes += 1
        self._break_all()

    def mend(self) -> None:
        """Let connections through again."""
        with self._lock:
            was_spoilt = self._fault != Fault()
            self._whole = True
            self._fault = Fault()
            self._changes += was_spoilt
        if was_spoilt:
            self._break_all()

    def _break_all(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                whole, fault, changes = self._whole, self._fault, self._changes
            if not whole:
                near.close()
            elif fault.reply is not None:
                if self._keeps(changes, near):
                    threading.Thread(
                        target=self._answer, args=(near, fault.reply), daemon=True, name="wire-answer"
                    ).start()
            else:
                self._connect(near, fault, changes)

    def _keeps(self, changes: int, *ends: socket.socket) -> bool:
        """Tell whether the wire is as it was when they came, and keep them until it is changed; else break them."""
        with self._lock:
            is_same = changes == self._changes
            if is_same:
                self._ends |= {*ends}
        if not is_same:
            for end in ends:
                _close(end)
        return is_same

    def _connect(self, near: socket.socket, fault: Fault, changes: int) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            near.close()
            return
        if not self._keeps(changes, near, far):
            return
        for source, sink, spoilt in ((near, far, Fault()), (far, near, fault)):
            threading.Thread(target=self._relay, args=(source, sink, spoilt), daemon=True, name="wire-relay").start()

    def _relay(self, source: socket.socket, sink: socket.socket, fault: Fault) -> None:
        left = fault.breaks_after
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if fault.delay_s:
                    threading.Event().wait(fault.delay_s)
                if left is not None and len(chunk) >= left:
                    sink.sendall(chunk[:left])
                    break
                sink.sendall(chunk)
                left = None if left is None else left - len(chunk)
        self._end(source, sink)

    def _answer(self, near: socket.socket, reply: bytes) -> None:
        with contextlib.suppress(OSError):
            near.settimeout(5)
            near.recv(65536)
            near.sendall(reply)
        self._end(near)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            _close(end)
        with self._lock:
            self._ends -= {*ends}


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
