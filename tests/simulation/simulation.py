"""Simulation: plays a script with model devices against the real server, then heals the network and checks everything.

Time, network, chance and crashes are the script's; the same script always plays alike. ``BrokenError`` names the
guarantee that did not hold.
"""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from routebook_server.records.batch import PART
from routebook_server.records.store import Values
from routebook_sync.entities.person import Role
from routebook_sync.messages import Edit, SyncReply, read_reply
from routebook_sync.replica.checks import AUDIT_EVERY_MS
from routebook_sync.replica.kept import KEPT_FOR_MS
from simulation import guarantees
from simulation.device import Device, Sending
from simulation.ground import Ground, in_memory
from simulation.house import Answer, House
from simulation.ledger import Ledger
from simulation.market import COVER, PEOPLE, START_MS, TERRITORIES, id_of, resolve, root_of
from simulation.steps import (
    AnyStep,
    Archive,
    Backup,
    Cover,
    Deaf,
    Decide,
    Dismiss,
    Fault,
    Late,
    Lose,
    Overtaken,
    Promote,
    Purge,
    Renew,
    Restart,
    Restore,
    Script,
    ServerEdit,
    Skew,
    Sync,
    Takeover,
    Tamper,
    Tick,
    Together,
    Wipe,
    Write,
)
from simulation.traces import Trace

ROUND_TRIPS: Final = 40
"""More than any device needs to read everything and send everything."""
ROUNDS: Final = 12
"""More than it takes until nobody has anything to tell the others."""


class _Backup(NamedTuple):
    taken: Any
    taken_at: int
    roles: dict[str, Role]
    cover: dict[str, list[str]]


