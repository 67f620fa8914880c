"""What no device has shown after the stated time goes out by e-mail, once; where nobody set that up, nothing does."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from routebook_server.reminders.building import ReminderSettingError
from routebook_server.reminders.mailing import WITHIN_S, MailAddressError, MailServer, mail_server_from
from routebook_server.reminders.planning import is_anything_due
from routebook_server.reminders.states import UNKNOWN_MS
from server.mail_server import MailSink
from server.reminders import BAKERY, Scene, ms, open_scene
from server.team import MAREK


class Post:
    """The scene, and the mail server beside it."""

    def __init__(self, scene: Scene, sink: MailSink) -> None:
        self.scene = scene
        self.sink = sink

    async def at(self, text: str) -> int:
        """Let it be so late, and return how many mails there are."""
        self.scene.house.clock.now_ms = ms(text)
        return await self.pass_by(0)

    async def pass_by(self, seconds: float) -> int:
        """Let time pass, and return how many mails there are."""
        await self.scene.pass_by(seconds)
        await self.scene.reminding.mail()
        return len(self.sink.mails)


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with MailSink().running() as sink:
        chosen: dict[str, Any] = {
            "smtp": f"smtp://127.0.0.1:{sink.port}",
            "mail_from": "Routebook <crm@demo.example>",
            "url": "https://crm.demo.example",
        }
        async with open_scene(tmp_path, **chosen) as scene:
            yield Post(scene, sink)


async def test_what_no_device_confirms_within_ten_minutes_is_sent_by_email_once(post: Post) -> None:
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 0
    assert await post.at("2026-11-19 10:39") == 0
    assert await post.at("2026-11-19 10:40") == 1
    assert await post.at("2026-11-19 12:00") == 1
    [mail] = post.sink.mails
    assert (mail["To"], mail["From"]) == ("marek@demo.example", "Routebook <crm@demo.example>")
    assert mail["Subject"] == "Reminder: Bring samples"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "Task for Bakery" in text
    assert f"https://crm.demo.example/customers/{BAKERY}" in text
    assert "none of your devices has shown the reminder" in text
    [entry] = await post.scene.journal()
    assert [(one["channel"], one["device"], one["state"]) for one in entry["deliveries"]] == [
        ("email", 0, "sent"), ("push", 1, "sent"),
    ]  # fmt: skip


async def test_what_one_device_has_shown_is_not_sent_by_email(post: Post) -> None:
    await post.scene.signed_in("rep", "tablet")
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    messages = await post.scene.at("2026-11-19 10:30")
    assert len(messages) == 2
    await post.scene.said(messages[0], "shown")
    assert await post.at("2026-11-19 10:50") == 0


async def test_who_has_no_device_that_takes_it_is_written_to_at_once(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 1


async def test_who_lost_his_last_subscription_is_written_to_at_once(post: Post) -> None:
    post.scene.service.answers["phone"] = [(410, {})]
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 1


async def test_what_was_done_meanwhile_is_not_sent_by_email(post: Post) -> None:
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await post.at("2026-11-19 10:30")
    await post.scene.task(1, status="done")
    assert await post.at("2026-11-19 10:45") == 0
    assert (await post.scene.journal())[0]["cancelled"] == "done"


async def test_a_mail_server_that_is_away_or_busy_is_tried_again(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    post.sink.refusals = ["450 later"]
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 0
    assert await post.pass_by(29) == 0
    assert await post.pass_by(1) == 1


async def test_an_address_that_does_not_exist_is_not_tried_again(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    post.sink.refusals = ["550 nobody here"]
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 0
    assert await post.pass_by(3_600) == 0
    [delivered] = (await post.scene.journal())[0]["deliveries"]
    assert (delivered["state"], delivered["problem"]) == ("failed", "refused")


async def test_a_mail_that_was_perhaps_taken_is_sent_again_under_the_same_id(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    post.sink.drops = 1
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await post.scene.task(2, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 1
    assert await post.pass_by(UNKNOWN_MS / 1_000) == 3
    ids = [mail["Message-ID"] for mail in post.sink.mails]
    assert len(set(ids)) == 2
    assert ids[0] in ids[1:], "a mailbox that knows its ids keeps one of them"


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
async def test_a_mail_server_that_hangs_up_before_it_has_the_mail_is_no_doubt(post: Post, at: str) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    post.sink.hangs_up_at = at
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 0
    [delivered] = (await post.scene.journal())[0]["deliveries"]
    assert (delivered["state"], delivered["problem"]) == ("planned", "no_answer")
    assert await post.pass_by(30) == 1


async def test_each_mail_is_written_down_before_the_next_one_is_handed_in(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    written: list[int] = []

    async def heard() -> None:
        [(count,)] = await post.scene.read("SELECT count(*) FROM delivery WHERE state = 'sent'")
        written.append(count)

    post.sink.heard = heard
    for number in range(3):
        await post.scene.task(number, remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 3
    assert written == [0, 1, 2], "a crash leaves one of them unknown"


async def test_a_mail_server_that_never_answers_is_asked_less_and_less_often(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    post.sink.drops = 1_000
    await post.scene.task(1, remind_at=ms("2026-11-19 10:30"))
    await post.at("2026-11-19 10:30")
    for _ in range(60):
        await post.pass_by(60)
    assert len(post.sink.mails) == 5, "at once, after 1, 2, 8 and 30 minutes, and not once a minute"


async def test_a_line_that_is_a_dot_does_not_end_the_mail(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    await post.scene.task(1, title=".", remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 1
    lines = post.sink.mails[0].get_content().splitlines()
    assert lines[:2] == [".", "Task for Bakery"]


async def test_a_name_cannot_write_headers(post: Post) -> None:
    await post.scene.phone.delete("/api/push/subscription")
    await post.scene.task(1, title="Samples\r\nBcc: all@demo.example\u2028x", remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 1
    [mail] = post.sink.mails
    assert mail["Subject"] == "Reminder: Samples Bcc: all@demo.example x"
    assert mail["Bcc"] is None
    assert post.sink.recipients == ["marek@demo.example"]


async def test_a_persian_mail_keeps_its_letters_and_joins(post: Post) -> None:
    await post.scene.write("person", MAREK, "shared", locale="fa")
    await post.scene.phone.delete("/api/push/subscription")
    await post.scene.task(1, title="پیش‌فاکتور", remind_at=ms("2026-11-19 10:30"))
    assert await post.at("2026-11-19 10:30") == 1
    assert "پیش‌فاکتور" in post.sink.mails[0]["Subject"]
    assert "کار برای" in post.sink.mails[0].get_content()


async def test_a_mail_that_waits_while_no_mail_server_is_configured_any_more_gives_nothing_to_do(
    tmp_path: Path,
) -> None:
    async with open_scene(tmp_path) as scene:
        await scene.task(1, remind_at=ms("2026-11-19 10:30"))
        await scene.at("2026-11-19 10:30")
        await scene.run_sql("UPDATE reminder SET fallback_at = 0")
        await scene.pass_by(0)
        assert await scene.states() == ["planned", "sent"]
        now_ms = scene.house.clock.now_ms
        database = scene.house.application.database
        assert not await database.read(lambda connection: is_anything_due(connection, now_ms))


async def test_a_mail_server_that_hangs_does_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    connected, over = asyncio.Event(), asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    address = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with open_scene(tmp_path, smtp=address, mail_from="crm@demo.example") as scene:
        await scene.phone.delete("/api/push/subscription")
        await scene.task(1, remind_at=ms("2026-11-19 10:30"))
        await scene.at("2026-11-19 10:30")
        async with asyncio.timeout(20):
            await connected.wait()
        begun = time.monotonic()
    assert time.monotonic() - begun < WITHIN_S / 2
    over.set()
    server.close()
    await server.wait_closed()


async def test_where_no_mail_server_is_configured_nothing_waits_for_one(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as scene:
        await scene.phone.delete("/api/push/subscription")
        await scene.task(1, remind_at=ms("2026-11-19 10:30"))
        await scene.at("2026-11-19 10:50")
        assert [entry["deliveries"] for entry in await scene.journal()] == [[]]
        assert await scene.read("SELECT count(*) FROM reminder WHERE fallback_at IS NOT NULL") == [(0,)]


async def test_the_time_until_the_email_can_be_set(tmp_path: Path) -> None:
    async with MailSink().running() as sink:
        chosen: dict[str, Any] = {"smtp": f"smtp://127.0.0.1:{sink.port}", "mail_from": "crm@demo.example"}
        async with open_scene(tmp_path, confirm_minutes=3, **chosen) as scene:
            post = Post(scene, sink)
            await scene.task(1, remind_at=ms("2026-11-19 10:30"))
            await post.at("2026-11-19 10:30")
            assert [await post.at("2026-11-19 10:32"), await post.at("2026-11-19 10:33")] == [0, 1]
            assert "http" not in sink.mails[0].get_content(), "no link where nobody knows the address"


def test_an_address_of_a_mail_server_is_read() -> None:
    assert mail_server_from("") is None
    assert mail_server_from("smtps://ada:p%40ss@mail.example") == MailServer(
        "mail.example", 465, is_tls=True, user="ada", password="p@ss"
    )
    assert mail_server_from("smtp://mail.example:2525") == MailServer("mail.example", 2525, is_tls=False)
    for wrong in ("mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x"):
        with pytest.raises(MailAddressError):
            mail_server_from(wrong)
    assert "p@ss" not in repr(mail_server_from("smtps://ada:p%40ss@mail.example"))


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"smtp": "http://ada:geheim@mail.example"}, "ROUTEBOOK_SMTP"),
        ({"smtp": "smtp://ada:geheim@mail.example"}, "ROUTEBOOK_MAIL_FROM"),
        ({"time_zone": "Nowhere/Else"}, "ROUTEBOOK_TIME_ZONE"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_named_without_its_password(
    tmp_path: Path, chosen: dict[str, Any], named: str
) -> None:
    with pytest.raises(ReminderSettingError, match=named) as raised:
        async with open_scene(tmp_path, **chosen):
            pass
    assert "geheim" not in str(raised.value)
