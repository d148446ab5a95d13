"""What an admin does at a till with their own sign-in: changes of the shop's settings that loosen a check.

The sign-in is for this one request and ends with it; the till keeps nothing of it.
"""

from contextlib import suppress

from sync_agent.contract import paths
from sync_agent.contract.identity import LoginAnswer, LoginRequest, RefreshRequest, TenantSettings
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.errors import SyncError
from sync_agent.ports import Transport


async def change_settings(
    transport: Transport,
    tenant_id: str,
    username: str,
    password: str,
    changes: TenantSettings,
    location_id: str | None = None,
    code: str = "",
) -> TenantSettings:
    """Change settings of the shop, or of one place (`location_id`); what is set there afterwards.

    `code` is of the admin's second factor, where they have one.
    `changes` sets the fields that it was given; None removes one. Raises AuthError for a wrong password or a
    person who may not, RejectedError, and TransientError without a connection.
    """
    request = LoginRequest(
        tenant_id=tenant_id, username=username, password=password, code=code or None, features=(TOLERANT,)
    )
    signed_in = LoginAnswer.model_validate(
        await transport.request("POST", paths.LOGIN, body=request.to_wire())
    )
    token = signed_in.access_token
    try:
        answer = await transport.request(
            "PATCH",
            paths.SETTINGS,
            body=changes.model_dump(mode="json", by_alias=True, exclude_unset=True),
            query=None if location_id is None else {"locationId": location_id},
            token=token,
        )
    finally:
        with suppress(SyncError):
            end = RefreshRequest(refresh_token=signed_in.refresh_token)
            await transport.request("POST", paths.LOGOUT, body=end.to_wire(), token=token)
    return TenantSettings.model_validate(answer)
