"""The HTTP side, a module for each subject; `routes` has all of them."""

from fastapi import APIRouter

from server_stub.app_state import AppState
from server_stub.rest import (
    audit,
    broadcast,
    conflicts,
    enrolment_codes,
    identity,
    monitoring,
    own_secrets,
    people,
    quarantine,
    second_factor,
    shop,
    streams,
    sync_state,
)


def routes(state: AppState) -> APIRouter:
    """The router with every endpoint of the server."""
    router = APIRouter()
    for module in (
        identity,
        second_factor,
        enrolment_codes,
        streams,
        shop,
        conflicts,
        quarantine,
        audit,
        people,
        own_secrets,
        broadcast,
        sync_state,
        monitoring,
    ):
        router.include_router(module.routes(state))
    return router
