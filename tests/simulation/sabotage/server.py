"""Server: defects planted in the write path, the pages and the rights."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec
from sqlalchemy import Connection

from routebook_server.gateway import gateway
from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.identity import door
from routebook_server.records import applying as merging
from routebook_server.records import pages, state, store, writing
from routebook_server.records.batch import Batch
from routebook_server.records.conflicts import Conflicts
from routebook_server.records.custody import Custody
from routebook_server.records.draft import Draft, HistoryRow
from routebook_server.records.judging import Judge
from routebook_server.records.lookup import PastEdit
from routebook_server.records.reader import Reader
from routebook_server.records.refusal import Refusal
from routebook_server.records.repair import Repair
from routebook_server.records.stamping import Stamper
from routebook_server.records.state import Stored
from routebook_server.records.writing import Numbering, Outflow, Written
from routebook_sync.entities import EntityType
from routebook_sync.messages import ARCHIVED, Edit, ProblemCode, SyncRequest, Verdict
from routebook_sync.record import Doc, Merge, merge_edit
from routebook_sync.replica import replica
from routebook_sync.replica.replica import Replica
from simulation.sabotage.planting import breaks


@breaks("G1", "G3")
def the_last_to_arrive_wins() -> Iterator[None]:
    """The server puts values in place without joining them."""

    def overwrite(entity: EntityType, doc: Doc | None, values: dict[str, Any], stamp: str, _base: Any = None) -> Merge:
        merge = merge_edit(entity, doc, values, stamp)
        return msgspec.structs.replace(merge, doc=Doc({**merge.doc.v, **values}, merge.doc.s))

    with mock.patch.object(merging, "merge_edit", overwrite):
        yield


@breaks("G3")
def the_base_is_ignored() -> Iterator[None]:
    """The server does not look at what an edit's author had seen."""

    def without_base(
        entity: EntityType, doc: Doc | None, values: dict[str, Any], stamp: str, _base: Any = None
    ) -> Merge:
        return merge_edit(entity, doc, values, stamp)

    with mock.patch.object(merging, "merge_edit", without_base):
        yield


@breaks("G2", "G3")
def verdicts_are_lost() -> Iterator[None]:
    """The server keeps no verdict for the next request."""
    nothing_told = "SELECT n, CAST(doc AS BLOB) FROM verdict WHERE device = ? AND n < 0"
    with mock.patch.object(pages, "_SELECT_VERDICTS", nothing_told):
        yield


@breaks("G6")
def stamps_are_not_clamped() -> Iterator[None]:
    """The server believes every clock."""

    def believe(self: Stamper, turn: Any, edit: Edit, doc: Doc | None) -> tuple[str, dict[str, str] | None, str]:
        if edit.at:
            return edit.at, edit.base, ""
        told: tuple[str, dict[str, str] | None, str] = stamp(self, turn, edit, doc)
        return told

    stamp = vars(Stamper)["of"]
    with mock.patch.object(Stamper, "of", believe):
        yield


@breaks("G1", "G7")
def own_echo_is_always_suppressed() -> Iterator[None]:
    """The server takes every state for one that the author has seen."""
    with mock.patch.object(Judge, "is_held", return_value=True):
        yield


@breaks("G1")
def numbers_are_given_before_the_commit() -> Iterator[None]:
    """A row takes a number below one that readers have passed, as a database's own sequence would give it."""
    write = writing.write_pushes
    holes: dict[str, int] = {}

    def out_of_order(connection: Connection, *rest: Any, **named: Any) -> Written:
        written = write(connection, *rest, **named)
        cursor = connection.connection.cursor()
        for bucket, head in written.heads.items():
            hole = holes.pop(bucket, None)
            seq = head.seq + 1 if hole is None else hole
            if (
                hole is not None
                and cursor.execute("SELECT 1 FROM record WHERE bucket = ? AND seq = ?", (bucket, hole)).fetchone()
            ):
                continue  # another script's
            cursor.execute("UPDATE record SET seq = ? WHERE bucket = ? AND seq = ?", (seq, bucket, head.seq))
            if hole is None:
                cursor.execute("UPDATE bucket SET seq = ? WHERE bucket = ?", (seq, bucket))
                holes[bucket] = head.seq
        return written

    with mock.patch.object(store, "write_pushes", out_of_order):
        yield


