"""A server at which a person signs in from a window: it takes what is right, and remembers what was asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.ui.page.account import SignedIn, TypedSignIn
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import CODE_LASTS_S, EnrolmentCode
from sync_agent.contract.identity import SecondFactorConfirmed, SecondFactorOffer, SignedInUser, SignInRow
from sync_agent.contract.stock import UserRow
from sync_agent.contract.wire import from_ms
from sync_agent.errors import AuthError, SyncError

PASSWORD = "kettle-harbour-violin"
APP_CODE = "123456"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass
class OfficeServer:
    """An AccountPort. `refusal` is raised by whatever is asked next; `factor_of` have a second factor."""

    now_ms: Callable[[], int]
    factor_of: set[str] = field(default_factory=set)
    refusal: SyncError | None = None
    asked: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=lambda: ["8F3K-Q2ZN-7M4T", "7XW2-M4PD-0C5R", "K0RT-93HA-W6BX"])
    ended: list[str] = field(default_factory=list)

    async def sign_in(self, typed: TypedSignIn) -> SignedIn:
        self._judge("sign_in", typed)
        return Signed(self, typed.username)

    async def begin_second_factor(self, typed: TypedSignIn) -> SecondFactorOffer:
        self._judge("begin", typed)
        link = f"otpauth://totp/Marlow%20%26%20Finch:{typed.username}?secret={SECRET}&issuer=Marlow%20%26%20Finch"
        return SecondFactorOffer(secret=SECRET, link=link)

    async def confirm_second_factor(self, typed: TypedSignIn, code: str) -> SecondFactorConfirmed:
        self.meet(f"confirm {code}")
        if code != APP_CODE:
            raise AuthError(ErrorCode.UNAUTHORIZED, "no")
        self.factor_of.add(typed.username)
        return SecondFactorConfirmed(recovery_codes=[f"abcd-efgh-jkmn-{n:04}" for n in range(10)])

    async def end_second_factor(self, typed: TypedSignIn) -> None:
        self._judge("end", typed)
        self.factor_of.discard(typed.username)

    def meet(self, what: str) -> None:
        """Note a question; raise the refusal that waits for it."""
        self.asked.append(what)
        refusal, self.refusal = self.refusal, None
        if refusal is not None:
            raise refusal

    def _judge(self, what: str, typed: TypedSignIn) -> None:
        self.meet(f"{what} {typed.username}")
        if typed.password != PASSWORD:
            raise AuthError(ErrorCode.UNAUTHORIZED, "no")
        if typed.username in self.factor_of:
            if not typed.code:
                raise AuthError(ErrorCode.SECOND_FACTOR_NEEDED, "a code")
            if typed.code != APP_CODE:
                raise AuthError(ErrorCode.UNAUTHORIZED, "no")


@dataclass
class Signed:
    """A SignedIn."""

    server: OfficeServer
    username: str

    @property
    def user(self) -> SignedInUser:
        return SignedInUser(
            id=self.username, username=self.username, name="Alice Moreau", role="manager", locations=["main"]
        )

    async def make_code(self, location_id: str) -> EnrolmentCode:
        self.server.meet(f"code {location_id}")
        expires = from_ms(self.server.now_ms() + CODE_LASTS_S * 1000)
        return EnrolmentCode(code=self.server.codes.pop(0), location_id=location_id, expires_at=expires)

    async def sign_ins(self) -> Sequence[SignInRow]:
        self.server.meet("sign-ins")
        now_ms = self.server.now_ms()
        rows = [
            ("s-1", now_ms, "192.168.1.20", True),
            ("s-2", now_ms - 2 * HOUR_MS, "192.168.1.31", None),
            ("s-3", now_ms - 9 * DAY_MS, "2001:db8:85a3::8a2e:370:7334", None),
        ]
        return [
            SignInRow(
                id=id_,
                user_id=self.username,
                began_at=from_ms(used_ms - HOUR_MS // 2),
                began_from=address,
                last_used_at=from_ms(used_ms),
                last_used_from=address,
                ends_at=from_ms(used_ms + 30 * DAY_MS),
                current=current,
            )
            for id_, used_ms, address, current in rows
            if id_ not in self.server.ended
        ]

    async def end_sign_ins(self, ids: Sequence[str]) -> None:
        self.server.meet(f"end {' '.join(ids)}")
        self.server.ended += ids

    async def people(self) -> Sequence[UserRow]:
        self.server.meet("people")
        rows = (
            ("alice", "Alice Moreau", "manager"),
            ("bob", "Bob Lindqvist", "clerk"),
            ("omar", "Omar Haddad", "admin"),
        )
        return [
            UserRow(id=id_, username=id_, name=name, role=role, locations=["main"], version=1)
            for id_, name, role in rows
        ]

    async def reset_second_factor(self, user_id: str) -> None:
        self.server.meet(f"reset {user_id}")
        self.server.factor_of.discard(user_id)

    async def sign_out(self) -> None:
        self.server.asked.append("sign out")
