"""Receipts that this till does not have, and asks the server for by their number."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.receipt_number import as_printed, full_number
from app.services.till import Till
from sync_agent.store import tables as t

_RECEIPT_NUMBER = re.compile(r"[^\s-]\S*-[0-9]{6,12}")


@dataclass(frozen=True)
class Question:
    """A receipt that the server is asked for: what a person wrote, the number in full, and when."""

    written: str
    receipt_number: str
    asked_ms: int


def looks_like_a_receipt(code: str) -> bool:
    """Whether this could be a receipt number in full: a series, a dash and digits."""
    return _RECEIPT_NUMBER.fullmatch(as_printed(code)) is not None


def ask_for(till: Till, written: str) -> Question:
    """What to ask the server where this till does not have a receipt."""
    number = full_number(written, till.device.receipt_series) or as_printed(written)
    return Question(written, number, till.clock.now_ms())


def is_answered(till: Till, asked: Question) -> bool:
    """Whether the server has answered since."""
    of = t.receipt_question.c
    with till.store.reading() as connection:
        answered_ms = connection.execute(
            select(of.answered_ms).where(of.receipt_number == asked.receipt_number)
        ).scalar()
    return answered_ms is not None and answered_ms >= asked.asked_ms
