"""The limit on failed sign-ins, with a clock that only the test moves."""

import itertools

from routebook_server.identity.attempts import (
    FIRST_WAIT_MS,
    FORGOTTEN_AFTER_MS,
    FREE_BY_ADDRESS,
    FREE_BY_EMAIL,
    LONGEST_WAIT_MS,
    Attempts,
    after_attempt,
    subjects,
)
from server.team import House, sign_in


def test_the_wait_doubles_from_the_last_free_attempt_to_a_quarter_of_an_hour() -> None:
    attempts: Attempts | None = None
    waits = []
    for _ in range(FREE_BY_EMAIL + 11):
        attempts = after_attempt(attempts, FREE_BY_EMAIL, 1_000)
        waits.append(attempts.open_at - 1_000)
    assert waits[: FREE_BY_EMAIL - 1] == [0] * (FREE_BY_EMAIL - 1)
    doubled = waits[FREE_BY_EMAIL - 1 :]
    assert doubled[0] == FIRST_WAIT_MS
    assert all(later == min(2 * earlier, LONGEST_WAIT_MS) for earlier, later in itertools.pairwise(doubled))
    assert doubled[-1] == LONGEST_WAIT_MS


def test_after_a_quiet_day_counting_begins_anew() -> None:
    before = Attempts(50, last=1_000, open_at=901_000)
    assert after_attempt(before, FREE_BY_EMAIL, 1_000 + FORGOTTEN_AFTER_MS).failures == 51
    assert after_attempt(before, FREE_BY_EMAIL, 1_001 + FORGOTTEN_AFTER_MS).failures == 1


def test_a_home_with_many_ipv6_addresses_counts_as_one() -> None:
    one, other = subjects("a@b.example", "2001:db8:1:2::1"), subjects("a@b.example", "2001:db8:1:2:ffff::9")
    assert one[1] == other[1]
    assert subjects("a@b.example", "2001:db8:1:3::1")[1] != one[1]


async def test_too_many_wrong_passwords_make_even_the_right_one_wait(house: House) -> None:
    client = house.client()
    for _ in range(FREE_BY_EMAIL):
        assert (await sign_in(client, "marek@demo.example", "a wrong one")).json()["code"] == "wrong_credentials"
    answer = await sign_in(client, "Marek@demo.example")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.json()["retry_after"] == int(answer.headers["retry-after"]) == FIRST_WAIT_MS // 1_000
    house.clock.advance(seconds=FIRST_WAIT_MS / 1_000)
    assert (await sign_in(client, "marek@demo.example")).status_code == 200


async def test_waiting_is_not_made_longer_by_trying(house: House) -> None:
    client = house.client()
    for _ in range(FREE_BY_EMAIL + 20):
        await sign_in(client, "marek@demo.example", "a wrong one")
    house.clock.advance(seconds=FIRST_WAIT_MS / 1_000)
    assert (await sign_in(client, "marek@demo.example")).status_code == 200


async def test_the_limit_of_one_person_is_not_anothers(house: House) -> None:
    for _ in range(FREE_BY_EMAIL + 1):
        await sign_in(house.client(), "marek@demo.example", "a wrong one")
    assert (await sign_in(house.client(), "ewa@demo.example")).status_code == 200


async def test_an_address_that_tries_many_emails_is_slowed_down(house: House) -> None:
    client = house.client(address="198.51.100.7")
    for number in range(FREE_BY_ADDRESS):
        answer = await sign_in(client, f"guess{number}@demo.example", "a wrong one")
        assert answer.json()["code"] == "wrong_credentials"
    assert (await sign_in(client, "marek@demo.example")).json()["code"] == "rate_limited"
    assert (await sign_in(house.client(address="203.0.113.9"), "marek@demo.example")).status_code == 200


async def test_a_success_clears_the_email_and_not_the_address(house: House) -> None:
    client = house.client()
    for number in range(FREE_BY_ADDRESS - 1):
        await sign_in(client, f"guess{number}@demo.example", "a wrong one")
    assert (await sign_in(client, "marek@demo.example")).status_code == 200
    house.clock.advance(seconds=FIRST_WAIT_MS / 1_000)
    await sign_in(client, "guess@demo.example", "a wrong one")
    assert (await sign_in(client, "ewa@demo.example")).json()["code"] == "rate_limited"


async def test_a_proxy_that_nobody_trusts_cannot_lend_an_address(house: House) -> None:
    for number in range(FREE_BY_ADDRESS):
        client = house.client(**{"X-Forwarded-For": f"203.0.113.{number}"})
        await sign_in(client, f"guess{number}@demo.example", "a wrong one")
    assert (await sign_in(house.client(), "marek@demo.example")).json()["code"] == "rate_limited"
