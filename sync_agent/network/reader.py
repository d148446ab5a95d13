"""HTTP GET with the till's token; the answer is read as a model of the contract."""

from typing import TypeVar

from sync_agent.contract.wire import Wire
from sync_agent.errors import ProtocolError, RejectedError
from sync_agent.network.envelope import read_as
from sync_agent.network.session import Session
from sync_agent.ports import Transport

Model = TypeVar("Model", bound=Wire)


class RequestRefused(ProtocolError):
    """The server refused this GET for its content. `code` is the contract's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Reader:
    """Reads as one till. Stateless apart from the session's token."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self._transport = transport
        self._session = session

    async def fetch(self, path: str, model: type[Model], **query: str | int | None) -> Model:
        """The answer to GET `path`; entries of `query` that are None are left out.

        Raises TransientError if the server did not answer or cannot now, AuthError if it refused the token,
        RequestRefused if it refused the request, and ProtocolError if the answer cannot be read.
        """
        asked = {name: str(value) for name, value in query.items() if value is not None}
        token = await self._session.token()
        try:
            answer = await self._transport.request("GET", path, query=asked or None, token=token)
        except RejectedError as error:
            raise RequestRefused(error.code, f"the server refused GET {path}: {error}") from error
        return read_as(model, answer, f"the answer to GET {path}")