@breaks("R45", kept="R45-half-a-group")
def groups_are_applied_by_half() -> Iterator[None]:
    """The server takes each edit of a group by itself."""

    def one_by_one(self: Batch, turn: Any, members: list[Any]) -> list[Verdict]:
        return [verdict for member in members for verdict in settle(self, turn, [member])]

    settle = vars(Batch)["_settle_group"]
    with mock.patch.object(Batch, "_settle_group", one_by_one):
        yield


@breaks("G2")
def custody_is_forgotten() -> Iterator[None]:
    """The server says that it holds an edit and does not."""

    def forget(_self: Custody, _turn: Any, _edits: Any, refusal: Refusal, _culprit: Edit) -> Refusal:
        return refusal

    with mock.patch.object(Custody, "keep", forget):
        yield


@breaks("G2")
def what_another_said_is_not_kept_again() -> Iterator[None]:
    """The server acknowledges an edit that says what another device's said, and writes nothing of it."""

    def record(
        self: Draft, source: tuple[str, str, int, str], values: Any, changes: Any, *rest: Any, **named: Any
    ) -> None:
        stored = vars(self)["_lookup"]._driver.fetch(
            "SELECT stamp, device, new, old FROM history WHERE id = ?", source[0]
        )
        past = [*self.past(source[0]), *(PastEdit(*row) for row in stored)]
        said = {known.device for known in past if msgspec.json.decode(known.new) == values} - {source[2]}
        if changes is None or not said:
            keep(self, source, values, changes, *rest, **named)

    keep = Draft.record
    with mock.patch.object(Draft, "record", record):
        yield


@breaks("G2")
def a_verdict_is_anybodys() -> Iterator[None]:
    """The server takes whatever comes under a number that has a verdict for the edit that this was about."""
    taken = vars(Reader)["taken"]

    def any_told(self: Reader, device: int, edits: Any) -> set[int]:
        told = self._driver.fetch(
            "SELECT n FROM verdict WHERE device = ? AND n IN (?*)", device, [edit.n for edit in edits]
        )
        return {*taken(self, device, edits), *(n for (n,) in told)}

    with mock.patch.object(Reader, "taken", any_told):
        yield


@breaks("G2", kept="G2-stalled")
def a_number_is_given_twice_in_one_transaction() -> Iterator[None]:
    """The server takes several requests of one device into one transaction, and asks only what was stored before it."""

    def take_all(self: store.Store) -> Any:
        taken, self._waiting = self._waiting, []
        return taken

    with mock.patch.object(store.Store, "_take", take_all):
        yield


@breaks("G3", kept="G3-held-again")
def what_is_in_custody_is_kept_again() -> Iterator[None]:
    """The server knows an edit in custody by its number alone."""
    with mock.patch.object(Custody, "code_of", return_value=None):
        yield


@breaks("G5")
def grants_are_remembered_too_long() -> Iterator[None]:
    """The server computes everybody's rights once."""
    read = vars(door)["read_rights"]

    def remembered(connection: Connection, known: Any, now_ms: int) -> Any:
        return known or read(connection, known, now_ms)

    with mock.patch.object(door, "read_rights", remembered):
        yield


@breaks("G7")
def a_late_change_brings_back_the_deleted() -> Iterator[None]:
    """The server takes any change of a deleted record for its return."""

    def revive(entity: EntityType, doc: Doc | None, values: dict[str, Any], stamp: str, base: Any = None) -> Merge:
        if doc is not None and doc.v.get("deleted") and "deleted" not in values:
            values = {**values, "deleted": False}
        return merge_edit(entity, doc, values, stamp, base)

    with mock.patch.object(merging, "merge_edit", revive):
        yield


