"""Words: every text in five languages with its real plurals, and messages that every push service takes."""

import json
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from routebook_server.reminders import wording
from routebook_server.reminders.hours import Hours
from routebook_server.reminders.ics import make_calendar
from routebook_server.reminders.letters import Letter
from routebook_server.reminders.mailing import Mailer
from routebook_server.reminders.payload import ACTIONS, MAX_BYTES, Payload, actions_of, make_payload, set_about
from routebook_server.reminders.planning import Reminder
from routebook_server.reminders.rules import DAY_MS, Occurrence, Rule, Subject
from routebook_server.reminders.subjects import Due, Listener
from routebook_server.reminders.wording import (
    LOCALES,
    NAMED,
    Wording,
    line_of,
    locale_from,
    plural_form,
    say,
    word,
    word_several,
    word_test,
    word_unsent,
)

FOLDER = Path(wording.__file__).parent / "messages"
TEXTS: dict[str, dict[str, Any]] = {
    locale: json.loads((FOLDER / f"{locale}.json").read_text(encoding="utf-8")) for locale in LOCALES
}
FORMS = {
    "en": {"one", "other"},
    "fa": {"one", "other"},
    "ru": {"one", "few", "many", "other"},
    "zh": {"other"},
    "pl": {"one", "few", "many", "other"},
}
HOURS = Hours("Europe/Warsaw")
NOW = 1_795_000_000_000


def forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def test_there_is_a_file_for_each_language_and_the_app_speaks_the_same() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LOCALES)
    project = json.loads((Path(__file__).parents[2] / "pwa" / "project.inlang" / "settings.json").read_text())
    assert tuple(project["locales"]) == LOCALES


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_there_in_every_language_with_the_same_places(locale: str) -> None:
    for key, english in TEXTS["en"].items():
        text = TEXTS[locale][key]
        places = [set(re.findall(r"\{(\w+)\}", form)) for form in [*forms(text), *forms(english)]]
        assert all(found == places[0] for found in places), key
        assert isinstance(text, dict) == isinstance(english, dict), key
        if isinstance(text, dict):
            assert set(text) == FORMS[locale], key
        assert all(form.strip() == form and form for form in forms(text)), key
    assert set(TEXTS[locale]) == set(TEXTS["en"])


