"""Mailing: what no device has shown goes out by e-mail, over one connection for all that waits."""

import asyncio
import contextlib
import re
import smtplib
import ssl
import threading
import unicodedata
from collections.abc import AsyncGenerator, Iterator, Sequence
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from routebook_server.reminders.letters import Letter, Outcome, Result
from routebook_server.reminders.payload import url_of
from routebook_server.reminders.wording import direction_of, say

WITHIN_S: Final = 20.0
_SCHEMES: Final = {"smtp": 587, "smtps": 465}
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_TAKEN: Final = 250
_FORWARDED: Final = 251
_GO_ON: Final = 354
_HUNG_UP: Final = "no_answer"
_ON_THE_LINE: Final = policy.SMTP.clone(cte_type="7bit")
_DOTS: Final = re.compile(rb"(?m)^\.")
"""A line of its own begins with one more: a dot alone is the end."""
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

    async def send(self, letters: Sequence[Letter], now_ms: int) -> AsyncGenerator[Result, None]:
        """Send letters, and yield what came of each before the next one is handed in.

        Never raises for what the other side does. In a thread that nobody waits for at the end: a mail server that
        hangs must not keep ours from stopping.
        """
        loop = asyncio.get_running_loop()
        results: asyncio.Queue[Result | None] = asyncio.Queue()
        go_on, is_over = threading.Semaphore(0), threading.Event()

        def work() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone
                for result in self._send(letters, now_ms):
                    loop.call_soon_threadsafe(results.put_nowait, result)
                    go_on.acquire()
                    if is_over.is_set():
                        return
                loop.call_soon_threadsafe(results.put_nowait, None)

        threading.Thread(target=work, name="mail", daemon=True).start()
        try:
            while (result := await results.get()) is not None:
                yield result
                go_on.release()
        finally:
            is_over.set()
            go_on.release()

    def _send(self, letters: Sequence[Letter], now_ms: int) -> Iterator[Result]:
        done = 0
        try:
            with self._connect() as connection:
                for letter in letters:
                    result = self._hand_in(connection, letter, now_ms)
                    done += 1
                    yield result
                    if result.problem == _HUNG_UP:
                        break
        except Exception as error:  # noqa: BLE001 - whatever it was, it has to be said, or somebody waits for ever
            if not done:
                _log.error("the mail server cannot be used", error=type(error).__name__)
        for letter in letters[done:]:
            yield Result(letter, Outcome.AGAIN, "mail_server")

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
        """Hand in one letter. Only between its last line and the answer to that nobody knows whether it was taken."""
        try:
            content = self.message(letter, now_ms).as_bytes(policy=_ON_THE_LINE)
            self._announce(connection, letter)
            connection.send(_DOTS.sub(b"..", content))
        except smtplib.SMTPResponseException as error:
            return Result(letter, _refused(error.smtp_code), "refused")
        except (smtplib.SMTPServerDisconnected, OSError):
            return Result(letter, Outcome.AGAIN, _HUNG_UP)
        except ValueError:
            return Result(letter, Outcome.FAILED, "bad_address")
        try:
            connection.send(b".\r\n")
            code, _text = connection.getreply()
        except (smtplib.SMTPServerDisconnected, OSError):
            return Result(letter, Outcome.UNKNOWN, _HUNG_UP)
        return Result(letter, Outcome.SENT) if code == _TAKEN else Result(letter, _refused(code), "refused")

    def _announce(self, connection: smtplib.SMTP, letter: Letter) -> None:
        """Say from whom and to whom, until the content is asked for; what ``smtplib`` raises, ValueError."""
        if not letter.email.isascii():
            raise ValueError("an address that this mail server need not understand")
        connection.ehlo_or_helo_if_needed()
        _expect(connection.rset(), _TAKEN)
        _expect(connection.mail(parseaddr(self._sender)[1]), _TAKEN)
        _expect(connection.rcpt(parseaddr(letter.email)[1]), _TAKEN, _FORWARDED)
        _expect(connection.docmd("DATA"), _GO_ON)

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


def _expect(answer: tuple[int, bytes], *well: int) -> None:
    code, text = answer
    if code not in well:
        raise smtplib.SMTPResponseException(code, text)


def _refused(code: int) -> Outcome:
    return Outcome.FAILED if code >= 500 else Outcome.AGAIN


def _line(text: str) -> str:
    """Return a text without what would begin another line of a header."""
    return " ".join("".join(" " if unicodedata.category(c) in _BREAKS else c for c in text).split())
