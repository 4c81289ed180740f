"""What the texts of our notes are made of: a title, decimal numbers, words of 32 bytes."""

from __future__ import annotations

from typing import Final

from ..kernel.base64_strict import from_base64
from ..kernel.formats import LOG_ORIGIN, LOG_ORIGIN_MAX_CHARS

#: Hashes and Ed25519 public keys alike.
WORD_BYTES: Final = 32
FIRST_EPOCH: Final = 1


def log_of_title(line: str, suffix: str) -> str | None:
    """The log of a first line ``<log><suffix>``; None when it is no such line."""
    log = line.removesuffix(suffix)
    holds = line != log and len(log) <= LOG_ORIGIN_MAX_CHARS and LOG_ORIGIN.fullmatch(log)
    return log if holds else None


def lines_of_text(text: str) -> list[str]:
    """The lines of a text that ends in a newline; none of any other."""
    return text[:-1].split("\n") if text.endswith("\n") else []


def parse_word(text: str) -> bytes | None:
    """32 bytes in strict base64."""
    data = from_base64(text)
    return data if data is not None and len(data) == WORD_BYTES else None


def checkpoint_origin(log: str, epoch: int) -> str:
    """First line of an epoch's checkpoints, and name of the log keys in their notes."""
    return log if epoch == FIRST_EPOCH else f"{log}/{epoch}"
