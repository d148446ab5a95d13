"""What a person does at the server in their own name, as the windows ask for it."""

from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync_agent.contract.enrolment_codes import EnrolmentCode
from sync_agent.contract.identity import (
    SecondFactorConfirmed,
    SecondFactorOffer,
    SignedInUser,
    SignInRow,
)
from sync_agent.contract.stock import UserRow


@dataclass(frozen=True)
class TypedSignIn:
    """What a person typed to sign in at the server. `code` is "" where they were not asked for one."""

    username: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


class SignedIn(Protocol):
    """A sign-in at the server, in memory. It ends with `sign_out`. Each call raises SyncError."""

    @property
    def user(self) -> SignedInUser: ...

    def make_code(self, location_id: str, /) -> Awaitable[EnrolmentCode]: ...

    def sign_ins(self) -> Awaitable[Sequence[SignInRow]]: ...

    def end_sign_ins(self, ids: Sequence[str], /) -> Awaitable[None]: ...

    def people(self) -> Awaitable[Sequence[UserRow]]: ...

    def reset_second_factor(self, user_id: str, /) -> Awaitable[None]: ...

    def sign_out(self) -> Coroutine[Any, Any, None]:
        """Raises nothing: where the server cannot be reached, the sign-in ends by itself later."""


class AccountPort(Protocol):
    """Each call raises SyncError and can be cancelled."""

    def sign_in(self, typed: TypedSignIn, /) -> Awaitable[SignedIn]: ...

    def begin_second_factor(self, typed: TypedSignIn, /) -> Awaitable[SecondFactorOffer]: ...

    def confirm_second_factor(self, typed: TypedSignIn, code: str, /) -> Awaitable[SecondFactorConfirmed]: ...

    def end_second_factor(self, typed: TypedSignIn, /) -> Awaitable[None]: ...
