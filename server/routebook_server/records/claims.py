"""Claims: whether what goes into custody, or leaves it by a decision, was ever its author's to write (SPEC R49)."""

from collections.abc import Mapping
from typing import Final

from routebook_server.records.lookup import Lookup
from routebook_server.records.place import find_place, find_target, may_have_been_taken, require_place
from routebook_server.records.push import Claim, Turn
from routebook_server.records.refusal import Refusal, RefusalError, refuse_beside, refuse_values
from routebook_server.records.state import State
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import Edit, ProblemCode
from routebook_sync.record import Doc

_RIGHTS: Final = frozenset({ProblemCode.FORBIDDEN, ProblemCode.FORBIDDEN_FIELD})


def refuse_move(turn: Turn, target: str) -> Refusal | None:
    """Return why the author may not move a customer into the bucket ``target``, or None."""
    if turn.push.author.may_move and target in turn.buckets:
        return None
    message = "The customer may not be moved there."
    return Refusal(ProblemCode.FORBIDDEN_FIELD, message, "territory", lacks_right=True)


def require_claim(
    claim: Claim,
    edit: Edit,
    doc: Doc | None,
    places: tuple[str, str],
    *,
    lookup: Lookup,
    states: Mapping[str, State],
) -> None:
    """RefusalError where an edit was never its author's to write, whoever decides on it.

    ``places``: the buckets where the record lives, and where it belongs with these values. Who may move customers may
    have meant one that he has not got: whoever decides has it, and is shown that.
    """
    turn = claim.turn(edit)
    entity, author = ENTITY_TYPES[edit.kind], turn.push.author
    bucket, target = places
    stays = target == bucket or (edit.n in claim.told and author.may_move)
    refusals = (
        refuse_values(entity, edit.v, author.role, is_new=doc is None, system=False),
        refuse_beside(entity, edit.v, doc.v if doc is not None else None, author.role),
        None if stays else refuse_move(turn, target),
    )
    for refusal in refusals:
        if refusal is not None and not (refusal.lacks_right and may_have_been_taken(turn.push, edit, lookup)):
            raise RefusalError(refusal)
    try:
        require_place(turn, edit, bucket, lookup, states)
    except RefusalError as refused:
        if not refused.refusal.held:
            raise


def refuse_never_his(turn: Turn, edit: Edit, lookup: Lookup, states: Mapping[str, State]) -> Refusal | None:
    """Return why an edit that shall be kept was never its author's to write, as far as one can tell; None where not.

    What the record holds is not looked at where he may not write now: the answer would tell of it (guarantee G5).
    """
    entity, state = ENTITY_TYPES.get(edit.kind), states.get(edit.id)
    if entity is None or (state is not None and (state.kind, state.root) != (edit.kind, edit.root)):
        return None
    doc = state.read_doc() if state is not None else None
    old = doc.v if doc is not None else None
    role = turn.push.author.role
    refusal = refuse_values(entity, edit.v, role, is_new=old is None, system=False)
    if refusal is None and (old is not None or entity.required <= edit.v.keys()):
        try:
            bucket, _home = find_place(entity, edit, state, states)
            require_place(turn, edit, bucket, lookup, states)
        except RefusalError as refused:
            refusal = refused.refusal
        else:
            target = find_target(entity, Doc({**(old or {}), **edit.v}, {}), bucket)
            refusal = refuse_beside(entity, edit.v, old, role)
            if refusal is None and target != bucket:
                refusal = refuse_move(turn, target)
    if refusal is None or refusal.held or refusal.code not in _RIGHTS:
        return None
    return None if refusal.lacks_right and may_have_been_taken(turn.push, edit, lookup) else refusal
