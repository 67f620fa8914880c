"""Browser: a real Chromium with a profile on disk, which a test can kill with -9 and start again."""

import contextlib
import os
import signal
import sqlite3
from pathlib import Path
from typing import Any, Final, Literal

from playwright.sync_api import BrowserContext, Page, Playwright

from e2e.house import wait_until
from e2e.wire import Wire

Device = Literal["phone", "tablet", "desktop"]
SIZES: Final[dict[str, dict[str, Any]]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "tablet": {
        "viewport": {"width": 820, "height": 1180},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "desktop": {"viewport": {"width": 1360, "height": 900}, "device_scale_factor": 1},
}
SESSION_COOKIE: Final = "routebook_session"
COOKIES_WRITTEN_AFTER: Final = 520
FEATURES_OFF: Final = (
    # Pages of the address bar, loaded at each start: half of its processor time, for what no phone has.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    # What Playwright turns off and matters here: Chromium takes the last list that it is given.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
]
MICROPHONE: Final = "--use-fake-device-for-media-stream"
"""One that beeps."""


class Browser:
    """One Chromium process tree with its own profile folder."""

    def __init__(
        self,
        playwright: Playwright,
        profile: Path,
        *,
        device: Device = "phone",
        locale: str = "en",
        zone: str = "Europe/Warsaw",
        dark: bool = False,
        place: tuple[float, float] | None = (50.0614, 19.9366),
        microphone: bool = False,
        service_workers: Literal["allow", "block"] = "allow",
        user_agent: str | None = None,
    ) -> None:
        self._playwright = playwright
        self.profile = profile
        self._options: dict[str, Any] = {
            **SIZES[device],
            "locale": locale,
            "timezone_id": zone,
            "color_scheme": "dark" if dark else "light",
            "reduced_motion": "reduce",
            "service_workers": service_workers,
        }
        if user_agent is not None:
            self._options["user_agent"] = user_agent
        if place is not None:
            self._options |= {
                "geolocation": {"latitude": place[0], "longitude": place[1], "accuracy": 20},
                "permissions": ["geolocation"],
            }
        self._arguments = [*ARGUMENTS, *([MICROPHONE] if microphone else [])]
        if microphone:
            self._options["permissions"] = [*self._options.get("permissions", []), "microphone"]
        self._context: BrowserContext | None = None

    def open(self) -> Page:
        """Start the browser, or open one more page in it."""
        if self._context is None:
            self._context = self._playwright.chromium.launch_persistent_context(
                str(self.profile),
                executable_path=os.environ["CHROMIUM"],
                args=self._arguments,
                headless=True,
                **self._options,
            )
            self._context.set_default_timeout(30_000)
            return self._context.pages[0]
        return self._context.new_page()

    @property
    def context(self) -> BrowserContext:
        """The running browser's context."""
        assert self._context is not None
        return self._context

    def flush_cookies(self) -> None:
        """Make Chromium write its cookies now: by itself it waits for 512 changes or half a minute.

        A busy machine was seen not to write after 512 changes, so the half minute is waited for as well.
        """
        self.context.add_cookies(
            [
                {"name": f"filler{number}", "value": "1", "url": "http://filler.example/", "expires": 4_000_000_000}
                for number in range(COOKIES_WRITTEN_AFTER)
            ]
        )
        [jar] = self.profile.rglob("Cookies")

        def written() -> bool:
            with contextlib.closing(sqlite3.connect(f"file:{jar}?mode=ro", uri=True)) as database:
                try:
                    return bool(database.execute("SELECT 1 FROM cookies WHERE name = ?", (SESSION_COOKIE,)).fetchone())
                except sqlite3.OperationalError:
                    return False  # being written at this moment

        wait_until(written, 90, "the session's cookie is on disk")

    def lose_network(self, wire: Wire) -> None:
        """Cut the wire, and let the browser hear of it as from the phone's radio."""
        wire.cut()
        self.context.set_offline(True)

    def regain_network(self, wire: Wire) -> None:
        """Mend the wire, and let the browser hear of it."""
        wire.mend()
        self.context.set_offline(False)

    def kill(self) -> None:
        """Kill every process of this browser with -9."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                if str(self.profile).encode() in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
        if self._context is not None:
            with contextlib.suppress(Exception):
                self._context.close()
        self._context = None
        for lock in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / lock).unlink(missing_ok=True)

    def close(self) -> None:
        """Close it in good order."""
        if self._context is not None:
            self._context.close()
        self._context = None
