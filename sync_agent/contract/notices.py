"""A manager's notices to the shop or one location: rows of a stream, and who has read them."""

from typing import Annotated

from pydantic import Field

from sync_agent.contract.wire import Id, UtcTime, Version, Wire

NOTICE_ROW = "notice"
"""The resource type."""

READINGS_MAX = 100
"""How many readings one `network-status` may report."""


class NoticeRow(Wire):
    """Plain text for people, never state: shown until `until`, or until a person has read it.

    It is a row of its location's stream, or of the tenant's stream if it is for every location. Its deletion
    follows in the stream some time after it has ended.
    """

    id: Id
    type: str
    text: str
    sender_id: str
    sender_name: str
    location_id: Id | None = None
    sent_at: UtcTime
    until: UtcTime
    version: Version


class NoticeReading(Wire):
    """Who read a notice, and when, by the clock of the till that reports it."""

    notice_id: Id
    person_id: Id
    at: UtcTime


class NoticeReader(Wire):
    person_id: Id
    device_id: Id | None = None
    at: UtcTime


class NoticeWithReaders(NoticeRow):
    read_by: list[NoticeReader]


class Notices(Wire):
    """The answer to GET …/notices: newest first, with who has read them."""

    notices: list[NoticeWithReaders]


Readings = Annotated[list[NoticeReading], Field(max_length=READINGS_MAX)]
