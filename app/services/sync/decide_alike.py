"""Deciding several conflicts alike, each as the till suggests it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.errors import BadProduct, ConflictGone, ConflictMoved
from app.services.sync import conflicts, decisions
from app.services.sync.suggestions import Suggestion
from app.services.till import Actor, Till
from sync_agent.contract.conflicts import (
    Resolution,
)


@dataclass(frozen=True)
class SimilarConflict:
    """A conflict that a batch of similar decisions can include, with its suggestion."""

    id: str
    title: str
    label: str
    server_version: int
    resolution: Resolution
    merged: dict[str, Any] | None


def similar(till: Till, conflict_id: str) -> list[SimilarConflict]:
    """This conflict and the open ones with the same resource type and suggested resolution, oldest first.

    Raises ConflictGone.
    """
    like = conflicts.comparison(till, conflict_id)
    if like.suggestion is None:
        return []
    found: list[SimilarConflict] = []
    for conflict in conflicts.open_conflicts(till):
        if conflict.decided or conflict.resource_type != like.resource_type:
            continue
        other = conflicts.comparison(till, conflict.id)
        suggestion = other.suggestion if other.is_same_article == like.is_same_article else None
        if suggestion is None or suggestion.resolution is not like.suggestion.resolution:
            continue
        found.append(
            SimilarConflict(
                id=conflict.id,
                title=conflict.title,
                label=suggestion.label,
                server_version=other.server_version,
                resolution=suggestion.resolution,
                merged=merged_of(suggestion),
            )
        )
    return found


def merged_of(suggestion: Suggestion) -> dict[str, Any] | None:
    """The merged values of a suggestion, by wire names; None where it takes a side unchanged."""
    if suggestion.resolution is not Resolution.MERGE:
        return None
    return suggestion.fields or {"newQuantity": suggestion.quantity}


async def decide_similar(till: Till, chosen: Sequence[SimilarConflict], actor: Actor) -> tuple[int, int]:
    """Decide all as suggested; how many were decided, and how many were skipped: what has changed since, or
    would give a product a code of another.

    Raises NotPermitted.
    """
    decided = left = 0
    for conflict in chosen:
        try:
            await decisions.resolve(
                till,
                conflict.id,
                conflict.resolution,
                actor,
                merged=conflict.merged,
                expected_server_version=conflict.server_version,
            )
        except (ConflictMoved, ConflictGone, BadProduct):
            left += 1
        else:
            decided += 1
    return decided, left
