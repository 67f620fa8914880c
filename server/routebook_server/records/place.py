"""Place: in which bucket a record lives, and who may write there (SPEC R30, R33, R34)."""

from collections.abc import Collection, Mapping
from typing import Final, TypeAlias

from routebook_server.records.buckets import SHARED, person_bucket, territory_bucket
from routebook_server.records.lookup import Lookup
from routebook_server.records.push import Push, Turn
from routebook_server.records.refusal import Refusal, RefusalError
from routebook_server.records.state import State, moved_id
from routebook_sync.entities import EntityType
from routebook_sync.entities.base import SHARED_ROOT, Home
from routebook_sync.entities.person import Role
from routebook_sync.identifier import is_id
from routebook_sync.messages import MOVED, Edit, ProblemCode
from routebook_sync.record import Doc

Place: TypeAlias = tuple[str, int]
"""Where a record lives: its bucket, and the home revision of its aggregate."""
_TERRITORY: Final = Home.TERRITORY
_SHARED: Final = Home.SHARED
"""Members of an enum take Python longer to find than all else that is asked here of most edits."""


def find_place(entity: EntityType, edit: Edit, state: State | None, states: Mapping[str, State]) -> Place:
    """Return where the edit's record lives, or will live where ``state`` is None; RefusalError if nowhere.

    ``states`` has the edit's root, if there is one. A new customer's values must name the territory.
    """
    if entity.home is _TERRITORY:
        if edit.root != edit.id:
            raise _foreign(f"A {entity.kind} is its own root.")
        return (state.bucket, state.home) if state is not None else (territory_bucket(edit.v["territory"]), 0)
    if entity.home is _SHARED and edit.root != SHARED_ROOT:
        raise _foreign(f"A {entity.kind} belongs to the whole organisation.")
    if edit.root == SHARED_ROOT:
        if "customer" in entity.fields:
            raise _foreign(f"A {entity.kind} belongs to a customer or a person.")
        return (SHARED, 0)
    root = states.get(edit.root)
    if root is not None:
        return _place_below(root, entity, edit)
    if state is not None:
        return (state.bucket, state.home)  # The offer of a customer that is not there yet.
    if not is_id(edit.root):
        raise _foreign("The root is no id; nothing can ever arrive.")
    raise RefusalError(Refusal(ProblemCode.MISSING_ROOT, "Kept until what it belongs to arrives.", "root", held=True))


def _place_below(root: State, entity: EntityType, edit: Edit) -> Place:
    customer = entity.fields.get("customer")
    if root.kind == "person":
        if customer is not None and customer.required:
            raise _foreign(f"A {entity.kind} belongs to its customer.")
        return (person_bucket(root.id), 0)
    if root.kind != "customer":
        raise _foreign(f"A {root.kind} is no root.")
    if customer is not None and edit.v.get("customer", root.id) not in (root.id, None):
        raise _foreign("The record belongs to another customer.", "customer")
    return (root.bucket, root.home)


def require_place(turn: Turn, edit: Edit, bucket: str, lookup: Lookup, states: Mapping[str, State]) -> None:
    """RefusalError unless the author may write in this bucket.

    What was never his is refused; what was until lately goes into custody (guarantee G5).
    """
    buckets = turn.buckets
    if turn.is_system or (bucket in buckets and (edit.root != SHARED_ROOT or turn.push.author.role is not Role.REP)):
        return
    if bucket not in buckets and was_his(turn, edit, bucket, lookup, states):
        message = "No longer yours; the server keeps the change for whoever may apply it."
        raise RefusalError(Refusal(ProblemCode.FORBIDDEN, message, held=True))
    raise RefusalError(Refusal(ProblemCode.FORBIDDEN, "You may not change this."))


def was_his(turn: Turn, edit: Edit, bucket: str, lookup: Lookup, states: Mapping[str, State]) -> bool:
    """Tell whether the author's device still showed this bucket, or one that the edit's aggregate has left.

    Who moved it may share the transaction: then the marker is among ``states`` and nowhere else. What was taken before
    a backup was restored was his then, whatever the restored server knows of it (SPEC R48).
    """
    if bucket in turn.seen or _has_just_left(edit.root, turn.seen, states):
        return True
    return may_have_been_taken(turn.push, edit, lookup) or lookup.may_have_left(edit.root, turn.seen)


def may_have_been_taken(push: Push, edit: Edit, lookup: Lookup) -> bool:
    """Tell whether the server may have taken the edit before a backup was restored (SPEC R48).

    The device says so, or has not heard yet of the restore: then its cursors are of another epoch. One of epoch 0 is of
    a bucket that it was never told of.
    """
    if edit.n in push.again:
        return True
    epoch = push.cursors[SHARED][0] if SHARED in push.cursors else 0
    return epoch not in (0, lookup.epoch())


def _has_just_left(root: str, cursors: Collection[str], states: Mapping[str, State]) -> bool:
    if len(cursors) < len(states):
        return any(moved_id(bucket, root) in states for bucket in cursors)
    # Whatever a device names, it makes nobody wait.
    return any(
        state.kind == MOVED and state.bucket in cursors and name == moved_id(state.bucket, root)
        for name, state in states.items()
    )


def find_target(entity: EntityType, doc: Doc, bucket: str) -> str:
    """Return the bucket where the record in ``bucket`` belongs by its values: another one moves its aggregate."""
    territory = doc.v.get("territory") if entity.home is _TERRITORY else None
    return territory_bucket(territory) if territory else bucket


def _foreign(message: str, field: str = "root") -> RefusalError:
    return RefusalError(Refusal(ProblemCode.FOREIGN_ROOT, message, field))
