"""What the app knows of reminders is what the server sends: fields, rules, states, actions, reasons."""

import re
from pathlib import Path

from routebook_server.reminders.acting import ActKind
from routebook_server.reminders.journal import Delivered, Entry, Journal
from routebook_server.reminders.payload import ACTIONS, Payload
from routebook_server.reminders.rules import Rule
from routebook_server.reminders.states import Channel, State
from routebook_server.reminders.subscriptions import Subscribe

ROOT = Path(__file__).resolve().parents[2]
API = (ROOT / "pwa" / "src" / "lib" / "api" / "reminders.ts").read_text(encoding="utf-8")
MESSAGE = (ROOT / "pwa" / "src" / "lib" / "pwa" / "push" / "message.ts").read_text(encoding="utf-8")
SERVER = ROOT / "server" / "routebook_server" / "reminders"


def words(text: str, name: str) -> set[str]:
    """Return the texts in the list that follows a name."""
    found = re.search(rf"{name}[^\[]*\[([^\]]*)\]", text)
    assert found is not None, name
    return set(re.findall(r'"(\w*)"', found[1]))


def fields(text: str, begin: str) -> set[str]:
    """Return the names that are taken out of an object after ``begin``."""
    found = re.search(rf"{begin}.*?const \{{([^}}]*)\}} =", text, re.DOTALL)
    assert found is not None, begin
    return set(re.findall(r"\w+", found[1]))


def test_the_closed_sets_are_the_same() -> None:
    assert words(API, "REMINDER_RULES =") == {rule.value for rule in Rule}
    assert words(API, "DELIVERY_STATES =") == {state.value for state in State}
    assert words(API, "channel: choiceOf") == {channel.value for channel in Channel}
    assert words(API, " action: choiceOf") == {"", *(action.value for action in ActKind)}
    assert words(MESSAGE, "ACTIONS =") == {action.value for action in ActKind} == {*ACTIONS, "open"}


def test_every_reason_not_to_send_is_one_that_the_app_knows() -> None:
    sources = "\n".join((SERVER / name).read_text(encoding="utf-8") for name in ("delivering.py", "subjects.py"))
    known = words(API, "cancelled: choiceOf")
    reasons = [body for body in re.findall(r"return (.*)", sources) if re.search(r'"\w*" (if|else)|^"\w*"$', body)]
    said = {word for body in reasons for word in re.findall(r'"(\w+)"', body)}
    assert {"done", "deleted", "moved", "reassigned", "hidden"} <= said
    assert said - known <= {"signed_out", "unsubscribed"}, "which are problems of one delivery"


def test_every_field_that_the_app_takes_is_sent() -> None:
    assert fields(MESSAGE, "function messageFrom") <= set(Payload.__struct_fields__)
    assert fields(API, "const entryOf") <= set(Entry.__struct_fields__)
    assert fields(API, "const deliveryOf") <= set(Delivered.__struct_fields__)
    assert {"entries", "next"} == set(Journal.__struct_fields__)


def test_the_app_says_all_that_a_subscription_has() -> None:
    said = set(
        re.findall(
            r"readonly (\w+)\??: string;",
            API.partition("export interface Subscribed")[2].partition("/** The server's key")[0],
        )
    )
    assert said == set(Subscribe.__struct_fields__)


def test_the_documentation_names_every_field_rule_and_action() -> None:
    told = (ROOT / "docs" / "reminders.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", told))))
    assert {*Payload.__struct_fields__, *Entry.__struct_fields__, *Delivered.__struct_fields__} <= named
    assert {*(rule.value for rule in Rule), *(action.value for action in ActKind)} <= named
    assert set(re.findall(r"\w+", told)) >= {state.value for state in State}
