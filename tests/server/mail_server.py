"""Mail server: takes e-mail as a mail server does, one command a line, and keeps it."""

import asyncio
import contextlib
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from typing import Final

_GREETING: Final = b"220 mail.test ready\r\n"


class MailSink:
    """What came, and what is answered to the next recipients or contents in place of yes."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusals: list[str] = []
        """Answers to RCPT, like ``450 later``."""
        self.drops = 0
        """How often it hangs up once it has taken a mail, before it says so."""
        self.hangs_up_at = ""
        """The command at which it hangs up, once: it has taken nothing."""
        self.heard: Callable[[], Awaitable[None]] | None = None
        """What happens when a mail has been taken and before that is said."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one client."""
        writer.write(_GREETING)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := (await reader.readline()).decode().strip():
                verb = line[:4].upper()
                answer = "250 well"
                if verb == self.hangs_up_at:
                    self.hangs_up_at = ""
                    break
                match verb:
                    case "QUIT":
                        writer.write(b"221 bye\r\n")
                        break
                    case "RCPT":
                        answer = self.refusals.pop(0) if self.refusals else answer
                        self.recipients.append(line.partition("<")[2].rstrip(">"))
                    case "DATA":
                        writer.write(b"354 go on\r\n")
                        self._take(await reader.readuntil(b"\r\n.\r\n"))
                        if self.heard is not None:
                            await self.heard()
                        if self.drops:
                            self.drops -= 1
                            break
                writer.write(f"{answer}\r\n".encode())
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _take(self, raw: bytes) -> None:
        text = raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        parsed = email.message_from_bytes(text, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["MailSink"]:
        """Serve on a port of this machine."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()
