"""The secret of a class, and the seed that every answer gets from it.

A verdict shows expected numbers, which teaches. So no two different answers are graded on the same inputs: a table made
of what earlier verdicts said fits none that are to come. One and the same answer gets one and the same verdict for
ever.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from kata.errors import UsageError

FILE = "kata_secret"
LEAST = 16  # characters; what `secret_in` makes has 64
SEED_BITS = 52  # as many as every reader of JSON keeps


def secret_in(file: Path) -> str:
    """The secret that is kept in this file, which only its owner can read; made at first, or by an instructor before.

    Raises:
        UsageError: it is too short to be one, or cannot be read or kept.
    """
    try:
        if not file.exists():
            _make(file)
    except OSError as error:
        raise UsageError(f"the secret of the class cannot be kept in {file}: {error.strerror or error}") from None
    return known(file)


def _make(file: Path) -> None:
    """Write it beside and link it, so that whoever reads it meanwhile sees all of it or none; the first one stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)  # only its owner may read it
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(f"{secrets.token_hex(32)}\n")
        with contextlib.suppress(FileExistsError):
            os.link(beside, file)
    finally:
        Path(beside).unlink()


def known(file: Path) -> str:
    """The secret in this file.

    Raises:
        UsageError: there is none.
    """
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the secret of the class cannot be read: {error}") from None
    if len(secret) < LEAST:
        raise UsageError(f"{file} is too short for a secret: write {LEAST} characters or more into it, or remove it.")
    return secret


def seed_of(secret: str, exercise: str, text: str) -> int:
    """The seed of this answer to this exercise in this class."""
    key = hashlib.blake2b(secret.encode()).digest()
    found = hashlib.blake2b(f"{exercise}\n{text}".encode(errors="surrogatepass"), key=key, digest_size=8).digest()
    return int.from_bytes(found, "big") >> (64 - SEED_BITS)
