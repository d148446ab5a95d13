""" "Explain this figure": the server's quantity, its change, and this till's unconfirmed effects."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from app.domain.quantity import quantity_in_words
from app.domain.vocabulary.movement_reasons import RESOLUTION, reason_of
from resources.words import MINUS, time_of_day, translate
from sync_agent.contract.operations import CONFLICT
from sync_agent.contract.wire import from_ms, in_zone
from sync_agent.store.projection.stock_figures import StockFigure, UnconfirmedEffect
from sync_agent.store.queue import Status


@dataclass(frozen=True)
class PendingEffect:
    """The effect of this till's unconfirmed operations on the quantity, similar ones merged."""

    kind: str
    quantity: int
    reason: str
    status: str


@dataclass(frozen=True)
class Explanation:
    """A quantity on hand and its parts. None where the server has no quantity yet."""

    server_quantity: int | None
    version: int | None
    seq: int | None
    pending: list[PendingEffect]
    on_hand: int
    sentence: str


def explain(stock: StockFigure, unit: str, zone: tzinfo) -> Explanation:
    """The parts of a quantity on hand, and a sentence about them; times are in the shop's `zone`."""
    pending = _merge_deltas(stock.effects)
    parts = [_server_part(stock, unit, zone), *(_effect_part(effect, unit) for effect in pending)]
    return Explanation(
        server_quantity=stock.server_quantity,
        version=stock.version,
        seq=stock.cursor_seq,
        pending=pending,
        on_hand=stock.on_hand,
        sentence=f"{' '.join(parts)}{_result(stock, pending, unit)}.",
    )


def _merge_deltas(effects: Iterable[UnconfirmedEffect]) -> list[PendingEffect]:
    """Adjacent deltas with equal reason and status merged; order matters, since a count replaces."""
    together: list[PendingEffect] = []
    for effect in effects:
        last = together[-1] if together else None
        if (
            last is not None
            and effect.kind == last.kind == "delta"
            and (_reason(effect), effect.status) == (last.reason, last.status)
        ):
            together[-1] = PendingEffect("delta", last.quantity + effect.quantity, last.reason, last.status)
        else:
            together.append(PendingEffect(effect.kind, effect.quantity, _reason(effect), effect.status))
    return together


def _reason(effect: UnconfirmedEffect) -> str:
    return RESOLUTION if effect.resource_type == CONFLICT else effect.reason


def _server_part(stock: StockFigure, unit: str, zone: tzinfo) -> str:
    if stock.server_quantity is None:
        return translate("explanation", "Server: no figure yet")
    known = (
        []
        if stock.cursor_synced_ms is None
        else [time_of_day(in_zone(from_ms(stock.cursor_synced_ms), zone))]
    )
    if stock.cursor_seq is not None:
        known.append(translate("explanation", "change {number}").format(number=stock.cursor_seq))
    shown = translate("explanation", "Server: {figure}").format(
        figure=quantity_in_words(stock.server_quantity, unit)
    )
    return shown + (f" ({', '.join(known)})" if known else "")


def _effect_part(effect: PendingEffect, unit: str) -> str:
    status = _status_words(Status(effect.status))
    if effect.kind == "count":
        if effect.reason == RESOLUTION:
            words = translate("explanation", "→ {figure} decided here, {status}")
        else:
            words = translate("explanation", "→ {figure} counted here, {status}")
        return words.format(figure=quantity_in_words(effect.quantity, unit), status=status)
    signed = f"{MINUS if effect.quantity < 0 else '+'} {quantity_in_words(abs(effect.quantity), unit)}"
    words = translate("explanation", "{figure} {moved} here, {status}")
    return words.format(figure=signed, moved=reason_of(effect.reason).done(effect.quantity), status=status)


def _status_words(status: Status) -> str:
    return {
        Status.PENDING: translate("explanation", "not sent yet"),
        Status.PROCESSING: translate("explanation", "being sent"),
        Status.COMPLETED: translate("explanation", "sent"),
        Status.CONFLICT: translate("explanation", "waiting for a decision"),
        Status.BLOCKED: translate("explanation", "waiting for an earlier decision"),
        Status.DEAD_LETTER: translate("explanation", "refused, needs attention"),
    }.get(status, status.value)


def _result(stock: StockFigure, pending: list[PendingEffect], unit: str) -> str:
    return f" = {quantity_in_words(stock.on_hand, unit)}" if pending else ""
