"""Whoever proves who they are by a password: the attempt, its limits, and refusals in words they know."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from fastapi import Request
from sqlalchemy import RowMapping

from server_stub.app_state import AppState
from server_stub.errors import Refusal
from server_stub.services.people import accounts, credentials, known_addresses
from server_stub.services.visibility import Audience
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.identity import LoginRequest, SecondFactorRequest
from sync_agent.contract.tolerance import TOLERANT

Proof = LoginRequest | SecondFactorRequest
"""Has tenant, name, password and, where there is a second factor, its code."""


@asynccontextmanager
async def by_password(state: AppState, proof: Proof, address: str) -> AsyncIterator[RowMapping]:
    """The account, if the password is right. Raises Refusal, also where the limits say no.

    The attempt counts as a wrong one until the block is left without an error; so does the code.
    """
    # However the spelling of the name varies, it is an attempt at one account.
    account = proof.tenant_id, accounts.as_tried(proof.username)
    known = partial(_is_known, state, proof)
    async with state.tries.trying(account, address, known) as one:
        user = await _user_with_password(state, proof)
        if user is None:
            state.metrics.signed_in("refused")
            state.abuse_monitor.sign_in_failed(*account, address)
            raise Refusal(ErrorCode.UNAUTHORIZED, "wrong tenant, name or password")
        if proof.code is not None:
            await state.limits.second_factor(account)
        yield user
        one.is_right = True
    if proof.code is not None:
        await state.limits.second_factor_was_right(account)


@contextmanager
def for_features(request: Request, features: Sequence[str] | None) -> Iterator[None]:
    """Refusals in words that the client knows, though it is nobody yet.

    A client that cannot ask for a code is told to be brought up to date.
    """
    request.state.audience = Audience(is_till=False, is_tolerant=TOLERANT in (features or ()))
    try:
        yield
    except Refusal as refusal:
        if refusal.code is ErrorCode.SECOND_FACTOR_NEEDED and not request.state.audience.is_tolerant:
            words = "this account has a second factor, which this release does not ask for: update it"
            raise Refusal(ErrorCode.UPGRADE_REQUIRED, words) from refusal
        raise


async def _is_known(state: AppState, proof: Proof, address: str) -> bool:
    return await state.database.read(
        proof.tenant_id,
        partial(
            known_addresses.is_known,
            tenant_id=proof.tenant_id,
            username=proof.username,
            address=address,
            now_ms=state.now_ms(),
        ),
    )


async def _user_with_password(state: AppState, proof: Proof) -> RowMapping | None:
    """The user of this name, if the password is right; an unknown name takes as long to refuse."""
    called = partial(accounts.active_user_called, tenant_id=proof.tenant_id, username=proof.username)
    user = await state.database.read(proof.tenant_id, called)
    known = None if user is None else user["password_hash"]
    matches = await state.database.compute(partial(credentials.password_matches, known, proof.password))
    return user if matches else None
