"""The model device's session: what follows from answers that never come."""

from typing import Final

from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.entities.person import Role
from routebook_sync.messages import DeviceReport, SyncReply, SyncRequest
from routebook_sync.replica.change import Change, Saved
from routebook_sync.replica.replica import Replica, World
from routebook_sync.replica.session import Session, edits_of
from routebook_sync.replica.storage import Storage
from routebook_sync.replica.tables import Account, Schema, Tables

NOW: Final = 1_800_000_000_000
ANNA: Final = "01jd" + "1".zfill(22)
NORTH: Final = "01jd" + "2".zfill(22)
GRANTS: Final = [f"u:{ANNA}", "shared", f"t:{NORTH}"]


def customer(number: int) -> str:
    return "01jd" + str(number).zfill(22)


class _Way:
    """A server that takes everything, behind something that lets no request through which has an edit of one record."""

    def __init__(self, refused: str) -> None:
        world = World(lambda: NOW, lambda count: bytes(range(count)))
        account = Account(ANNA, Role.REP, 1)
        self.replica = Replica(Tables(Storage()), account, Schema("x", ENTITY_TYPES), world)
        self.session = Session(self.replica)
        self.refused = refused
        self.taken: list[str] = []

    def save(self, record: str) -> None:
        change = Change("customer", record, record, {"name": record, "territory": NORTH})
        assert isinstance(self.replica.write([change], record), Saved)

    def round_trip(self) -> None:
        request = self.session.request(DeviceReport())
        if self.refused in {edit.id for edit in edits_of(request)}:
            self.session.take_unreachable(request)
        else:
            self.session.take_reply(self._reply(request), request, NOW, NOW)

    def _reply(self, request: SyncRequest) -> SyncReply:
        self.taken += [edit.id for edit in edits_of(request)]
        cursors = {bucket: request.cursors.get(bucket, [1, 0]) for bucket in GRANTS}
        return SyncReply(now=NOW, pushed=len(self.taken), grants=GRANTS, cursors=cursors, complete=GRANTS)


def test_what_never_gets_through_stops_no_other_record_and_is_tried_again() -> None:
    way = _Way(refused=customer(11))
    for number in (10, 11, 12, 13):
        way.save(customer(number))
    for _ in range(60):
        way.round_trip()
    assert way.taken == [customer(10), customer(12), customer(13)]
    way.save(customer(14))
    for _ in range(4):
        way.round_trip()
    assert way.taken[3:] == [customer(14)]
    way.refused = ""
    for _ in range(4):
        way.round_trip()
    assert way.taken[4:] == [customer(11)]
    assert way.replica.waiting == 0
