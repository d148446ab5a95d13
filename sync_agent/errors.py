"""Errors of the till's disk and of its connection to the server; the rules of selling have their own.

    StoreError              the environment: the till's disk or its database
    ├ DiskFull              nothing was written; free some space and try again
    ├ StoreUnavailable      the database cannot be opened or locked
    ├ HomeInUse             another Evertill works on this folder
    ├ SchemaTooNew          a newer Evertill wrote this folder
    ├ MigrationRefused      an update would have left unsent operations behind
    └ StoreCorrupt          the file is damaged
    SyncError               the connection to the server
    ├ TransientError        back off and try again; counts no failed attempt
    ├ AuthError             pause until a person signs in or enrols the till
    ├ RejectedError         this request was refused for its content
    │ └ CodeRefused         a one-time code is wrong, used, or over
    ├ ConflictError         this request met a newer version
    └ ProtocolError         the other side does not speak our protocol: stop, lose nothing, report it

A bug (an AssertionError, a KeyError) is never one of these, and never swallowed.
"""


class StoreError(Exception):
    """The till's own disk or database. A host words it by `code`; `str()` is English, for logs and commands.
    `cause` is the operating system's message, if that explains more.
    """

    code = "store_error"

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class DiskFull(StoreError):
    code = "disk_full"


class StoreUnavailable(StoreError):
    code = "store_unavailable"


class HomeInUse(StoreError):
    code = "home_in_use"


class SchemaTooNew(StoreError):
    code = "schema_too_new"


class MigrationRefused(StoreError):
    code = "migration_refused"


class StoreCorrupt(StoreError):
    code = "store_corrupt"


class SyncError(Exception):
    """The connection to the server."""


class TransientError(SyncError):
    """`retry_after_s` is what the server asked for, or None.

    `code` is the contract's error code if our server answered (the link works, the trouble is behind it),
    None if it did not answer.
    """

    def __init__(self, message: str, retry_after_s: float | None = None, *, code: str | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.code = code


class AuthError(SyncError):
    """`code` is the contract's; `forbidden` and `device_cloned` mean that the till must be enrolled again."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RejectedError(SyncError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CodeRefused(RejectedError):
    pass


class ConflictError(SyncError):
    def __init__(self, message: str, current_version: int | None = None) -> None:
        super().__init__(message)
        self.current_version = current_version


class ProtocolError(SyncError):
    pass
