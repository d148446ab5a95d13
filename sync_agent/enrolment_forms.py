"""What a person fills in to enrol a till: by a manager's password, by a one-time code, or with a new shop.

Plain data, so that windows and commands make them without the network's modules.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Enrolment:
    """With a manager's password."""

    server_url: str
    tenant_id: str
    username: str
    password: str
    location_id: str
    till_name: str
    insecure: bool = False
    """The person asked for an address without encryption."""
    code: str = ""
    """Of the manager's second factor, where they have one."""


@dataclass(frozen=True)
class CodeEnrolment:
    """With a one-time code."""

    server_url: str
    code: str
    till_name: str
    insecure: bool = False


@dataclass(frozen=True)
class FirstShop:
    """The first shop of a server that has none, its admin, and its first till."""

    server_url: str
    code: str
    shop_name: str
    currency: str
    place_name: str
    time_zone: str
    username: str
    password: str
    pin: str
    till_name: str
    insecure: bool = False
