"""Protocols: a request of any released protocol becomes one of the present protocol (SPEC R80).

A device out of reach for a year still speaks what it spoke then, and what it has not sent must be taken. A new
protocol adds a converter here and its messages to ``tests/compat``; neither is ever removed.
"""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from routebook_server.records.views import view_of
from routebook_sync.entities.person import Role
from routebook_sync.messages import PROTOCOL, SyncRequest, View

_VIEWS_SINCE: Final = 2
"""The first protocol whose replies name their view."""


def _from_1(request: SyncRequest) -> SyncRequest:
    """Protocol 1 knew neither views nor repair nor custody by request: what came under these names meant nothing."""
    return replace(request, protocol=2, view="", hold=[], again=[], verify=False, check={})


_CONVERTERS: Final[dict[int, Callable[[SyncRequest], SyncRequest]]] = {1: _from_1}
"""From each released protocol to the next."""


def to_present(request: SyncRequest) -> SyncRequest:
    """Return what a request of a released protocol says, in the words of the present one."""
    while request.protocol < PROTOCOL:
        request = _CONVERTERS[request.protocol](request)
    return request


def shown_view(role: Role, protocol: int) -> View:
    """Return what a person's client is shown: one that cannot tell in which view it holds its rows, what all may see.

    Otherwise the phone of a manager who became a rep would keep what he saw.
    """
    return view_of(role) if protocol >= _VIEWS_SINCE else View.REP
