"""One pass over a file's bytes: its SHA-256 and the encoding of its text."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from allay_metrics.errors import FileProblem

CP1252 = "read as cp1252"  # starts the note of a file whose encoding is a guess
_BLOCK = 1 << 20
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "an old or password-protected Excel workbook",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed archive",
}


@dataclass(frozen=True)
class FileBytes:
    """Hash and encoding of a file; `encoding` is '' for a workbook."""

    sha256: str
    encoding: str
    note: str = ""


def inspect_bytes(path: Path) -> FileBytes:
    """Return hash and encoding. Raises FileProblem if it is empty, binary or cannot be opened."""
    start = read_first_bytes(path)
    for mark, kind in _OTHER_KINDS.items():
        if start.startswith(mark):
            raise FileProblem(f"{path.name} is {kind}; save it as CSV or .xlsx and choose that.")
    digest = hashlib.sha256()
    if start.startswith(b"PK\x03\x04"):
        for block in _read_blocks(path):
            digest.update(block)
        return FileBytes(digest.hexdigest(), "")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problem = _find_decoding_error(path, "utf-16", digest)
        if problem:
            raise FileProblem(f"{path.name} begins as UTF-16 but is not: {problem}.")
        return FileBytes(digest.hexdigest(), "utf-16", "read as UTF-16")
    return _inspect_eight_bit(path, digest)


def read_first_bytes(path: Path) -> bytes:
    """Return the first 8 bytes. Raises FileProblem if it is empty or cannot be opened."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise FileProblem(f"{path.name} cannot be opened: {error.strerror or error}.") from None
    if not start:
        raise FileProblem(f"{path.name} is empty.")
    return start


def _inspect_eight_bit(path: Path, digest: "hashlib._Hash") -> FileBytes:
    problem = _find_decoding_error(path, "utf-8", digest)
    if not problem:
        return FileBytes(digest.hexdigest(), "utf-8-sig")
    if "NUL" in problem:
        raise FileProblem(f"{path.name} is not a text file: {problem}.")
    other = _find_decoding_error(path, "cp1252", hashlib.sha256())
    if other:
        raise FileProblem(f"{path.name} is neither UTF-8 ({problem}) nor cp1252 ({other}).")
    return FileBytes(digest.hexdigest(), "cp1252", f"{CP1252}, since it is not UTF-8 ({problem})")


def _find_decoding_error(path: Path, encoding: str, digest: "hashlib._Hash") -> str:
    """Update the digest with the whole file; return why it cannot be decoded, else ''."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position, problem = 0, ""
    for block in _read_blocks(path):
        digest.update(block)
        if not problem:
            problem = _find_error_in_block(decoder, block, position)
        position += len(block)
    # A character cut off at the very end means a truncated file, not another encoding.
    return problem


def _find_error_in_block(decoder: codecs.IncrementalDecoder, block: bytes, position: int) -> str:
    try:
        text = decoder.decode(block)
    except UnicodeDecodeError as error:
        return f"byte {position + error.start + 1:,} does not fit"
    if "\0" in text:
        return f"it holds a NUL character near byte {position + 1:,}"
    return ""


def _read_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
