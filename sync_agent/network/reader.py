"""Asking the server for something over HTTP: GET, with the till's token, read as the contract's model."""

from typing import TypeVar

from sync_agent.contract.wire import Wire
from sync_agent.errors import ProtocolError, RejectedError
from sync_agent.network.envelope import read_as
from sync_agent.network.session import Session
from sync_agent.ports import Transport

Model = TypeVar("Model", bound=Wire)


class RequestRefused(ProtocolError):
    """The server refused a question that this program asks of it. `code` is the contract's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Reader:
    """Asks as one till. Stateless but for the session's token."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self._transport = transport
        self._session = session

    async def fetch(self, path: str, model: type[Model], **query: str | int | None) -> Model:
        """The answer to GET `path`; of `query` what is None is left out.

        Raises TransientError where nobody answered or the server cannot just now, AuthError where the token
        is refused, RequestRefused where the question is, and ProtocolError where the answer cannot be read.
        """
        asked = {name: str(value) for name, value in query.items() if value is not None}
        token = await self._session.token()
        try:
            answer = await self._transport.request("GET", path, query=asked or None, token=token)
        except RejectedError as error:
            raise RequestRefused(error.code, f"the server refused GET {path}: {error}") from error
        return read_as(model, answer, f"the answer to GET {path}")
