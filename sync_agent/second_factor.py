"""Setting up a second factor: by name and password, without a token."""

from dataclasses import replace

from sync_agent.contract import paths
from sync_agent.contract.identity import SecondFactorConfirmed, SecondFactorOffer, SecondFactorRequest
from sync_agent.contract.tolerance import TOLERANT
from sync_agent.person_session import Account
from sync_agent.ports import Transport


async def begin(transport: Transport, account: Account) -> SecondFactorOffer:
    """A new secret for the app. Raises AuthError, with `second_factor_needed` where a code is missing."""
    answer = await transport.request("POST", paths.SECOND_FACTOR_BEGIN, body=_request(account))
    return SecondFactorOffer.model_validate(answer)


async def confirm(transport: Transport, account: Account, code: str) -> SecondFactorConfirmed:
    """Puts the new secret in force by its first code; gives the recovery codes. Raises AuthError."""
    body = _request(replace(account, code=code))
    answer = await transport.request("POST", paths.SECOND_FACTOR_CONFIRM, body=body)
    return SecondFactorConfirmed.model_validate(answer)


async def end(transport: Transport, account: Account) -> None:
    """Does without a second factor again. Raises AuthError, or RejectedError where the shop requires one."""
    await transport.request("POST", paths.SECOND_FACTOR_END, body=_request(account))


def _request(account: Account) -> dict[str, object]:
    return SecondFactorRequest(
        tenant_id=account.tenant_id,
        username=account.username,
        password=account.password,
        code=account.code or None,
        features=(TOLERANT,),
    ).to_wire()
