"""Restores: defects planted in what follows a backup that was restored."""

from collections.abc import Iterator
from unittest import mock

import msgspec
from sqlalchemy import Connection

from routebook_server.database import driver_of
from routebook_server.gateway import gateway
from routebook_server.records import pages
from routebook_server.records.batch import Batch
from routebook_sync.messages import SyncRequest
from routebook_sync.replica.applying import Applying
from simulation import ground
from simulation.sabotage.planting import breaks


@breaks("G2", kept="G2-taken-before-a-restore")
def what_was_taken_before_a_restore_is_refused() -> Iterator[None]:
    """A restored server judges what is offered again by what it knows of its author's rights."""
    read = vars(gateway)["read_request"]

    def forget(body: bytes) -> SyncRequest:
        request: SyncRequest = read(body)
        return msgspec.structs.replace(request, again=[])

    with mock.patch.object(gateway, "read_request", forget):
        yield


@breaks("G2", kept="G2-late-after-restore")
def a_restored_server_hears_requests_of_before() -> Iterator[None]:
    """A late repetition of a request takes a number that the backup has lost."""
    with mock.patch.object(Batch, "_is_of_a_former_life", return_value=False):
        yield


@breaks("G2", "G9")
def nothing_is_offered_again() -> Iterator[None]:
    """A device does not give a restored server what the backup missed."""
    with mock.patch.object(Applying, "_offer_again"):
        yield


@breaks("G2", kept="G2-unreadable-backup")
def a_backup_is_believed_to_be_readable() -> Iterator[None]:
    """The server lets devices forget what its newest backup holds; then that one is lost."""

    def cover(connection: Connection, pushed_by_device: dict[int, int]) -> None:
        for device, pushed in pushed_by_device.items():
            driver_of(connection).execute("UPDATE replica SET covered = ? WHERE device = ?", pushed, device)

    with mock.patch.object(ground, "note_cover", cover):
        yield


@breaks("G2", kept="G2-former-numbers")
def what_is_there_is_offered_again_under_a_new_number() -> Iterator[None]:
    """A restored server does not say what it has of a device's former numbers."""
    with mock.patch.object(pages._Reading, "_read_former", dict):
        yield
