"""Identifiers of invented people: NHS numbers of the 999 test range, and the agencies' own numbers."""

import numpy as np

from hiu.errors import UsageError
from hiu.synth.lists import Generator, Ints, Words

_WEIGHTS = np.arange(10, 1, -1)


def check_digit(body: Ints) -> Ints:
    """Modulus-11 check digit of nine-digit bodies: weights 10..2; 11 counts as 0 and 10 as invalid (-1)."""
    digits = body[:, None] // 10 ** np.arange(8, -1, -1) % 10
    check = 11 - (digits * _WEIGHTS).sum(axis=1) % 11
    return np.where(check == 11, 0, np.where(check == 10, -1, check)).astype(np.int64)


def nhs_numbers(rng: Generator, size: int) -> Words:
    """Distinct valid numbers from 999 000 0000 to 999 999 9999. Raises UsageError for more than 850,000."""
    if size > 850_000:
        raise UsageError(
            f"{size:,} people need as many test numbers; the 999 range holds about 909,000: at most 850,000"
        )
    body = 999_000_000 + rng.permutation(1_000_000)[: size * 5 // 4 + 1000]
    check = check_digit(body)
    return digits((body * 10 + check)[check >= 0][:size], "")


def digits(numbers: Ints, prefix: str, width: int = 0) -> Words:
    """Numbers as text with a prefix, padded with zeros."""
    out = np.empty(len(numbers), dtype=object)
    out[:] = [f"{prefix}{number:0{width}d}" for number in numbers.tolist()]
    return out
