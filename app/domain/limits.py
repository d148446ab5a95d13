"""What a transaction can hold at most, so that whatever was accepted can be written and sent.

The figures are the contract's (`sync_agent.contract.operations`); a test compares them.
Amounts and quantities have theirs in `money` and `quantity`. Texts are counted in characters.
"""

from app.domain.errors import ReasonMissing, TextTooLong, about, quoted
from app.domain.text import without_controls
from resources.words import translate

LINES_MAX = 5000
APPROVALS_MAX = 5000
PAYMENTS_MAX = 50
TEXT_MAX = 200
"""A reason, a payment's reference, a line's description."""

BETWEEN_REASONS = "; "


def typed_text(text: str, at_most: int = TEXT_MAX) -> str:
    """What a person typed or pasted, in one line without control letters. Raises TextTooLong."""
    tidy = without_controls(text).strip()
    if len(tidy) > at_most:
        words = translate("errors", "“{text}” is too long: at most {most} characters fit.")
        raise TextTooLong(words.format(text=quoted(tidy), most=at_most))
    return tidy


def typed_reason(text: str) -> str:
    """A reason that has to be given. Raises ReasonMissing, TextTooLong."""
    with about("reason"):
        reason = typed_text(text)
    if not reason:
        raise ReasonMissing
    return reason


def typed_note(text: str | None) -> str | None:
    """A note, None where there is none. Raises TextTooLong."""
    with about("note"):
        return typed_text(text or "") or None


def check_reasons(*reasons: str) -> None:
    """Raise TextTooLong where the reasons of one line do not fit together."""
    if len(BETWEEN_REASONS.join(filter(None, reasons))) > TEXT_MAX:
        words = translate(
            "errors", "The reasons of this line are too long together: at most {most} characters fit."
        )
        with about("reason"):
            raise TextTooLong(words.format(most=TEXT_MAX))


def joined_reasons(*reasons: str) -> str:
    """The reasons of one line in one text that fits: each is shortened to its share where they do not."""
    given = [reason for reason in reasons if reason]
    joined = BETWEEN_REASONS.join(given)
    if len(joined) <= TEXT_MAX:
        return joined
    share = (TEXT_MAX - len(BETWEEN_REASONS) * (len(given) - 1)) // len(given)
    return BETWEEN_REASONS.join(shortened(reason, share) for reason in given)


def shortened(text: str, at_most: int = TEXT_MAX) -> str:
    """The text, cut off with "…" where it is longer."""
    return text if len(text) <= at_most else f"{text[: at_most - 1]}…"
