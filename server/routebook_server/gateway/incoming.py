"""Incoming: reads a sync request so that one broken edit spoils neither the others nor the queue behind it."""

import re
from typing import Any, Final

import msgspec

from routebook_server.gateway.problem import ProblemError, make_problem
from routebook_server.records.push import Unread
from routebook_sync.checksum import sums_from_text
from routebook_sync.messages import (
    MAX_BUCKETS,
    MAX_EDIT_BYTES,
    MAX_EDITS,
    PROTOCOL,
    Edit,
    ProblemCode,
    SyncRequest,
    Verdict,
    VerdictKind,
    View,
)

_REQUEST: Final = msgspec.json.Decoder(SyncRequest)
_EDIT: Final = msgspec.json.Decoder(Edit)
# JavaScript writes half an emoji, as left by cutting a text, as a lone surrogate; no decoder takes the request then.
_ESCAPE: Final = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_MENDED: Final = b"\\ufffd"
_SUSPECT: Final = re.compile(rb"\\u(?:fffd|0000)")
_UNREADABLE: Final = (ValueError, RecursionError)
"""What the decoder raises: DecodeError and UnicodeDecodeError are ValueErrors."""


class _Handshake(msgspec.Struct):
    protocol: int


class _Name(msgspec.Struct):
    """What can be read of nearly every edit."""

    n: int
    group: str = ""


class _Number(msgspec.Struct):
    n: int


_HANDSHAKE: Final = msgspec.json.Decoder(_Handshake)
_NAME: Final = msgspec.json.Decoder(_Name)
_NUMBER: Final = msgspec.json.Decoder(_Number)
_VIEWS: Final = {view.value: view for view in View}


def read_request(body: bytes) -> SyncRequest:
    """Return the request; ProblemError for what cannot be read, is too large or speaks a future protocol."""
    try:
        request = _decode(body)
    except _UNREADABLE as error:
        if _protocol(body) > PROTOCOL:
            raise ProblemError(make_problem(ProblemCode.FUTURE_PROTOCOL)) from None
        raise ProblemError(make_problem(ProblemCode.MALFORMED, _sentence(error))) from None
    if request.protocol > PROTOCOL:
        raise ProblemError(make_problem(ProblemCode.FUTURE_PROTOCOL))
    if request.protocol < 1:
        raise ProblemError(make_problem(ProblemCode.MALFORMED, "There is no such protocol.", field="protocol"))
    if len(request.edits) > MAX_EDITS:
        raise ProblemError(make_problem(ProblemCode.TOO_LARGE, f"At most {MAX_EDITS} edits at once.", field="edits"))
    if len(request.cursors) > MAX_BUCKETS:
        raise ProblemError(make_problem(ProblemCode.TOO_LARGE, f"At most {MAX_BUCKETS} cursors.", field="cursors"))
    return request


def read_view(view: str) -> View:
    """Return the view that a device holds its rows in; it was sent that of a rep if it names none (SPEC R35)."""
    return _VIEWS.get(view, View.REP)


def read_check(check: dict[str, str]) -> dict[str, list[int]]:
    """Return the checksums of each partition by bucket; ProblemError where they cannot be read."""
    try:
        return {bucket: sums_from_text(text) for bucket, text in check.items()}
    except ValueError as error:
        raise ProblemError(make_problem(ProblemCode.MALFORMED, _sentence(error), field="check")) from None


def _decode(body: bytes) -> SyncRequest:
    try:
        return _REQUEST.decode(body)
    except _UNREADABLE:
        mended = _ESCAPE.sub(_mend_escape, body)
        if mended == body:
            raise
        return _REQUEST.decode(mended)


def _mend_escape(found: re.Match[bytes]) -> bytes:
    return _MENDED if found["lone"] else found[0]


def read_edits(raws: list[msgspec.Raw]) -> tuple[list[Edit | Unread], frozenset[int]]:
    """Return each edit, or what refuses it, and the numbers of those whose text was mended.

    ProblemError where not even an edit's number can be read.
    """
    mended: set[int] = set()
    edits: list[Edit | Unread] = []
    for position, raw in enumerate(raws):
        try:
            if len(raw) > MAX_EDIT_BYTES:
                edits.append(_refuse(raw, position, ProblemCode.TOO_LARGE, f"At most {MAX_EDIT_BYTES} bytes an edit."))
                continue
            edit = _EDIT.decode(raw)
        except _UNREADABLE as error:
            sentence = _sentence(error)
            stamp = "`$.at" in sentence or "`$.base" in sentence
            edits.append(_refuse(raw, position, ProblemCode.BAD_STAMP if stamp else ProblemCode.MALFORMED, sentence))
            continue
        if _SUSPECT.search(raw) is None:
            edits.append(edit)
            continue
        if _MENDED in bytes(raw):
            mended.add(edit.n)
        # PostgreSQL stores no NUL, and no person types one.
        nul = _field_with_nul(edit)
        if nul is None:
            edits.append(edit)
        else:
            sentence = "Text must not hold a NUL character."
            edits.append(_unread(_Name(edit.n, edit.group), ProblemCode.WRONG_TYPE, sentence, nul))
    return edits, frozenset(mended)


def _refuse(raw: msgspec.Raw, position: int, code: ProblemCode, sentence: str) -> Unread:
    name = _name(raw)
    if name.n < 1:
        detail = f"The edit at position {position} has no number that can be read: {sentence}"
        raise ProblemError(make_problem(ProblemCode.MALFORMED, detail, field="edits"))
    return _unread(name, code, sentence)


def _name(raw: msgspec.Raw) -> _Name:
    try:
        return _NAME.decode(raw)
    except _UNREADABLE:
        pass
    try:
        return _Name(_NUMBER.decode(raw).n)
    except _UNREADABLE:
        return _Name(0)


def _unread(name: _Name, code: ProblemCode, sentence: str, field: str = "") -> Unread:
    return Unread(Verdict(name.n, VerdictKind.REJECTED, code.value, field, sentence), name.group)


def _field_with_nul(edit: Edit) -> str | None:
    for name, value in edit.v.items():
        if "\x00" in name or _has_nul(value):
            return name.replace("\x00", "")
    return "" if "\x00" in edit.kind + edit.root + edit.group else None


def _has_nul(value: Any) -> bool:
    # Not by recursion: the decoder takes deeper nesting than Python's own calls may have.
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            if "\x00" in part:
                return True
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part
            waiting += part.values()
    return False


def _protocol(body: bytes) -> int:
    try:
        return _HANDSHAKE.decode(body).protocol
    except _UNREADABLE:
        return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "The JSON is nested too deeply."
    if isinstance(error, UnicodeDecodeError):
        return "The body is not UTF-8."
    return f"{error}."
