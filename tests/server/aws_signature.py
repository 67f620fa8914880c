"""AWS signature version 4, from the side of whoever is asked: does the request bear the secret's mark?

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=(?P<key>[^/]+)/(?P<scope>\d{{8}}/[^/]+/s3/aws4_request), ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_MAY_DIFFER = timedelta(minutes=15)
_UNSIGNED = "UNSIGNED-PAYLOAD"


def refuse(line: str, headers: Mapping[str, str], body: bytes, key: str, secret: str) -> str:
    """Return why a request is not taken, "" if it is.

    ``line`` is its method and path, the names of ``headers`` are in lower case.
    """
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None or found["key"] != key:
        return "AccessDenied"
    names, at = found["headers"].split(";"), headers.get("x-amz-date", "")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names) or not at.startswith(found["scope"][:8]):
        return "AccessDenied"
    if abs(datetime.now(UTC) - datetime.strptime(at, "%Y%m%dT%H%M%S%z")) > _MAY_DIFFER:
        return "RequestTimeTooSkewed"
    payload = headers["x-amz-content-sha256"]
    if payload not in {_UNSIGNED, hashlib.sha256(body).hexdigest()}:
        return "XAmzContentSHA256Mismatch"
    method, _, path = line.partition(" ")
    parts = urlsplit(path)
    query = "&".join(sorted(one if "=" in one else f"{one}=" for one in parts.query.split("&") if one))
    lines = [f"{name}:{' '.join(headers.get(name, '').split())}" for name in names]
    canonical = "\n".join([method, parts.path, query, *lines, "", found["headers"], payload])
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([ALGORITHM, at, found["scope"], hashed])
    mark = f"AWS4{secret}".encode()
    for step in (*found["scope"].split("/"), text):
        mark = hmac.digest(mark, step.encode(), "sha256")
    return "" if hmac.compare_digest(mark.hex(), found["signature"]) else "SignatureDoesNotMatch"
