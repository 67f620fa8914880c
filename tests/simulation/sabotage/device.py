"""Device: defects planted in the model client."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec

from routebook_sync.messages import SyncReply
from routebook_sync.replica import replica, verdicts
from routebook_sync.replica import writing as saving
from routebook_sync.replica.applying import Applying
from routebook_sync.replica.cursors import Asked, Readings
from routebook_sync.replica.replica import Replica
from simulation.sabotage.planting import breaks


@breaks("G1", "G2")
def the_cursor_is_stored_before_the_rows() -> Iterator[None]:
    """A device that dies in between never asks for those rows again."""
    apply = Replica.apply

    def in_two_steps(self: Replica, reply: SyncReply, sent_ms: int, received_ms: int, asked: Asked) -> None:
        def move() -> None:
            readings = Readings(self.tables, reply, asked)
            readings.begin()
            readings.save(is_waiting=self.waiting > 0)

        self._storage.transaction(move)
        apply(self, reply, sent_ms, received_ms)

    with mock.patch.object(Replica, "apply", in_two_steps):
        yield


@breaks("G2", "G3")
def verdicts_are_acknowledged_before_they_are_stored() -> Iterator[None]:
    """A device that dies in between never hears them."""
    apply = Replica.apply

    def in_two_steps(self: Replica, reply: SyncReply, sent_ms: int, received_ms: int, asked: Asked) -> None:
        self._storage.transaction(lambda: self.tables.meta.put("ack", reply.pushed))
        apply(self, reply, sent_ms, received_ms, asked)

    with mock.patch.object(Replica, "apply", in_two_steps):
        yield


@breaks("G2", "G3", "G5")
def what_is_revoked_goes_before_it_was_sent() -> Iterator[None]:
    """A device drops a bucket with the edits that wait in it."""
    drop = Applying._drop_revoked

    def ruthless(self: Applying) -> None:
        for n, waiting in self._tables.outbox.items():
            held = self._tables.row.get(waiting.edit.id)
            if held is not None and held.bucket not in self._reply.grants:
                self._tables.outbox.drop(n)
        drop(self)

    with mock.patch.object(Applying, "_drop_revoked", ruthless):
        yield


@breaks("G1", "G5")
def markers_are_ignored() -> Iterator[None]:
    """A device keeps what moved away."""
    with mock.patch.object(Applying, "_drop_moved"):
        yield


@breaks("G1", kept="G1-stale-page")
def a_stale_page_is_accepted() -> Iterator[None]:
    """A device puts rows of an overtaken reply over newer ones, and keeps its cursor."""
    store_rows, is_stale = Applying._store_rows, Readings.is_stale

    def careless(self: Applying) -> None:
        with mock.patch.object(Readings, "is_stale", return_value=False):
            store_rows(self)
        assert Readings.is_stale is is_stale

    with mock.patch.object(Applying, "_store_rows", careless):
        yield


@breaks("G2")
def a_repeated_call_writes_again() -> Iterator[None]:
    """A device does not know a request's key again."""
    write = saving.write_changes
    calls = iter(range(1_000_000))

    def forgetful(tables: Any, changes: Any, context: Any) -> Any:
        return write(tables, changes, msgspec.structs.replace(context, key=f"{context.key} {next(calls)}"))

    with mock.patch.object(replica, "write_changes", forgetful):
        yield


@breaks("G2")
def request_keys_die_with_their_tab() -> Iterator[None]:
    """A device keeps the keys of requests in the memory of whoever leads, not in its database."""
    write = Replica.write
    lives = iter(range(1_000_000))

    def forgetful(self: Replica, changes: Any, key: str, *, together: bool = False) -> Any:
        life = vars(self).setdefault("life", next(lives))
        return write(self, changes, f"{key} {life}", together=together)

    with mock.patch.object(Replica, "write", forgetful):
        yield


@breaks("G3")
def refusals_are_not_shown() -> Iterator[None]:
    """A device tells nobody what was refused."""
    with mock.patch.object(verdicts, "WANTS_A_HUMAN", frozenset()):
        yield


@breaks("G5")
def the_revoked_stays() -> Iterator[None]:
    """A device keeps what it is no longer granted."""
    with mock.patch.object(Applying, "_drop_revoked"):
        yield
