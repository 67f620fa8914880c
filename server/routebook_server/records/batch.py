"""Batch: merges waiting pushes in memory, one edit at a time. Knows no SQL; what it looks up comes by ``Lookup``.

An edit, or a group, either takes full effect or none. What fails for a fault of ours goes into custody and touches no
other edit (guarantee G4).
"""

import sys
from collections.abc import Collection, Generator, Iterator
from typing import Final

import structlog

from routebook_server.database import UNAVAILABLE
from routebook_server.records.applying import Applier
from routebook_server.records.author import is_system
from routebook_server.records.buckets import Head
from routebook_server.records.conflicts import Conflicts
from routebook_server.records.custody import Custody
from routebook_server.records.deciding import Decider
from routebook_server.records.draft import Draft, Mark
from routebook_server.records.held import Held
from routebook_server.records.judging import Judge
from routebook_server.records.lookup import Lookup
from routebook_server.records.push import FormerLifeError, GapError, Push, Replica, Turn, Unread
from routebook_server.records.refusal import FAULT, Refusal, RefusalError
from routebook_server.records.stamping import Stamper
from routebook_server.records.state import State
from routebook_sync import base32
from routebook_sync.clock import DEVICE_WIDTH, SERVER_DEVICE, Clock
from routebook_sync.messages import Edit, Verdict, VerdictKind

TRIES: Final = 3
"""How often an edit is tried that meets a fault of ours (SPEC R46)."""
PART: Final = 250
"""After so many edits whoever runs the batch may store what stands, before he has the rest merged; so many rows are
stored at a time, while the next ones are made."""
WHOLE: Final = sys.maxsize
"""In place of it where the database does not work beside us: to store a part early costs then, and gains nothing."""

_log = structlog.get_logger()


