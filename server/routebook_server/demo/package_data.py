"""The demo's data files, which are part of the package."""

from importlib import resources


def read_data(path: str) -> bytes:
    """Return the bytes of a file below ``data``; FileNotFoundError if there is none."""
    return resources.files("routebook_server.demo").joinpath("data", path).read_bytes()
