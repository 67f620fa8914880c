"""Ledger: every edit that a device ever stored, and what became of it; kept beside the simulation, by nobody in it."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from routebook_sync.clock import DEVICE_WIDTH
from routebook_sync.messages import Edit, Verdict, VerdictKind

Store: TypeAlias = tuple[str, int]
"""A device's name, and the how manieth storage of it."""


class Entered(msgspec.Struct):
    """One edit on one device, through renumbering and new device numbers."""

    store: Store
    """The storage that it was written to; a device that lost its storage begins another one."""
    edit: Edit
    """As it was when it was last seen in an outbox."""
    group: str
    texts: dict[str, tuple[str, str]]
    """Of each text field, what its author saw and what he made of it."""
    plus: dict[str, int]
    """Of each counter, the amount added."""
    verdicts: list[Verdict] = []
    """Everything that the device was told became of it, in order."""
    told_first: bool = False
    """Whether its end was told to an app of the first protocol, which cannot say that it offers an edit again."""
    unchecked: bool = False
    """Whether an app wrote it that does not check what it saves."""
    out_of_sight: bool = False
    """Whether its author was not shown the record, or its root: it is deleted, or was not on his device."""
    spoilt: bool = False
    """Whether it was written over a row that had gone wrong by itself: what its author saw is not what was there."""
    sent_anew: bool = False
    """Whether it was sent under two device numbers: the verdict under the first was heard by nobody."""
    numbered_anew: bool = False
    """Whether it got another number after it was sent: with the former one went what it was told (decision 260)."""
    unheard: bool = False
    """Whether it waited when its device got another number: it may have been taken under the former one."""
    gone: bool = False
    """Whether its storage is gone: a server that forgot it cannot be told again."""
    lost: bool = False
    """Whether its storage went before the server had it: nobody can ask more."""

    def tell(self, verdict: Verdict, protocol: int) -> None:
        """Note what the device, an app of this protocol, was told."""
        self.verdicts.append(verdict)
        self.told_first = protocol == 1

    @property
    def end(self) -> VerdictKind | None:
        """What the device believes became of it; None while it waits."""
        return self.verdicts[-1].verdict if self.verdicts else None

    @property
    def was_taken(self) -> bool:
        """Whether the device was ever told that the server has it, or keeps it."""
        return any(verdict.verdict is not VerdictKind.REJECTED for verdict in self.verdicts)


class Ledger:
    """Every edit by its storage and its stamp without the device's number, which a new session may change."""

    def __init__(self) -> None:
        self.entries: dict[tuple[Store, str, str], Entered] = {}

    def find(self, store: Store, edit: Edit) -> Entered | None:
        """Return what is known of an edit."""
        return self.entries.get((store, edit.at[:-DEVICE_WIDTH], edit.id))

    def add(self, store: Store, edit: Edit, seen: dict[str, Any], plus: dict[str, int]) -> Entered:
        """Write down an edit that a device has stored; ``seen`` are the texts before it."""
        texts = {name: (str(seen[name] or ""), str(edit.v[name] or "")) for name in seen}
        key = (store, edit.at[:-DEVICE_WIDTH], edit.id)
        entered = self.entries[key] = Entered(store, edit, edit.group, texts, plus)
        return entered

    def number_anew(self, store: Store, waiting: Sequence[Edit]) -> None:
        """Note that what waits in a storage gets other numbers, whether it had been sent or not."""
        for edit in waiting:
            entered = self.find(store, edit)
            if entered is not None:
                entered.numbered_anew = True

    def wipe(self, store: Store) -> None:
        """Note that a storage has let go of what it had been acknowledged, and not of what waits in it."""
        for entered in self.entries.values():
            if entered.store == store and entered.end is not None:
                entered.gone = True

    def lose(self, store: Store) -> None:
        """Note that a storage is gone: what waited in it is nowhere any more."""
        for entered in self.entries.values():
            if entered.store == store:
                entered.gone = True
                entered.lost = entered.lost or entered.end is None
