"""Imports run one way, as docs/architecture.md draws them. A new folder is given its place here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "server" / "routebook_server"
PROTOCOL = ROOT / "sync" / "python" / "routebook_sync"
APP = ROOT / "pwa" / "src"
CORE = ROOT / "sync" / "ts" / "src"

LEAVES: Final = {"database", "settings"}
"""Modules and folders of the server that every part may use and that use no part."""
SERVER_ARROWS: Final = {
    "records": set[str](),
    "gateway": {"records"},
    "identity": {"gateway", "records"},
    "web": {"gateway"},
    "reminders": {"identity", "gateway", "records"},
    "files": {"gateway", "records"},
    "roads": {"gateway", "records"},
    "backup": {"identity", "records", "reminders", "roads"},
    "holidays": {"records"},
    "demo": {"files", "holidays", "identity", "gateway", "records"},
}
"""What each part of the server may use beside itself, the leaves and the protocol."""
ROOTS: Final = {
    "app", "administering", "cli", "filling", "garbage", "keeping", "logs", "opening", "scheduler", "serving",
    "supervising",
}  # fmt: skip
"""The composition root: uses everything, used by no part."""

PURE: Final = {"clock", "joins", "base32", "normalise", "identifier"}
"""Modules of the protocol that know no entity."""
CALCULATION: Final = {
    "bisect", "collections", "enum", "functools", "msgspec", "re", "routebook_sync", "typing", "unicodedata", "zlib",
}  # fmt: skip
"""All that the protocol may import: nothing here reads a clock, a file, a socket or chance."""

APP_ARROWS: Final = {
    "lib/browser": set(),
    "lib/i18n": {"lib/browser", "lib/paraglide", "sync/ts"},
    "lib/store": {"lib/browser", "lib/sync", "sync/ts"},
    "lib/sync": {"lib/store", "sync/ts"},
    "lib/api": {"lib/store", "sync/ts"},
    "lib/domain": {"lib/store", "lib/i18n", "sync/ts"},
    "lib/ui": {"lib/browser", "lib/domain", "lib/i18n", "sync/ts"},
    "lib/pwa": {"lib/api", "lib/browser"},
    "lib/shell": {
        "lib/api",
        "lib/browser",
        "lib/domain",
        "lib/i18n",
        "lib/pwa",
        "lib/store",
        "lib/sync",
        "lib/ui",
        "sync/ts",
    },
}
"""What each folder of the app may use beside itself; routes may use all of them, nobody uses routes."""
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']|new URL\(\s*["'](\.[^"']+)["']""")


def _imports(path: Path) -> set[str]:
    """Return the modules that a Python file imports, a ``from package import module`` as both."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _parts(imports: set[str], package: str) -> set[str]:
    return {name.split(".")[1] for name in imports if name.startswith(f"{package}.")}


@pytest.mark.parametrize("part", sorted(SERVER_ARROWS))
def test_a_part_of_the_server_uses_only_what_lies_below(part: str) -> None:
    allowed = {part} | LEAVES | SERVER_ARROWS[part]
    for path in sorted((SERVER / part).rglob("*.py")):
        used = {
            name for name in _parts(_imports(path), "routebook_server") if (SERVER / name).exists() or _is_module(name)
        }
        assert used <= allowed, f"{path.relative_to(ROOT)} uses {sorted(used - allowed)}"


def _is_module(name: str) -> bool:
    return (SERVER / f"{name}.py").exists()


def test_every_part_of_the_server_has_its_place() -> None:
    parts = {path.parent.name for path in SERVER.glob("*/__init__.py")}
    modules = {path.stem for path in SERVER.glob("*.py")} - {"__init__", "__main__"}
    assert parts | modules == set(SERVER_ARROWS) | LEAVES | ROOTS


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_a_leaf_uses_no_part(leaf: str) -> None:
    sources = [SERVER / f"{leaf}.py"] if _is_module(leaf) else sorted((SERVER / leaf).rglob("*.py"))
    for path in sources:
        assert _parts(_imports(path), "routebook_server") <= {leaf}, path


def test_the_protocol_knows_nothing_of_the_server_and_only_calculates() -> None:
    for path in sorted(PROTOCOL.rglob("*.py")):
        if path.stem == "generate":  # writes files at `make gen`, never part of a replica
            continue
        foreign = {name.split(".")[0] for name in _imports(path)} - CALCULATION
        assert foreign == set(), f"{path.relative_to(ROOT)} imports {sorted(foreign)}"
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"open", "print", "input", "exec", "eval", "__import__"}, path


def test_clock_joins_and_texts_know_no_entity() -> None:
    for name in sorted(PURE):
        used = {
            part
            for part in _parts(_imports(PROTOCOL / f"{name}.py"), "routebook_sync")
            if (PROTOCOL / f"{part}.py").exists()
        }
        assert used <= PURE, f"{name} uses {sorted(used - PURE)}"
        assert "routebook_sync.entities" not in _imports(PROTOCOL / f"{name}.py")


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".ts", ".svelte"} and "paraglide" not in path.parts and ".test." not in path.name:
            yield path


def _folder(path: Path, target: str) -> str | None:
    """Return the folder that an import leads to, or None for a package."""
    if target.startswith("$sync/"):
        return "sync/ts"
    for alias in ("#lib/", "$lib/"):
        if target.startswith(alias):
            return f"lib/{target.removeprefix(alias).split('/')[0]}"
    if not target.startswith("."):
        return None
    found = (path.parent / target).resolve()
    if found.is_relative_to(CORE):
        return "sync/ts"
    if not found.is_relative_to(APP):
        return str(found)
    parts = found.relative_to(APP).parts
    return "/".join(parts[:2]) if parts[0] == "lib" else parts[0]


def _used(path: Path) -> set[str]:
    targets = {match[0] or match[1] for match in _IMPORTED.findall(path.read_text(encoding="utf-8"))}
    return {folder for target in targets if (folder := _folder(path, target)) is not None}


@pytest.mark.parametrize("folder", sorted(APP_ARROWS))
def test_a_folder_of_the_app_uses_only_what_lies_below(folder: str) -> None:
    for path in _sources(APP / folder):
        allowed = {folder} | APP_ARROWS[folder]
        assert _used(path) <= allowed, f"{path.relative_to(ROOT)} uses {sorted(_used(path) - allowed)}"


def test_every_folder_of_the_app_has_its_place() -> None:
    folders = {f"lib/{path.name}" for path in (APP / "lib").iterdir() if any(_sources(path))}
    assert folders <= set(APP_ARROWS)


def test_screens_use_only_folders_that_have_their_place() -> None:
    used = {folder for path in _sources(APP / "routes") for folder in _used(path)}
    assert used <= {"routes", "sync/ts", *APP_ARROWS}
    assert {"lib/ui", "lib/store"} <= used


def test_the_typescript_core_uses_nothing_but_itself() -> None:
    sources = list(_sources(CORE))
    assert len(sources) > 8
    for path in sources:
        targets = {match[0] or match[1] for match in _IMPORTED.findall(path.read_text(encoding="utf-8"))}
        assert all(re.fullmatch(r"\./[a-z0-9_]+(\.gen)?\.ts", target) for target in targets), f"{path.name}: {targets}"
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\bDate\b|\bMath\.random\b|\bcrypto\b|\bfetch\b|\bperformance\b|\bprocess\b", text), (
            path.name
        )