@breaks("G3")
def what_was_read_later_counts_as_seen() -> Iterator[None]:
    """A device does not say how far it had read when it wrote what it sends after having read on."""
    with mock.patch.object(replica, "seen_before", return_value={}):
        yield


@breaks("G3")
def the_other_of_a_conflict_is_not_told() -> Iterator[None]:
    """The server tells of a conflict whoever sends second, and nobody else."""
    with mock.patch.object(Conflicts, "tell_others"):
        yield


@breaks("G4")
def one_fault_stops_the_queue() -> Iterator[None]:
    """A fault in one edit refuses the request that carries it, again and again; its device insists."""

    def fail(self: Batch, turn: Any, edit: Edit, _mark: Any) -> Any:
        return self._applier.apply(turn, edit)

    async def give_up(self: store.Store, push: Any, future: Any) -> None:
        store._fail(future, RuntimeError("sabotage"))

    with (
        mock.patch.object(Batch, "_attempt", fail),
        mock.patch.object(store.Store, "_write_alone", give_up),
        mock.patch.object(Replica, "hold"),
    ):
        yield


@breaks("G8")
def old_apps_are_turned_away() -> Iterator[None]:
    """The server takes no edits from an app with another schema."""
    read = vars(gateway)["read_request"]

    def demand(body: bytes) -> SyncRequest:
        request: SyncRequest = read(body)
        if request.schema != "now":
            raise ProblemError(make_problem(ProblemCode.MALFORMED))
        return request

    with mock.patch.object(gateway, "read_request", demand):
        yield


@breaks("G9")
def everything_is_sent_again() -> Iterator[None]:
    """The server forgets how far a device has read what everybody holds."""
    pull = store.Store.pull

    async def from_the_start(self: store.Store, asked: pages.Asked) -> pages.Page:
        return await pull(self, msgspec.structs.replace(asked, cursors={**asked.cursors, "shared": [1, 0]}))

    with mock.patch.object(store.Store, "pull", from_the_start):
        yield


@breaks("G10")
def nothing_is_mended() -> Iterator[None]:
    """The server answers a device whose rows differ from its own without any."""
    with mock.patch.object(pages, "read_repair", return_value=Repair([], [])):
        yield


@breaks("G1")
def the_archived_leaves_without_a_marker() -> Iterator[None]:
    """The server archives and tells nobody who holds it."""

    def silently(self: Draft, source: str, seq: int, states: Any) -> None:
        archive(self, source, seq, states)
        told = next(record_id for record_id in self.dirty if self.states[record_id].kind == ARCHIVED)
        del self.dirty[told]

    archive = Draft.archive
    with mock.patch.object(Draft, "archive", silently):
        yield


@breaks("G2")
def what_was_stored_while_merging_is_stored_again() -> Iterator[None]:
    """The server forgets how much of the history it has stored of a push that it goes on merging."""

    def from_the_start(self: Outflow) -> list[HistoryRow]:
        vars(self)["_past"] = 0
        return history(self)

    history = Outflow.history
    with mock.patch.object(Outflow, "history", from_the_start):
        yield


@breaks("G1", "G2", "G7", "G10")
def what_changes_after_it_was_stored_is_not_stored_again() -> Iterator[None]:
    """The server takes a record that it stored while it merged a push for done."""

    def once(self: Numbering) -> Iterator[list[Stored]]:
        dirty = vars(self)["_draft"].dirty
        for record_id in self.places.keys() & dirty.keys():
            del dirty[record_id]
        return rows(self)

    rows = Numbering.rows
    with mock.patch.object(Numbering, "rows", once):
        yield


@breaks("G5")
def hidden_fields_are_sent() -> Iterator[None]:
    """The server gives a rep the document that a manager sees."""
    with mock.patch.object(state, "open_record", lambda _kind, doc: doc):
        yield


@breaks("G5")
def a_verdict_told_again_tells_what_was_withdrawn() -> Iterator[None]:
    """The server believes that whoever once met a value may hear of it for ever."""
    with mock.patch.object(pages._Reading, "_find_granted", lambda _reading, ids: set(ids)):
        yield
