"""Mailing: what no device has shown goes out by e-mail, over one connection for all that waits."""

import asyncio
import contextlib
import smtplib
import ssl
import threading
import unicodedata
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from routebook_server.reminders.delivering import Letter, Outcome, Result
from routebook_server.reminders.payload import url_of
from routebook_server.reminders.wording import direction_of, say

WITHIN_S: Final = 20.0
_SCHEMES: Final = {"smtp": 587, "smtps": 465}
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_BREAKS: Final = {"Cc", "Zl", "Zp"}
_log: Final = structlog.get_logger()


class MailServer(msgspec.Struct, frozen=True):
    """Where e-mail is handed in."""

    host: str
    port: int
    is_tls: bool
    """From the first byte; otherwise it begins after a word, or not at all on this machine."""
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Return nothing that a log must not have."""
        return f"MailServer({self.host!r}, {self.port})"


class MailAddressError(ValueError):
    """Not the address of a mail server."""


def mail_server_from(address: str) -> MailServer | None:
    """Return the server of ``smtp://user:password@host:port`` or ``smtps://…``; None for "", MailAddressError."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port or _SCHEMES[parts.scheme]
    except (ValueError, KeyError):
        raise MailAddressError("it is none of smtp://user:password@host and smtps://user:password@host") from None
    if not parts.hostname:
        raise MailAddressError("it names no host")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port, parts.scheme == "smtps", user, password)


class Mailer:
    """Sends letters by e-mail. ``url`` is where people find the app, "" for unknown."""

    def __init__(self, server: MailServer | None, sender: str, url: str) -> None:
        self._server = server
        self._sender = sender
        self._url = url

    async def send(self, letters: Sequence[Letter], now_ms: int) -> list[Result]:
        """Send letters, and return what came of each; never raises for what the other side does.

        In a thread that nobody waits for at the end: a mail server that hangs must not keep ours from stopping.
        """
        loop = asyncio.get_running_loop()
        sent: asyncio.Future[list[Result]] = loop.create_future()

        def work() -> None:
            results = self._send(letters, now_ms)
            with contextlib.suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(lambda: None if sent.done() else sent.set_result(results))

        threading.Thread(target=work, name="mail", daemon=True).start()
        return await sent

    def _send(self, letters: Sequence[Letter], now_ms: int) -> list[Result]:
        results: list[Result] = []
        try:
            with self._connect() as connection:
                for letter in letters:
                    results.append(self._hand_in(connection, letter, now_ms))
                    if results[-1].outcome is Outcome.UNKNOWN:
                        break
        except Exception as error:  # noqa: BLE001 - whatever it was, it has to be said, or somebody waits for ever
            if not results:
                _log.error("the mail server cannot be used", error=type(error).__name__)
        done = {result.letter.id for result in results}
        return [*results, *(Result(one, Outcome.AGAIN, "mail_server") for one in letters if one.id not in done)]

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server is None:
            raise OSError("no mail server is configured")
        context = ssl.create_default_context()
        if server.is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=WITHIN_S, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=WITHIN_S)
        try:
            if not server.is_tls and server.host not in _LOOPBACK:
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_in(self, connection: smtplib.SMTP, letter: Letter, now_ms: int) -> Result:
        try:
            connection.send_message(self.message(letter, now_ms))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            return Result(letter, _refused(max(codes, default=550)), "refused")
        except smtplib.SMTPResponseException as error:
            return Result(letter, _refused(error.smtp_code), "refused")
        except (smtplib.SMTPServerDisconnected, OSError):
            return Result(letter, Outcome.UNKNOWN, "no_answer")
        except ValueError:
            return Result(letter, Outcome.FAILED, "bad_address")
        return Result(letter, Outcome.SENT)

    def message(self, letter: Letter, now_ms: int) -> EmailMessage:
        """Return the e-mail of a letter; one that is sent twice has the same Message-ID."""
        title, body, locale = _line(letter.wording.title), letter.wording.body, letter.locale
        made = EmailMessage()
        made["Subject"] = say(locale, "mail_subject", {"title": title})
        made["From"] = self._sender
        made["To"] = letter.email
        made["Date"] = formatdate(now_ms / 1_000)
        made["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2].strip('<> ') or 'routebook'}>"
        made["Content-Language"] = locale
        made["Auto-Submitted"] = "auto-generated"
        one = letter.reminder
        lines = [title, body, ""]
        if self._url:
            path = url_of(one.kind, one.root, of_customer=letter.of_customer)
            lines += [say(locale, "mail_open", {"url": f"{self._url}{path}"}), ""]
        lines.append(say(locale, "mail_reason"))
        mark = "\u200f" if direction_of(locale) == "rtl" else ""
        made.set_content("\n".join(f"{mark}{line}" if line else "" for line in lines) + "\n")
        return made


def _refused(code: int) -> Outcome:
    return Outcome.FAILED if code >= 500 else Outcome.AGAIN


def _line(text: str) -> str:
    """Return a text without what would begin another line of a header."""
    return " ".join("".join(" " if unicodedata.category(c) in _BREAKS else c for c in text).split())
