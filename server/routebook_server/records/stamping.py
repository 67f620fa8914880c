"""Stamping: which stamps an edit gets where its device's clock is ahead, or that have none (SPEC R6)."""

import functools
from collections.abc import Mapping, Sequence

import msgspec

from routebook_server.records.custody import Custody
from routebook_server.records.draft import Draft
from routebook_server.records.inside import Clamp, judge_inside
from routebook_server.records.push import SERVER_SUFFIX, Replica, Turn
from routebook_server.records.refusal import Refusal, RefusalError
from routebook_sync import base32
from routebook_sync.clock import CLAMP_MS, MS_WIDTH, clamp
from routebook_sync.entities import ENTITY_TYPES
from routebook_sync.messages import Edit, ProblemCode
from routebook_sync.record import Doc, unpack_stamps


class Stamper:
    """Stamps the edits of one batch."""

    def __init__(self, draft: Draft, custody: Custody, replicas: dict[int, Replica]) -> None:
        self._draft = draft
        self._custody = custody
        self._replicas = replicas
        self.latest = base32.encode(draft.now_ms + CLAMP_MS, MS_WIDTH) + "\x7f"
        """Not below any stamp that is taken as it is."""

    def of(self, turn: Turn, edit: Edit, doc: Doc | None) -> tuple[str, dict[str, str] | None, str]:
        """Return the edit's stamp, its base (None for what the server writes itself), and ``at`` if it was clamped."""
        if edit.at == "":
            stamps = unpack_stamps(doc) if doc is not None else {}
            floor = max((stamps.get(name, "") for name in edit.v), default="")
            return self._draft.stamp(floor), edit.base if turn.decided_by else None, ""
        if not edit.at.endswith(turn.suffix):
            raise RefusalError(Refusal(ProblemCode.BAD_STAMP, "The stamp is of another device.", "at"))
        if edit.at <= self.latest:
            return edit.at, edit.base, ""
        replica = self._replicas.get(turn.push.author.device) or Replica(turn.person)
        # It still wins over what its author saw and changed (SPEC R6 keeps the order of one device's edits).
        stamps = unpack_stamps(doc) if doc is not None else {}
        seen = [
            stamps[name]
            for name in edit.v
            if name in stamps and (stamps[name] == edit.base.get(name) or stamps[name].endswith(turn.suffix))
        ]
        replica.clamped = clamp(edit.at, self._draft.now_ms, max([replica.clamped, *seen]))
        # A base that was clamped too: whatever another device wrote since, the author has not seen it. But he has seen
        # what stands there, even where the server's own clock was ahead when it was written.
        base = {name: stamp for name, stamp in edit.base.items() if stamp <= self.latest or stamp == stamps.get(name)}
        return replica.clamped, base, "at"

    def clamp_inside(self, turn: Turn, known: Mapping[str, str]) -> Clamp:
        """Return what makes of a stamp inside a field what the server takes; of some that is ``known``."""
        replica = self._replicas.get(base32.decode(turn.suffix)) or Replica(turn.person)

        def clamped(stamp: str, floor: str) -> str:
            if known.get(stamp, "") > floor:
                return known[stamp]
            replica.clamped = clamp(stamp, self._draft.now_ms, max(replica.clamped, floor))
            return replica.clamped

        return clamped

    def kept(self, turn: Turn, edits: Sequence[Edit]) -> list[Edit]:
        """Return edits that go into custody with the stamps inside their fields as the server takes them now.

        So they keep their place among what their device does before the decision on them (SPEC R6).
        """
        stamped: list[Edit] = []
        for edit in edits:
            entity = ENTITY_TYPES.get(edit.kind)
            inside = {} if entity is None else {name: edit.v[name] for name in entity.inside.intersection(edit.v)}
            if entity is None or not inside or turn.suffix == SERVER_SUFFIX:
                stamped.append(edit)
                continue
            state = self._draft.states.get(edit.id)
            try:
                msgspec.convert(inside, entity.patch)
                judged = judge_inside(
                    entity,
                    inside,
                    state.read_doc().v if state is not None and state.kind == edit.kind else {},
                    suffix=turn.suffix,
                    latest=self.latest,
                    clamp=self.clamp_inside(turn, {}),
                    waiting=functools.partial(self._custody.last_stamps, turn, edit.id, also=tuple(stamped)),
                )
            except (msgspec.ValidationError, RefusalError):
                judged = inside  # It will be refused for that, whoever decides on it.
            stamped.append(msgspec.structs.replace(edit, v={**edit.v, **judged}))
        return stamped
