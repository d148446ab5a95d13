"""What a person does at the server in their own name (`app.ui.page.account`), over the network."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.plain_loop import in_a_plain_loop
from app.ui.page.account import SignedIn, TypedSignIn
from sync_agent import person_session, second_factor
from sync_agent.contract.enrolment_codes import EnrolmentCode
from sync_agent.contract.identity import SecondFactorConfirmed, SecondFactorOffer, SignedInUser, SignInRow
from sync_agent.contract.stock import UserRow
from sync_agent.person_session import Account, PersonSession
from sync_agent.ports import Transport

T = TypeVar("T")


@dataclass(frozen=True)
class AccountAtServer:
    """An AccountPort of a till. `connect` makes a transport to its own server."""

    tenant_id: str
    connect: Callable[[], Transport]

    async def sign_in(self, typed: TypedSignIn) -> SignedIn:
        account = self._account(typed)
        session = await self.asking(lambda transport: person_session.sign_in(transport, account))
        return SignedInAtServer(self, session)

    async def begin_second_factor(self, typed: TypedSignIn) -> SecondFactorOffer:
        account = self._account(typed)
        return await self.asking(lambda transport: second_factor.begin(transport, account))

    async def confirm_second_factor(self, typed: TypedSignIn, code: str) -> SecondFactorConfirmed:
        account = self._account(typed)
        return await self.asking(lambda transport: second_factor.confirm(transport, account, code))

    async def end_second_factor(self, typed: TypedSignIn) -> None:
        account = self._account(typed)
        await self.asking(lambda transport: second_factor.end(transport, account))

    async def asking(self, ask: Callable[[Transport], Awaitable[T]]) -> T:
        """Ask the server in a thread, over a transport of its own."""

        async def work() -> T:
            transport = self.connect()
            try:
                return await ask(transport)
            finally:
                await transport.close()

        return await in_a_plain_loop(work())

    def _account(self, typed: TypedSignIn) -> Account:
        return Account(self.tenant_id, typed.username, typed.password, typed.code or None)


@dataclass(frozen=True)
class SignedInAtServer:
    """A SignedIn."""

    at: AccountAtServer
    session: PersonSession

    @property
    def user(self) -> SignedInUser:
        return self.session.user

    async def make_code(self, location_id: str) -> EnrolmentCode:
        return await self.at.asking(lambda to: person_session.make_code(to, self.session, location_id))

    async def sign_ins(self) -> Sequence[SignInRow]:
        return await self.at.asking(lambda to: person_session.sign_ins(to, self.session))

    async def end_sign_ins(self, ids: Sequence[str]) -> None:
        await self.at.asking(lambda to: person_session.end_sign_ins(to, self.session, list(ids)))

    async def people(self) -> Sequence[UserRow]:
        return await self.at.asking(lambda to: person_session.people(to, self.session))

    async def reset_second_factor(self, user_id: str) -> None:
        await self.at.asking(lambda to: person_session.reset_second_factor(to, self.session, user_id))

    async def sign_out(self) -> None:
        await self.at.asking(self.session.sign_out)
