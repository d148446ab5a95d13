"""What an admin does at a till with their own sign-in: changes of the shop's settings that loosen a check.

The sign-in is for this one request and ends with it; the till keeps nothing of it.
"""

from sync_agent.contract import paths
from sync_agent.contract.identity import TenantSettings
from sync_agent.network.envelope import read_as
from sync_agent.person_session import Account, sign_in
from sync_agent.ports import Transport


async def change_settings(
    transport: Transport, account: Account, changes: TenantSettings, location_id: str | None = None
) -> TenantSettings:
    """Change settings of the shop, or of one place (`location_id`); what is set there afterwards.

    `changes` sets the fields that it was given; None removes one. Raises AuthError for a wrong password or a
    person who may not, RejectedError, and TransientError without a connection.
    """
    session = await sign_in(transport, account)
    try:
        answer = await session.ask(
            transport,
            "PATCH",
            paths.SETTINGS,
            body=changes.model_dump(mode="json", by_alias=True, exclude_unset=True),
            query=None if location_id is None else {"locationId": location_id},
        )
    finally:
        await session.sign_out(transport)
    return read_as(TenantSettings, answer, "the settings")
