"""Conflicts about an article that was made twice: the same number, and another name, price or unit."""

from typing import Any

from sqlalchemy import Connection

from app.services.stock import article_codes
from app.services.stock.article_codes import NO_CODES, Codes
from app.services.sync.suggestions import Suggestion
from resources.words import translate
from sync_agent.contract.conflicts import Conflict, ConflictType, Resolution
from sync_agent.contract.operations import ProductFields
from sync_agent.store.queue import ExpectedProductEffect

_COLUMNS = {info.alias or name: name for name, info in ProductFields.model_fields.items()}


def is_same_article(conflict: Conflict) -> bool:
    """Whether the conflict asks if two products are one article."""
    return conflict.conflict_type is ConflictType.SAME_ARTICLE and conflict.same_as is not None


def shared_codes(conflict: Conflict) -> list[str]:
    """The codes (wire names) by which both sides are one article."""
    local, server = conflict.local_version.values, conflict.server_version.values
    return [name for name in ("barcode", "sku") if _keys(local, name) & _keys(server, name)]


def suggestion(conflict: Conflict) -> Suggestion | None:
    """For many such conflicts at once: one article, with the server's values; None if the units differ."""
    local, server = conflict.local_version.values, conflict.server_version.values
    if local.get("unit", "each") != server.get("unit", "each"):
        return None
    return Suggestion(
        resolution=Resolution.ACCEPT_SERVER,
        quantity=None,
        fields=None,
        explanation=(
            translate("merge", "Both have the same number, so they are probably one article."),
            translate("merge", "What was sold under the second one then counts on the first, at every till."),
        ),
        label=translate("merge", "One article, with the server’s values"),
    )


def checked(connection: Connection, conflict: Conflict, merged: dict[str, Any] | None) -> dict[str, Any]:
    """The merged values with codes as they are stored. Raises BadProduct where a code is a third product's,
    or where there is none to tell the two apart.
    """
    chosen = merged or {}
    product_id = conflict.resource_id if are_two(conflict, chosen) else conflict.same_as
    assert product_id is not None, "such a conflict names the other product"
    codes: dict[str, Any] = {name: chosen[name] for name in ("barcode", "sku") if name in chosen}
    before = NO_CODES
    if product_id == conflict.same_as:
        server = conflict.server_version.values
        before = Codes(server.get("barcode"), server.get("sku"))
    return {**chosen, **article_codes.checked(connection, product_id, codes, before)}


def are_two(conflict: Conflict, chosen: dict[str, Any]) -> bool:
    """Whether these values are of an article of its own: none of its numbers is the other's."""
    values = {**conflict.local_version.values, **chosen}
    server = conflict.server_version.values
    return not any(_keys(values, name) & _keys(server, name) for name in ("barcode", "sku"))


def effect(
    conflict: Conflict, resolution: Resolution, merged: dict[str, Any] | None
) -> ExpectedProductEffect:
    """What the till shows until the decision is confirmed."""
    assert conflict.same_as is not None, "such a conflict names the other product"
    match resolution:
        case Resolution.ACCEPT_SERVER:
            return ExpectedProductEffect(conflict.resource_id, {}, deleted=True)
        case Resolution.ACCEPT_LOCAL:
            return ExpectedProductEffect(conflict.same_as, _columns(conflict.local_version.values))
        case Resolution.MERGE:
            chosen = merged or {}
            if are_two(conflict, chosen):
                values = {**conflict.local_version.values, **chosen}
                return ExpectedProductEffect(conflict.resource_id, _columns(values))
            return ExpectedProductEffect(conflict.same_as, _columns(chosen))


def _keys(values: dict[str, Any], name: str) -> frozenset[tuple[str, str]]:
    code = values.get(name)
    return (Codes(barcode=code) if name == "barcode" else Codes(sku=code)).keys


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    return {_COLUMNS[name]: value for name, value in values.items() if name in _COLUMNS}
