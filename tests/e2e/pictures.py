"""Pictures: what a phone's camera hands over, with the place and the way up written beside the pixels."""

import base64
import struct
from typing import Final

from playwright.sync_api import FilePayload, Locator, Page

PLACE: Final = b"50.0614 N 19.9366 E"
"""What no photo may carry to the server."""
WIDTH, HEIGHT = 2_400, 1_800
"""As the sensor has it; upright it is the other way round."""
_DRAW: Final = """async ([width, height, hue]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = `hsl(${hue} 30% 82%)`;
  pen.fillRect(0, 0, width, height);
  for (let row = 0; row < 4; row += 1) {
    for (let at = 0; at < 14; at += 1) {
      pen.fillStyle = `hsl(${(hue + at * 29 + row * 67) % 360} 55% ${38 + ((at * 7 + row * 5) % 30)}%)`;
      pen.fillRect(60 + at * 165, 90 + row * 430 + ((at * 53) % 90), 140, 300 - ((at * 53) % 90));
    }
    pen.fillStyle = "#6b4f36";
    pen.fillRect(0, 395 + row * 430, width, 26);
  }
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  const reader = new FileReader();
  await new Promise((resolve) => { reader.onload = resolve; reader.readAsDataURL(blob); });
  return reader.result.split(",")[1];
}"""


def take(page: Page, *, hue: int = 150, name: str = "IMG_2026.jpg") -> FilePayload:
    """Return a photo of a shelf, lying on its side, as a camera that knows where it is writes it."""
    drawn = base64.b64decode(page.evaluate(_DRAW, [WIDTH, HEIGHT, hue]))
    body = drawn[:2] + _exif() + drawn[2:]
    return {"name": name, "mimeType": "image/jpeg", "buffer": body}


def _exif() -> bytes:
    """Return the segment that says: turn me a quarter to the right, and this is where I was."""
    entries = [
        struct.pack("<HHII", 0x0112, 3, 1, 6),  # the way up
        struct.pack("<HHII", 0x010E, 2, len(PLACE) + 1, 8 + 2 + 2 * 12 + 4),  # a description
    ]
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + entries[1] + entries[0] + bytes(4) + PLACE + b"\0"
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def tap_and_choose(page: Page, button: Locator, *pictures: FilePayload) -> None:
    """Tap a button that opens the camera, and let it hand over these pictures."""
    with page.expect_file_chooser() as chooser:
        button.tap()
    chooser.value.set_files(list(pictures))