class Batch:
    """Pushes merged in memory, before they are written."""

    def __init__(
        self,
        states: dict[str, State],
        replicas: dict[int, Replica],
        *,
        heads: dict[str, Head],
        lookup: Lookup,
        clock: Clock,
        now_ms: int,
        part: int = PART,
    ) -> None:
        self.draft = Draft(states, lookup, clock, now_ms)
        self.replicas = replicas
        self.verdicts: list[list[Verdict]] = []
        """By push."""
        self._lookup = lookup
        self._part = part
        self._custody = Custody(self.draft, lookup)
        judge = Judge(self.draft, lookup, replicas, heads)
        self._conflicts = Conflicts(self.draft)
        self._stamper = Stamper(self.draft, self._custody, replicas)
        decider = Decider(self.draft, self._custody, self._conflicts, self._attempt)
        self._applier = Applier(
            self.draft,
            lookup,
            judge,
            conflicts=self._conflicts,
            custody=self._custody,
            decider=decider,
            stamper=self._stamper,
        )
        self._pushed = {device: replica.pushed for device, replica in replicas.items()}
        """How far each device had pushed before this batch."""

    # Pushes

    def run(self, push: Push) -> Generator[None]:
        """Merge one push; GapError if the device counts wrongly, and then nothing of it is merged.

        Yields now and then between two edits, where all that the draft holds stands for good.
        """
        turn = self._begin(push)
        device = push.author.device
        if device == SERVER_DEVICE:
            self.verdicts.append((yield from self._run(turn, push.edits)))
            return
        if push.edits and self._is_of_a_former_life(push):
            had = [edit for edit in push.edits if edit.n <= self._pushed.get(device, 0)]
            known = self._lookup.taken(device, had) if had else set()
            new = next((edit.n for edit in push.edits if edit.n not in known), None)
            if new is not None:
                raise FormerLifeError(new)
        replica = self.replicas.get(device)
        if replica is None:
            replica = Replica(push.author.person)
        fresh: list[Edit | Unread] = []
        repeated: list[Edit | Unread] = []
        expected = replica.pushed + 1
        for edit in push.edits:
            if edit.n > expected:
                raise GapError(expected)
            if edit.n == expected:
                fresh.append(edit)
                expected += 1
            elif edit.n > replica.pushed:
                raise GapError(replica.pushed + 1)
            elif edit.n <= self._pushed.get(device, 0):
                repeated.append(edit)
        # A device that lost its memory counts from 1 again: what it made since must not pass for known.
        if repeated and len(self._lookup.taken(device, repeated)) < len(repeated):
            raise GapError(replica.pushed + 1)
        self.replicas[device] = replica
        self.verdicts.append((yield from self._run(turn, fresh)))
        replica.pushed = expected - 1
        replica.person = push.author.person

    def _is_of_a_former_life(self, push: Push) -> bool:
        """Tell whether its device has yet to hear of a restore, and will (SPEC R48).

        A late repetition of its request could else take the number of another edit, which the backup has lost.
        """
        if push.parts or push.custody is not None or not push.cursors:
            return False  # It is granted nothing that could tell it of that, or has read nothing yet.
        epoch = self._lookup.epoch()
        epochs = {cursor[0] for cursor in push.cursors.values()}
        return epoch not in epochs and epochs != {0}

    def release(self) -> None:
        """Merge what was held until its root, or its record, came, where that is there now."""
        done = 0
        while done < len(self.draft.created):
            arrived = set(self.draft.created[done:])
            done = len(self.draft.created)
            waiting = self.draft.waiting_for(arrived)
            if waiting:
                self.draft.load({name for held in waiting for edit in held.edits for name in (edit.id, edit.root)})
                unknown = {held.author.device for held in waiting} - self.replicas.keys()
                self.replicas.update(self._lookup.replicas(unknown))
            for held in waiting:
                self._release(held)

    def _begin(self, push: Push) -> Turn:
        suffix = base32.encode(push.author.device, DEVICE_WIDTH)
        seen = {**push.cursors, **push.earlier} if push.earlier else push.cursors
        author = push.author
        buckets = frozenset(author.buckets)
        return Turn(len(self.verdicts), push, seen, buckets, author.person, suffix, is_system(author))

    def _release(self, held: Held) -> None:
        cursors = {bucket: [0, 0] for bucket in held.author.shown}
        turn = self._begin(Push(held.author, list(held.edits), cursors, again=held.again))
        self.verdicts.append([])
        mark = self.draft.mark()
        culprit = held.edits[0]
        try:
            for culprit in held.edits:
                verdict = self._attempt(turn, culprit, self.draft.mark())
                if verdict is not None:
                    self._conflicts.tell_author(turn.person, culprit, turn.suffix, verdict.losers)
        except RefusalError as refused:
            self.draft.undo(mark)
            refusal = self._custody.reason(turn, refused.refusal, culprit, held)
            self._custody.move_on(turn, held, refusal, culprit)
        else:
            self._custody.release(held)
            self.draft.created += [edit.id for edit in held.edits]  # Changes of it may wait for it in turn.

    # Edits and groups

    def _run(self, turn: Turn, edits: list[Edit | Unread]) -> Generator[None, None, list[Verdict]]:
        """Settle edits in order, a group where its first edit stands; return the verdicts other than applied."""
        verdicts: list[Verdict] = []
        members_by_group: dict[str, list[Edit | Unread]] = {}
        for edit in edits:
            if edit.group:
                members_by_group.setdefault(edit.group, []).append(edit)
        attempt, mark, aside = self._attempt, self.draft.mark, self._find_aside(turn, edits)
        stops = find_stops(len(edits), self._part)
        stop = next(stops, -1)
        for place, edit in enumerate(edits):
            if place == stop:
                yield
                stop = next(stops, -1)
            if edit.group:
                if edit.group in members_by_group:
                    verdicts += self._settle_group(turn, members_by_group.pop(edit.group))
            elif isinstance(edit, Unread):
                verdicts.append(edit.verdict)
            elif edit.n in aside:
                verdicts += self._hold(turn, [edit])
            else:
                start = mark()
                try:
                    verdict = attempt(turn, edit, start)
                except RefusalError as refused:
                    self.draft.undo(start)
                    verdicts += self._refuse_new(turn, [edit], refused.refusal, edit)
                else:
                    if verdict is not None:
                        verdicts.append(verdict)
        return verdicts

    def _find_aside(self, turn: Turn, edits: list[Edit | Unread]) -> Collection[int]:
        """Return the numbers of the single edits that are not to be looked at: they are, or were, or shall be kept."""
        if turn.push.custody is not None:
            return {edit.n for edit in edits}
        if not self._had_custody(turn):
            return turn.push.hold
        single = [edit for edit in edits if isinstance(edit, Edit) and not edit.group]
        known = self._lookup.ever_held(turn.push.author.device, {edit.id for edit in single})
        kept = (edit for edit in single if edit.id in known and self._custody.code_of(turn, [edit]) is not None)
        return turn.push.hold.union([edit.n for edit in kept])

    def _had_custody(self, turn: Turn) -> bool:
        """Tell whether anything of the author's device ever was in custody: of most nothing was."""
        replica = self.replicas.get(turn.push.author.device)
        return replica is not None and replica.had_custody

    def _settle_group(self, turn: Turn, members: list[Edit | Unread]) -> list[Verdict]:
        """Apply a group: all or none, also where one of it could not even be read (SPEC R45)."""
        unread = next((member for member in members if isinstance(member, Unread)), None)
        if unread is not None:
            return [_told(edit, unread.verdict) for edit in members]
        edits = [member for member in members if isinstance(member, Edit)]
        if turn.push.custody is not None or any(edit.n in turn.push.hold for edit in edits):
            return self._hold(turn, edits)
        if self._had_custody(turn) and self._custody.code_of(turn, edits) is not None:
            return self._hold(turn, edits)
        verdicts = []
        start = self.draft.mark()
        for edit in edits:
            try:
                verdicts.append(self._attempt(turn, edit, self.draft.mark()))
            except RefusalError as refused:
                self.draft.undo(start)
                return self._refuse_new(turn, edits, refused.refusal, edit)
        return [verdict for verdict in verdicts if verdict is not None]

    def _hold(self, turn: Turn, edits: list[Edit]) -> list[Verdict]:
        """Take edits into custody without looking at them, but for what had come under another number.

        Their device heard no answer then, and let them change places with others (SPEC R46).
        """
        if turn.push.custody is FAULT:
            return self._refuse(turn, edits, FAULT, edits[0])
        if self._applier.are_known(turn, edits):
            start = self.draft.mark()
            try:
                # Which changes nothing, but brings back what was archived since: its device takes it for there.
                told = [self._attempt(turn, edit, self.draft.mark()) for edit in edits]
            except RefusalError:
                self.draft.undo(start)  # Somebody with other rights applied it, or its author has them no more.
                return self._applier.tell_all_again(turn, edits)
            return [verdict for verdict in told if verdict is not None]
        code = self._custody.code_of(turn, edits)
        if code is None:
            return self._refuse(turn, edits, turn.push.custody or FAULT, edits[0])
        # Nobody is asked a second time about them, nor is a decision undone (SPEC R40).
        return [Verdict(edit.n, VerdictKind.HELD, code, message="It was kept for a decision before.") for edit in edits]

    def _attempt(self, turn: Turn, edit: Edit, mark: Mark, tries: int = TRIES) -> Verdict | None:
        """Apply one edit; RefusalError if it may not be, or meets a fault of ours each time. ``mark`` is before it."""
        try:
            return self._applier.apply(turn, edit)
        except (RefusalError, *UNAVAILABLE):
            raise
        except Exception:  # noqa: BLE001 - whatever our fault is, it holds this edit and no other
            _log.exception("an edit met a fault", kind=edit.kind, id=edit.id, device=turn.push.author.device)
            self.draft.undo(mark)
        if tries == 1:
            raise RefusalError(FAULT)
        return self._attempt(turn, edit, mark, tries - 1)

    def _refuse_new(self, turn: Turn, edits: list[Edit], refusal: Refusal, culprit: Edit) -> list[Verdict]:
        """Refuse edits, but for what was applied under other numbers while its author still might (SPEC R40)."""
        known = [] if refusal is FAULT else self._applier.tell_all_again(turn, edits)
        return known or self._refuse(turn, edits, refusal, culprit)

    def _refuse(self, turn: Turn, edits: list[Edit], refusal: Refusal, culprit: Edit) -> list[Verdict]:
        """Refuse edits for what ``culprit`` met, or take them into custody; return their verdicts."""
        refusal = self._custody.reason(turn, refusal, culprit)
        if refusal.held and len(edits) > 1 and refusal is not FAULT and turn.push.custody is None:
            refusal, culprit = self._applier.refuse_undecidable(turn, edits) or (refusal, culprit)
        if refusal.held:
            refusal = self._keep(turn, edits, refusal, culprit)
        return [_told(edit, refusal.verdict(culprit.n)) for edit in edits]

    def _keep(self, turn: Turn, edits: list[Edit], refusal: Refusal, culprit: Edit) -> Refusal:
        mark = self.draft.mark()
        try:
            edits = self._stamper.kept(turn, edits)
            return self._custody.keep(turn, edits, refusal, culprit)
        except UNAVAILABLE:
            raise
        except Exception:  # noqa: BLE001 - what cannot be offered is kept all the same
            _log.exception("an edit is kept but not offered", device=turn.push.author.device, n=edits[0].n)
            self.draft.undo(mark)
            self._custody.keep_blindly(turn, edits, refusal)
            return refusal


def find_stops(count: int, part: int) -> Iterator[int]:
    """Yield after how many of ``count`` edits what stands may be stored: after each ``part``, at last after ever fewer.

    Nobody merges any more while the last ones are stored, so that these should be few; but a part costs something too.
    """
    place, least = 0, max(part // 4, 1)
    while (size := min(part, (count - place + 1) // 2)) >= least:
        place += size
        yield place


def _told(edit: Edit | Unread, verdict: Verdict) -> Verdict:
    """Return the verdict on one of a group for what another one met."""
    field = verdict.field if edit.n == verdict.n else ""
    return Verdict(edit.n, verdict.verdict, verdict.code, field, verdict.message)
