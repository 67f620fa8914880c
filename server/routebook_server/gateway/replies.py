"""Replies: what a page says, as JSON. Rows and verdicts go out as they are stored."""

from collections.abc import Sequence
from typing import Final, cast

import msgspec

from routebook_server.records.packed import Part
from routebook_server.records.pages import Page
from routebook_sync.clock import CLAMP_MS
from routebook_sync.messages import Control, ControlKind, SyncReply, SyncRequest, Verdict

_ENCODER: Final = msgspec.json.Encoder()
_NOW: Final = b'{"now":'
"""How every reply begins."""
_REMEMBERED: Final = 10_000
"""Devices."""


class _Written(msgspec.Struct, frozen=True):
    """What was written of a page."""

    page: Page
    grants: tuple[str, ...]
    rest: bytes
    """What follows the time."""


class Replies:
    """Writes them. The page of a device that has nothing to say comes again and again: only the time is another one."""

    def __init__(self, schema: str, lease_ms: int) -> None:
        self._schema = schema
        self._lease_ms = lease_ms
        self._written: dict[int, _Written] = {}
        """By device, the last reply without rows that asks nothing of the device."""

    def write(
        self, request: SyncRequest, page: Page, grants: tuple[str, ...], now_ms: int, *, wiped: bool
    ) -> list[Part]:
        """Return the parts of the reply to a request."""
        controls = self._controls(request, page.resets, now_ms, wiped=wiped)
        written = self._written.get(request.device)
        if written is not None and written.page is page and written.grants == grants and not controls:
            return [b"%b%d%b" % (_NOW, now_ms, written.rest)]
        reply = _ENCODER.encode(self._reply(page, grants, now_ms, controls))
        if page.rows:
            return _with_rows(reply, page)
        if not controls:
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            self._written[request.device] = _Written(page, grants, reply[len(_NOW) + len(str(now_ms)) :])
        return [reply]

    def _reply(self, page: Page, grants: tuple[str, ...], now_ms: int, controls: list[Control]) -> SyncReply:
        return SyncReply(
            now=now_ms,
            pushed=page.pushed,
            grants=list(grants),
            verdicts=cast("list[Verdict]", [msgspec.Raw(verdict) for verdict in page.verdicts]),
            cursors=page.cursors,
            complete=page.complete,
            more=page.more,
            control=controls,
            view=page.view,
            sums=page.sums,
            repair=page.repair,
            covered=page.covered,
            lease=self._lease_ms,
            former={str(device): pushed for device, pushed in page.former.items()},
        )

    def _controls(self, request: SyncRequest, resets: Sequence[str], now_ms: int, *, wiped: bool) -> list[Control]:
        controls = [Control(ControlKind.RESET, bucket) for bucket in resets]
        if wiped:
            controls.append(Control(ControlKind.WIPE))
        if request.schema != self._schema:
            controls.append(Control(ControlKind.UPGRADE))
        offset = request.now - now_ms
        if abs(offset) > CLAMP_MS:
            controls.append(Control(ControlKind.CLOCK, offset=offset))
        return controls


def _with_rows(reply: bytes, page: Page) -> list[Part]:
    """Return the parts of a reply's JSON with the page's rows in front."""
    parts: list[Part] = []
    for bucket, rows in page.rows.items():
        parts += [b"," if parts else b'{"rows":{', _ENCODER.encode(bucket), b":["]
        for part in rows:
            # Fresh ones are packed by now.
            parts += [cast("Part", part), b","]
        parts[-1] = b"]"
    return [*parts, b"},", reply[1:]]
