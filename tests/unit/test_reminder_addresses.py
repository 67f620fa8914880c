"""Addresses: a device names its push service, and must not make the server ask anything inside its own network."""

import asyncio
import socket

import pytest

from routebook_server.reminders.addresses import audience_of, is_public, refuse_endpoint
from routebook_server.reminders.resolver import PrivateAddressError, PublicResolver

GOOD = [
    "https://fcm.googleapis.com/fcm/send/abc:def",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://web.push.apple.com/QGuQyavXutnMH",
    "https://wns2-db5p.notify.windows.com:443/w/?token=BQ",
    "https://1.1.1.1/push",
]
BAD = [
    "http://fcm.googleapis.com/fcm/send/abc",
    "ftp://fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "fcm.googleapis.com",
    "",
    "https://",
    "https://push.example.com:8443/x",
    "https://push.example.com:99999/x",
    "https://user@push.example.com/x",
    "https://user:secret@push.example.com/x",
    "https://push.example.com/ x",
    "https://push.example.com/\nHost: other",
    "https://żółw.example.com/x",
    "https://push.example.com/" + "x" * 2_048,
    "https://localhost/x",
    "https://localhost./x",
    "https://database/x",
    "https://a.localhost/x",
    "https://printer.local/x",
    "https://metadata.google.internal/x",
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.1/x",
    "https://10.0.0.1/x",
    "https://172.16.0.1/x",
    "https://192.168.1.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/x",
    "https://0.0.0.0/x",
    "https://224.0.0.1/x",
    "https://255.255.255.255/x",
    "https://[::1]/x",
    "https://[::]/x",
    "https://[fe80::1]/x",
    "https://[fd00::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[2002:7f00:1::]/x",
    "https://[64:ff9b::a00:1]/x",
    "https://[ff02::1]/x",
    "https://[::1/x",
]


@pytest.mark.parametrize("endpoint", GOOD)
def test_a_push_service_of_the_world_is_taken(endpoint: str) -> None:
    assert refuse_endpoint(endpoint) == ""


@pytest.mark.parametrize("endpoint", BAD)
def test_whatever_else_is_refused_with_a_word_why(endpoint: str) -> None:
    assert refuse_endpoint(endpoint).endswith(".")


def test_tests_may_send_anywhere_over_http_and_to_nothing_else() -> None:
    assert refuse_endpoint("http://127.0.0.1:8080/push/1", anywhere=True) == ""
    assert refuse_endpoint("file:///etc/passwd", anywhere=True) != ""


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(address)


class Names(PublicResolver):
    """A resolver that is told what a name leads to."""

    def __init__(self, *addresses: str) -> None:
        super().__init__()
        self._resolver = self  # type: ignore[assignment]
        self._addresses = addresses

    async def ask(self) -> list[str]:
        return [one["host"] for one in await PublicResolver.resolve(self, "push.example.com", 443)]

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[object]:  # type: ignore[override]
        return [
            {"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0}
            for one in self._addresses
        ]


async def test_a_name_that_leads_inside_is_not_followed_at_the_moment_of_connecting() -> None:
    assert await Names("93.184.216.34", "10.0.0.1").ask() == ["93.184.216.34"]
    for inside in ("127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.1.2.3"):
        with pytest.raises(PrivateAddressError):
            await Names(inside).ask()
    with pytest.raises(OSError):
        async with asyncio.timeout(20):
            await PublicResolver().resolve("localhost", 443)


def test_a_signature_is_for_the_origin_of_the_push_service() -> None:
    assert audience_of("https://fcm.googleapis.com/fcm/send/abc") == "https://fcm.googleapis.com"
    assert audience_of("http://127.0.0.1:8080/push/1") == "http://127.0.0.1:8080"
