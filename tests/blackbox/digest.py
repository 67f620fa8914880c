"""The digest of what the server holds of a bucket; the twin of ``pwa/headless/digest.ts``."""

import hashlib
import json
from typing import Any, Final

from reading import read_rows
from routebook_sync.joins import canonical
from routebook_sync.messages import MOVED, View

_COLUMN: Final = {View.FULL: "doc", View.REP: "coalesce(open, doc)"}


def digests(database: str, view: View = View.REP) -> dict[str, dict[str, Any]]:
    """Return rows and digest of every bucket in the database at an address, as a device of this view would hold it."""
    lines_by_bucket: dict[str, list[tuple[str, bytes]]] = {}
    for bucket, kind, doc in read_rows(database, f"SELECT bucket, kind, {_COLUMN[view]} FROM record"):
        if kind == MOVED:
            continue
        row = json.loads(doc)
        line = canonical([kind, row["i"], row["r"], row.get("h", 0), row.get("v", {}), row.get("s", {})])
        lines_by_bucket.setdefault(bucket, []).append((row["i"], line))
    found = {}
    for bucket, lines in lines_by_bucket.items():
        lines.sort()
        whole = hashlib.sha256(b"".join(line for _id, line in lines))
        found[bucket] = {"rows": len(lines), "digest": whole.hexdigest()}
    return found
