"""A person changes their own password or PIN at a till, by the current one. It takes the server."""

from sync_agent.contract import paths
from sync_agent.contract.identity import OwnPassword, OwnPin, RefreshAnswer, RefreshRequest
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.contract.wire import Wire
from sync_agent.ports import Transport


async def change_password(
    transport: Transport, device_token: str, user_id: str, current: str, new: str
) -> None:
    """Raises RejectedError (`wrong_secret`, `too_easy`), AuthError, TransientError without a connection."""
    change = OwnPassword.model_construct(current_password=current, new_password=new)
    await _send(transport, device_token, paths.USER_PASSWORD, user_id, change)


async def change_pin(transport: Transport, device_token: str, user_id: str, current: str, new: str) -> None:
    """Raises as `change_password`. The till checks the new PIN as soon as the server has told it of it."""
    change = OwnPin.model_construct(current_pin=current, new_pin=new)
    await _send(transport, device_token, paths.USER_PIN, user_id, change)


async def _send(transport: Transport, device_token: str, path: str, user_id: str, change: Wire) -> None:
    # The new secret is judged by the server alone, whose rules may be newer.
    till = RefreshAnswer.model_validate(
        await transport.request(
            "POST",
            paths.REFRESH,
            body=RefreshRequest(refresh_token=device_token, features=(TOLERANT,)).to_wire(),
        )
    )
    await transport.request(
        "POST", path.format(user_id=user_id), body=change.to_wire(), token=till.access_token
    )
