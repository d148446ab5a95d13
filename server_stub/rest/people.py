"""Users, tills and settings of a shop, for those who manage them."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from server_stub.app_state import AppState
from server_stub.middleware.incoming import read_body, read_message
from server_stub.operations import settings_edit
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services.people import directory, enrolment, shop_settings
from sync_agent.contract import paths
from sync_agent.contract.identity import (
    DeviceList,
    DeviceRow,
    TenantSettings,
    UserCreate,
    UserEdit,
    UserList,
)
from sync_agent.contract.stock import UserRow

Place = Annotated[str | None, Query(alias="locationId", max_length=64)]
"""One place's own settings; without it, the shop's."""


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    database = state.database

    @router.get(paths.USERS, **documented("Whoever works at your places.", gives=UserList))
    async def users(caller: Bearer) -> Response:
        return answer(await database.read(caller.tenant_id, partial(directory.users, caller=caller)))

    @router.post(paths.USERS, **documented("Somebody new.", takes=UserCreate, gives=UserRow))
    async def add_user(request: Request, caller: Bearer) -> Response:
        body = read_message(UserCreate, await read_body(request))
        return answer(await directory.add_user(database, caller, body))

    @router.patch(
        paths.USER,
        **documented(
            "Other rights, a new password or PIN, or an account's end; sign-ins end with it.",
            takes=UserEdit,
            gives=UserRow,
        ),
    )
    async def edit_user(user_id: str, request: Request, caller: Bearer) -> Response:
        body = read_message(UserEdit, await read_body(request))
        row = await directory.edit_user(database, caller, user_id, body)
        state.token_validity.forget()
        return answer(row)

    @router.get(paths.DEVICES, **documented("The tills that were enrolled.", gives=DeviceList))
    async def devices(caller: Bearer) -> Response:
        return answer(await database.read(caller.tenant_id, partial(enrolment.tills, caller=caller)))

    @router.post(
        paths.DEVICE_REVOKE,
        **documented("End a till's credential; asking again changes nothing.", gives=DeviceRow),
    )
    async def revoke_device(device_id: str, caller: Bearer) -> Response:
        row = await database.write(
            caller.tenant_id, partial(enrolment.revoke, caller=caller, device_id=device_id)
        )
        state.token_validity.forget()
        return answer(row)

    @router.get(paths.SETTINGS, **documented("What is set about the shop.", gives=TenantSettings))
    async def settings(caller: Bearer, location: Place = None) -> Response:
        return answer(
            await database.read(
                caller.tenant_id,
                partial(shop_settings.read, tenant_id=caller.tenant_id, caller=caller, place=location),
            )
        )

    @router.patch(
        paths.SETTINGS,
        **documented("Set it otherwise; what is left out stays.", takes=TenantSettings, gives=TenantSettings),
    )
    async def edit_settings(request: Request, caller: Bearer, location: Place = None) -> Response:
        body = read_message(TenantSettings, await read_body(request))
        return answer(
            await database.write(
                caller.tenant_id,
                partial(settings_edit.edit, caller=caller, changes=body, place=location),
            )
        )

    return router
