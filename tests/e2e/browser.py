"""Browser: a real Chromium with a profile on disk, which a test can kill with -9 and start again."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Any, Final, Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

from e2e.thumb import CLOCK
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
    """One Chromium process tree with its own profile folder.

    ``whole``: with what stands around a page in it, notifications above all, and its codecs. Else Chromium's headless
    shell, where there is one: that draws and stores as the whole does, in far less processor time.
    """

    def __init__(
        self,
        playwright: Playwright,
        profile: Path,
        *,
        device: Device = "phone",
        locale: str = "en",
        zone: str | None = "Europe/Warsaw",
        dark: bool = False,
        place: tuple[float, float] | None = (50.0614, 19.9366),
        microphone: bool = False,
        whole: bool = False,
        service_workers: Literal["allow", "block"] = "allow",
        user_agent: str | None = None,
    ) -> None:
        self._playwright = playwright
        whole_program = os.environ["CHROMIUM"]
        self._program = whole_program if whole or microphone else os.environ.get("CHROMIUM_SHELL", whole_program)
        self.profile = profile
        self._options: dict[str, Any] = {
            **SIZES[device],
            "locale": locale,
            "color_scheme": "dark" if dark else "light",
            "reduced_motion": "reduce",
            "service_workers": service_workers,
        }
        if zone is not None:
            self._options["timezone_id"] = zone
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
        self.errors: list[str] = []
        """What went wrong in its pages, by their own words."""

    def open(self) -> Page:
        """Start the browser, or open one more page in it."""
        if self._context is None:
            self._context = self._playwright.chromium.launch_persistent_context(
                str(self.profile),
                executable_path=self._program,
                args=self._arguments,
                headless=True,
                **self._options,
            )
            self._context.set_default_timeout(30_000)
            self._context.add_init_script(CLOCK)
            self._context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
            self._context.on("console", self._note)
            return self._context.pages[0]
        return self._context.new_page()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")

    @property
    def pages(self) -> list[Page]:
        """What is open in it, nothing where it does not run."""
        return [] if self._context is None else self._context.pages

    @property
    def context(self) -> BrowserContext:
        """The running browser's context."""
        assert self._context is not None
        return self._context

    def restart(self, page: Page) -> Page:
        """Close it in good order and open the same address again: whoever is killed afterwards is still signed in.

        Chromium writes a cookie to the disk half a minute after it was set, or when it is closed.
        """
        address = page.url
        self.close()
        page = self.open()
        page.goto(address)
        return page

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