def test_every_text_is_used_and_every_used_one_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[str] = set()

    class Noting(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            used.add(key)
            return super().__getitem__(key)

    texts = {locale: Noting(TEXTS[locale]) for locale in LOCALES}
    monkeypatch.setattr(wording, "_messages", texts.__getitem__)
    for locale in LOCALES:
        assert [action.action for action in actions_of("task", locale)] == list(ACTIONS)
        assert word_unsent(locale, 2, 1) != word_unsent(locale, 0, 3)
        assert word_test(locale).body
        several = word_several(locale, ["Samples"] * (NAMED + 2))
        assert several.body.count("\n") == NAMED, "the first are named, and how many more there are"
        assert word_several(locale, ["Samples", "Call"]).body == "Samples\nCall"
        for rule in set(Rule) - {Rule.UNSENT, Rule.TEST}:
            for customer in ({"name": "Bakery"}, {}):
                values = {"title": "Samples", "name": "Samples", "stage": "new", "stage_since": NOW, **customer}
                subject = Subject("r", "task", "c", "t:x", values, customer)
                for closing in ({}, {"close_day": "2026-11-17"}):
                    subject = Subject("r", "task", "c", "t:x", values | closing, customer)
                    said = word(locale, Occurrence(rule, NOW, "2026-11-10"), subject, HOURS, NOW)
                    assert said.title, (locale, rule)
                    assert said.body or not customer, (locale, rule)
                for days in range(8):
                    for mark in ("1", "2026-11-10"):
                        occurrence = Occurrence(rule, NOW - days * DAY_MS, mark)
                        late = word(locale, occurrence, subject, HOURS, NOW, is_late=True)
                        assert late.title in line_of(locale, late)
                        assert word(locale, occurrence, subject, HOURS, NOW).when == ""
                due = Due(subject, Occurrence(rule, NOW, "1"), "p", "v" * 26, NOW)
                make_calendar([due], Listener(HOURS), locale, "", NOW)
        about = Reminder("v" * 26, "p", "task", "task", "r", "c", "1", "Samples", NOW, NOW, NOW, None)
        letter = Letter(
            "v" * 26, 0, 1, about, Wording("Samples", "Bakery"), locale, of_customer=True, email="marek@demo.example"
        )
        Mailer(None, "crm@demo.example", "https://crm.example").message(letter, NOW)
        assert used == set(TEXTS[locale]), locale
        used.clear()


@pytest.mark.parametrize("locale", LOCALES)
def test_plural_forms_are_those_of_the_browsers(locale: str) -> None:
    counts = [*range(130), 1_000, 1_001, 1_002, 1_011, 1_021, 10_111]
    script = (
        f"const r = new Intl.PluralRules('{locale}'); console.log(JSON.stringify({counts}.map((n) => r.select(n))))"
    )
    node = subprocess.run(["node", "-e", script], check=True, capture_output=True, text=True)
    assert [plural_form(locale, count) for count in counts] == json.loads(node.stdout)


def test_numbers_have_their_plurals_and_digits() -> None:
    assert [word_unsent("pl", count, 0).title for count in (1, 2, 5, 22)] == [
        "1 zmiana czeka na tym urządzeniu",
        "2 zmiany czekają na tym urządzeniu",
        "5 zmian czeka na tym urządzeniu",
        "22 zmiany czekają na tym urządzeniu",
    ]
    assert "\u2068۱۲\u2069" in word_unsent("fa", 9, 3).title
    assert say("ru", "overdue_call_body_own", count=21) == "Просрочено на 21 день"


def test_a_name_keeps_its_place_in_a_line_that_runs_the_other_way() -> None:
    subject = Subject("r", "task", "c", "t:x", {"title": "Samples (2)", "status": "open"}, {"name": "Bakery"})
    said = word("fa", Occurrence(Rule.TASK, NOW, "1"), subject, HOURS, NOW)
    assert said == Wording("\u2068Samples (2)\u2069", "کار برای \u2068Bakery\u2069")


def test_a_name_with_braces_is_no_place_for_anything() -> None:
    subject = Subject("r", "task", "c", "t:x", {"title": "{customer} {nothing}"}, {"name": "{title}"})
    assert word("en", Occurrence(Rule.TASK, NOW, "1"), subject, HOURS, NOW) == Wording(
        "{customer} {nothing}", "Task for {title}"
    )


def test_a_time_is_told_by_the_persons_wall() -> None:
    subject = Subject("r", "task", "c", "t:x", {"title": "Prices", "type": "call"}, {"name": "Bakery"})
    call = Occurrence(Rule.PROMISED_CALL, 1_795_080_600_000, "1795080600000")
    assert word("en", call, subject, HOURS, call.at) == Wording("Call Bakery", "Promised for 10:30: Prices")
    assert "۱۰:۳۰" in word("fa", call, subject, HOURS, call.at).body


def test_a_deal_says_why_it_slips() -> None:
    slips = Occurrence(Rule.SLIPPING, NOW, "2026-11-18")
    past = Subject(
        "d", "deal", "c", "t:x", {"title": "Ovens", "stage": "new", "close_day": "2026-11-17"}, {"name": "Bakery"}
    )
    stands = Subject(
        "d",
        "deal",
        "c",
        "t:x",
        {"title": "Ovens", "stage": "proposal", "stage_since": NOW - 15 * 86_400_000},
        {"name": "Bakery"},
    )
    assert word("en", slips, past, HOURS, NOW).body == "The day of closing has passed · Bakery"
    assert word("en", slips, stands, HOURS, NOW).body == "In its stage for 15 days · Bakery"


def test_a_language_is_the_first_that_we_speak() -> None:
    assert [locale_from(*wanted) for wanted in (("pl-PL", "en"), ("pt", "fa_IR"), ("", "ZH-Hans"), ("de",), ())] == [
        "pl", "fa", "zh", "en", "en",
    ]  # fmt: skip


LONG = [
    "a" * 9_000,
    "ż" * 9_000,
    "خ" * 9_000,
    "面" * 9_000,
    "\U0001f4c5" * 9_000,
    '"' * 9_000,
    "\x01" * 9_000,
    "\u2068" * 9_000,
]


@pytest.mark.parametrize("text", LONG)
def test_what_is_too_long_is_shortened_to_what_every_push_service_takes(text: str) -> None:
    about = Payload(
        **dict.fromkeys(("id", "token", "tag", "kind", "record", "root"), "v" * 26),
        title="", body="", url="/customers/x", rule="task", at=1, expires=2,
        **set_about("fa"), actions=actions_of("task", "fa"),
    )  # fmt: skip
    for title, body in (("Samples", text), (text, "Bakery"), (text, text)):
        made = make_payload(about, Wording(title, body))
        assert len(made) <= MAX_BYTES
        said = msgspec.json.decode(made)
        assert len(made) > MAX_BYTES - 20, "no more is lost than has to be"
        assert said["title"]
        for shown, whole in ((said["title"], title), (said["body"], body)):
            assert shown == whole or whole.startswith(shown.removesuffix("…"))
    short = make_payload(about, Wording("Samples", "Bakery"))
    assert msgspec.json.decode(short)["body"] == "Bakery"


@pytest.mark.parametrize(
    ("locale", "same", "later"),
    [
        ("en", "Promised for 22:30: Prices", "Promised for Friday, 22:30: Prices"),
        (
            "fa",
            "قرار تماس ساعت \u2068۲۲:۳۰\u2069: \u2068Prices\u2069",
            "قرار تماس \u2068جمعه\u2069 ساعت \u2068۲۲:۳۰\u2069: \u2068Prices\u2069",
        ),
        ("ru", "Обещано на 22:30: Prices", "Обещано на пятницу, 22:30: Prices"),
        ("zh", "约定时间 22:30：Prices", "约定时间 周五 22:30：Prices"),
        ("pl", "Obiecane na 22:30: Prices", "Obiecane na piątek, 22:30: Prices"),
    ],
)
def test_a_call_that_rings_on_another_day_names_the_one_it_was_promised_for(locale: str, same: str, later: str) -> None:
    at = round(datetime(2026, 11, 27, 22, 30, tzinfo=ZoneInfo("Europe/Warsaw")).timestamp()) * 1_000
    subject = Subject("r", "task", "c", "t:x", {"title": "Prices", "type": "call"}, {"name": "Bakery"})
    promised = Occurrence(Rule.PROMISED_CALL, at, str(at))
    assert word(locale, promised, subject, HOURS, at).body == same
    rings_at = HOURS.after_quiet(at)
    assert word(locale, promised, subject, HOURS, rings_at).body == later
    own = Subject("r", "task", "c", "t:x", {"title": "Prices", "type": "call"}, {})
    assert f"{word(locale, promised, own, HOURS, rings_at).body}" == re.split("[:：] ?\u2068?Prices", later)[0]


@pytest.mark.parametrize(
    ("locale", "earlier", "timed", "of_day", "long_ago"),
    [
        ("en", "For 10:06", "For Sunday, 12:06", "For Sunday", "7 days late"),
        ("fa", "برای ساعت ۱۰:۰۶", "برای یکشنبه ساعت ۱۲:۰۶", "برای یکشنبه", "۷ روز تأخیر"),
        ("ru", "На 10:06", "На воскресенье, 12:06", "На воскресенье", "Просрочено на 7 дней"),
        ("zh", "原定 10:06", "原定周日 12:06", "原定周日", "逾期 7 天"),
        ("pl", "Na 10:06", "Na niedzielę, 12:06", "Na niedzielę", "7 dni po terminie"),
    ],
)
def test_what_is_late_says_for_when_it_was(locale: str, earlier: str, timed: str, of_day: str, long_ago: str) -> None:
    subject = Subject("r", "task", "c", "t:x", {"title": "Samples"}, {"name": "Bakery"})

    def plain(text: str) -> str:
        return text.replace("\u2068", "").replace("\u2069", "")

    def said(days: float, mark: str) -> str:
        occurrence = Occurrence(Rule.TASK, round(NOW - days * DAY_MS), mark)
        made = word(locale, occurrence, subject, HOURS, NOW, is_late=True)
        on_time = word(locale, occurrence, subject, HOURS, NOW)
        assert plain(line_of(locale, made)) == (f"Samples · {plain(made.when)}" if made.when else "Samples")
        assert plain(made.body) == plain(f"{made.when} · {on_time.body}" if made.when else on_time.body)
        return plain(made.when)

    assert said(2 / 24, "1") == earlier
    assert (said(3, "1"), said(3, "2026-11-15")) == (timed, of_day)
    assert said(7, "1") == said(7, "2026-11-11") == long_ago
    assert said(2 / 24, "2026-11-18") == "", "it is of today"