class Simulation:
    """One script being played."""

    def __init__(self, script: Script, *, traced: bool = False, ground: Ground | None = None) -> None:
        self.script = script
        self.now_ms = START_MS
        self.house = House.open(lambda: self.now_ms, ground or in_memory(), script.part or PART)
        self.ledger = Ledger()
        self.role_by_person = dict(PEOPLE)
        self.cover_by_territory = {
            territory: [person for person, covered in COVER.items() if territory in covered]
            for territory in TERRITORIES
        }
        self.wiped: set[str] = set()
        """Tokens of devices that somebody has had wiped."""
        self.backups: list[_Backup] = []
        """The newest two."""
        self.restored = 0
        """How often the server went back to a backup."""
        self.purged: set[str] = set()
        """Ids of records whose body the server has dropped."""
        self.late: list[tuple[Device, str, bytes]] = []
        self.strayed: set[str] = set()
        """Names of the devices that asked for a repair."""
        self.replies = 0
        """How many replies with rows left the server."""
        self.pages = 0
        """How many of them ended within a bucket."""
        self.digest = hashlib.blake2b(digest_size=16)
        """Of every message and every answer: two runs of one script must agree in it."""
        self.devices = [
            Device(f"{place}-{seat.person}", seat, lambda: self.now_ms, self.ledger, self._watch)
            for place, seat in enumerate(script.seats)
        ]
        for device in self.devices:
            if traced and device.schema == "now":
                device.trace = Trace()
            self._sign_in(device, None)
        for device in self.devices:
            self.talk(device)

    def run(self) -> str:
        """Play the script, heal the network, check every guarantee; return the trace's digest. BrokenError."""
        with self.house.faults():
            for step in self.script.steps:
                _TAKE[type(step)](self, step)
            self.heal()
            guarantees.check_at_the_end(self)
        return self.digest.hexdigest()

    def heal(self) -> None:
        """Let every message through until nobody has anything to say. What is planted in the server stays."""
        self.house.database.is_busy = False
        for device in self.devices:
            if device.kept is not None:
                self._overtaken(Overtaken(self.devices.index(device)))
        while self.late:
            self._late(Late(0))
        for device in self.devices:
            self._talk_until_sent(device)  # an audit is due a day after the first load
        self.now_ms += AUDIT_EVERY_MS
        for device in self.devices:
            self._talk_until_sent(device)  # which sets its clock right
            device.replica.work_off()
            device.open()  # which asks for every checksum
        for _round in range(ROUNDS):
            news = [self.talk(device) for device in self.devices]
            if not any(news):
                return
        guarantees.nobody_waits(self)
        raise guarantees.BrokenError("G9", f"still not silent after {ROUNDS} rounds")

    @property
    def was_restored(self) -> bool:
        """Whether the server ever went back to a backup."""
        return self.restored > 0

    def grants_of(self, person: str) -> set[str]:
        """Return the buckets that a person may hold now, by what the script let happen and nothing else (SPEC R34)."""
        name = next(name for name in PEOPLE if id_of(name) == person)
        covered = {territory for territory, people in self.cover_by_territory.items() if name in people}
        role = self.role_by_person[name]
        if role is Role.ADMINISTRATOR:
            covered = set(TERRITORIES)
        elif role is Role.MANAGER:
            covered |= {territory for territory, parent in TERRITORIES.items() if parent in covered}
        return {f"u:{person}", "shared", *(f"t:{id_of(territory)}" for territory in covered)}

    def sees_all(self, device: Device) -> bool:
        """Tell whether a device is shown the fields that reps are not (SPEC R35)."""
        name = next(name for name in PEOPLE if id_of(name) == device.person)
        return self.role_by_person[name] is not Role.REP and device.protocol > 1

    # The network

    def _sign_in(self, device: Device, number: int | None) -> None:
        device.role = self.role_by_person[next(name for name in PEOPLE if id_of(name) == device.person)]
        for edit in device.tables.unsent():
            saved = self.ledger.find(device.store, edit)
            if saved is not None:
                saved.unheard = True
        token, given = self.house.sign_in(device.person, number)
        if given != device.number and device.tables.number("wiping"):
            self.ledger.wipe(device.store)
        device.sign_in(token, given)

    def talk(self, device: Device) -> bool:
        """Let a device do round trips until it rests; tell whether anything was new to it or to the server."""
        news = False
        for _trip in range(ROUND_TRIPS):
            self.now_ms += 1_000
            sending = device.send(self.script.page)
            (answer,) = self._exchange((device, sending))
            again = device.take(sending, answer)
            if answer is not None and answer.status == 200:
                reply = read_reply(answer.body)
                news = news or bool(sending.request.edits or reply.rows or reply.verdicts)
            if self._sign_in_if_asked(device):
                continue
            if not again and (answer is None or answer.status != HTTPStatus.INTERNAL_SERVER_ERROR):
                return news or device.replica.waiting > 0
        return True

    def _talk_until_sent(self, device: Device) -> None:
        """Talk again while something waits: a request that the server fails on does so until it holds the culprit."""
        for _attempt in range(ROUNDS):
            if not self.talk(device) or device.replica.waiting == 0:
                return

    def _exchange(self, *sendings: tuple[Device, Sending]) -> list[Answer | None]:
        """Let requests arrive together; what leaves the server is looked at on its way."""
        return self._arrive([(device, device.token, sending.body) for device, sending in sendings])

    def _arrive(self, messages: list[tuple[Device, str, bytes]]) -> list[Answer | None]:
        places = self.house.places()
        answers = self.house.answer(*((token, body) for _device, token, body in messages))
        for (device, token, body), answer in zip(messages, answers, strict=True):
            self.digest.update(body)
            if answer is None:
                continue
            self.digest.update(answer.body)
            if answer.status == 200:
                reply, is_wiped = read_reply(answer.body), token in self.wiped
                self.replies += bool(reply.rows)
                self.pages += not reply.rows.keys() <= set(reply.complete)
                guarantees.nothing_outside_the_grants_is_sent(self, device, reply, places, is_wiped=is_wiped)
            elif answer.status == 500:
                guarantees.only_planted_faults(self)
        return answers

    def _sign_in_if_asked(self, device: Device) -> bool:
        if device.replica.is_wipe_due:
            device.lose()
            self._sign_in(device, None)
            return True
        if not device.session.needs_sign_in:
            return False
        self._sign_in(device, device.number)
        return True

    def _watch(self, device: Device, reply: SyncReply, waited: list[Edit]) -> None:
        guarantees.every_taken_edit_has_its_end(self, device, reply, waited)
        guarantees.nothing_outside_the_grants_stays(device, reply)
        if reply.repair:
            self.strayed.add(device.name)

    # Steps

    def _device(self, place: int) -> Device | None:
        return self.devices[place] if place < len(self.devices) else None

    def _tick(self, step: Tick) -> None:
        self.now_ms += step.ms
        self.house.project()

    def _write(self, step: Write) -> None:
        device = self._device(step.device)
        if device is not None:
            device.write(
                step.entries, together=step.together, again=step.again, crash=step.crash, unchecked=step.unchecked
            )

    def _sync(self, step: Sync) -> None:
        device = self._device(step.device)
        if device is None:
            return
        sending = device.send(step.budget or self.script.page)
        body = sending.body[: len(sending.body) * step.cut // 100] if step.request == "cut" else sending.body
        if step.request == "late":
            self.late.append((device, device.token, body))
        if step.meanwhile:
            device.write(step.meanwhile)
        if step.request in {"late", "lost"}:
            device.session.take_timeout(sending.request)
            return
        self.house.database.dies_at = step.server_crash
        self.house.database.is_busy = step.busy
        answers = self._arrive([(device, device.token, body)])
        if step.request == "twice":
            answers += self._arrive([(device, device.token, body)])
        self.house.database.dies_at = 0
        self.house.database.is_busy = False
        self._bring(device, sending, answers[step.cut % len(answers)], step)

    def _bring(self, device: Device, sending: Sending, answer: Answer | None, step: Sync) -> None:
        if answer is not None and step.reply == "kept":
            device.kept = (sending, answer)
        if step.reply in {"kept", "lost"}:
            device.session.take_timeout(sending.request)
            return
        if answer is not None and step.reply == "cut":
            answer = Answer(answer.status, answer.body[: len(answer.body) * step.cut // 100])
        device.take(sending, answer, crash=step.crash)
        if step.reply == "twice":
            device.take(sending, answer)
        self._sign_in_if_asked(device)

    def _together(self, step: Together) -> None:
        devices = [device for place in dict.fromkeys(step.devices) if (device := self._device(place)) is not None]
        sendings = [(device, device.send(self.script.page)) for device in devices]
        answers = self._exchange(*sendings)
        for (device, sending), answer in zip(sendings, answers, strict=True):
            device.take(sending, answer)
            self._sign_in_if_asked(device)

    def _deaf(self, step: Deaf) -> None:
        device = self._device(step.device)
        if device is None:
            return
        stalled: list[tuple[Device, str, bytes]] = []
        for trip in range(step.trips):
            self.now_ms += 1_000
            if step.meanwhile and trip == step.trips // 2:
                device.write(step.meanwhile)
            sending = device.send(self.script.page)
            if sending.request.edits and step.stalls:
                stalled.append((device, device.token, sending.body))
                device.session.take_timeout(sending.request)
                continue
            (answer,) = self._exchange((device, sending))
            if sending.request.edits:
                device.session.take_timeout(sending.request)
            else:
                device.take(sending, answer)
            self._sign_in_if_asked(device)
        if stalled:
            sending = device.send(self.script.page)
            answers = self._arrive([*stalled, (device, device.token, sending.body)])
            device.take(sending, answers[-1])
            self._sign_in_if_asked(device)

    def _late(self, step: Late) -> None:
        if self.late:
            self._arrive([self.late.pop(step.pick % len(self.late))])

    def _overtaken(self, step: Overtaken) -> None:
        device = self._device(step.device)
        if device is not None and device.kept is not None:
            (sending, answer), device.kept = device.kept, None
            if not device.has_other_rights_than(sending, answer):
                device.take(sending, answer)
            self._sign_in_if_asked(device)

    def _restart(self, step: Restart) -> None:
        device = self._device(step.device)
        if device is not None:
            device.open(step.schema)

    def _take_over(self, step: Takeover) -> None:
        device = self._device(step.device)
        if device is None:
            return
        in_flight = device.send(self.script.page)
        device.write(step.entries, together=step.together, crash=step.crash, takeover=True)
        if step.request == "late":
            self.late.append((device, device.token, in_flight.body))
        if step.request == "taken":
            self._exchange((device, in_flight))
        sending = device.send(self.script.page)
        (answer,) = self._exchange((device, sending))
        device.take(sending, answer)
        self._sign_in_if_asked(device)

    def _skew(self, step: Skew) -> None:
        device = self._device(step.device)
        if device is not None:
            device.skew_ms = step.ms

    def _server_edit(self, step: ServerEdit) -> None:
        self.house.edit(
            [Values(entry.kind, id_of(entry.record), root_of(entry.root), resolve(entry.v)) for entry in step.entries]
        )

    def _cover(self, step: Cover) -> None:
        self.cover_by_territory[step.territory] = step.people
        self.house.cover(id_of(step.territory), [id_of(person) for person in step.people])

    def _promote(self, step: Promote) -> None:
        self.role_by_person[step.person] = Role(step.role)
        self.house.promote(id_of(step.person), Role(step.role))

    def _fault(self, step: Fault) -> None:
        planted = {
            "merge": self.house.faulty,
            "commit": self.house.database.poisoned,
            "request": self.house.unanswerable,
        }
        planted[step.where].add(id_of(step.record))

    def _lose(self, step: Lose) -> None:
        device = self._device(step.device)
        if device is not None:
            self.now_ms += 1_000  # nobody sets a device up anew within a millisecond
            device.lose()
            self._sign_in(device, None if step.renumber else device.number)

    def _renew(self, step: Renew) -> None:
        device = self._device(step.device)
        if device is not None:
            self.house.revoke(device.number)
            self._sign_in(device, device.number)

    def _tamper(self, step: Tamper) -> None:
        device = self._device(step.device)
        if device is not None:
            device.tamper(step.pick, step.how)

    def _wipe(self, step: Wipe) -> None:
        device = self._device(step.device)
        if device is not None:
            self.house.wipe(device.number)
            self.wiped.add(device.token)

    def _purge(self, _step: Purge) -> None:
        before = dict(self.house.rows("SELECT id, doc FROM record"))
        self.house.purge()
        # What came ahead of a bucket not begun for half a year may have left without a marker: the checksum tells.
        for device in self.devices:
            readings = [reading for _bucket, reading in device.tables.cursor.items()]
            device.was_spoilt |= any(reading.seq == 0 and not reading.complete for reading in readings)
        after = dict(self.house.rows("SELECT id, doc FROM record"))
        self.purged |= {row_id for row_id, doc in before.items() if after.get(row_id) != doc}

    def _archive(self, step: Archive) -> None:
        self.house.archive(step.lot)

    def _back_up(self, _step: Backup) -> None:
        taken = _Backup(
            self.house.ground.back_up(), self.now_ms, dict(self.role_by_person), dict(self.cover_by_territory)
        )
        self.backups = [*self.backups, taken][-2:]

    def _restore(self, _step: Restore) -> None:
        # Every third time the newest cannot be read: the one before does as well (SPEC R48).
        kept = self.backups[:-1] if len(self.backups) > 1 and self.restored % 3 == 0 else self.backups
        if not kept or self.now_ms - kept[-1].taken_at > KEPT_FOR_MS // 2:
            return  # longer ago than devices keep what no backup has
        self.backups, backup = kept, kept[-1]
        self.now_ms += 1_000
        self.restored += 1
        # Every other time the clock went back as well, and no epoch of the life before is known (SPEC R32).
        self.house.restore(backup.taken, clock_ms=self.restored if self.restored % 2 == 0 else 0)
        # Nobody is given back what he lost since.
        self.role_by_person = {
            name: min(role, self.role_by_person[name], key=list(Role).index) for name, role in backup.roles.items()
        }
        self.cover_by_territory = {
            territory: [person for person in people if person in self.cover_by_territory[territory]]
            for territory, people in backup.cover.items()
        }

    def _decide(self, step: Decide) -> None:
        device = self._device(step.device)
        if device is not None:
            device.decide(step.pick, step.status)

    def _dismiss(self, step: Dismiss) -> None:
        device = self._device(step.device)
        if device is not None:
            device.dismiss()


_TAKE: Final[dict[type[AnyStep], Callable[[Simulation, Any], None]]] = {
    Tick: Simulation._tick,
    Write: Simulation._write,
    Sync: Simulation._sync,
    Together: Simulation._together,
    Deaf: Simulation._deaf,
    Late: Simulation._late,
    Overtaken: Simulation._overtaken,
    Restart: Simulation._restart,
    Takeover: Simulation._take_over,
    Skew: Simulation._skew,
    ServerEdit: Simulation._server_edit,
    Cover: Simulation._cover,
    Promote: Simulation._promote,
    Fault: Simulation._fault,
    Lose: Simulation._lose,
    Renew: Simulation._renew,
    Tamper: Simulation._tamper,
    Wipe: Simulation._wipe,
    Purge: Simulation._purge,
    Archive: Simulation._archive,
    Backup: Simulation._back_up,
    Restore: Simulation._restore,
    Decide: Simulation._decide,
    Dismiss: Simulation._dismiss,
}
