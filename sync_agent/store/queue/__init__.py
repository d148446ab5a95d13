"""The queue of this till's operations, from what a person does to the end of each.

An operation is enqueued in the transaction of what it reports, leased while it is sent, and ended by the
server's result or by a person. These names are what a host program uses (docs/embedding.md); the other
modules are the agent's. ARCHITECTURE.md, "Life of an operation".
"""

from sync_agent.store.queue import attempts, dead_letters
from sync_agent.store.queue.enqueueing import (
    Enqueued,
    ExpectedProductEffect,
    ExpectedSettingEffect,
    ExpectedStockEffect,
    NewOperation,
    enqueue,
    enqueue_many,
)
from sync_agent.store.queue.queries import waiting_count
from sync_agent.store.queue.status import WAITING, Status
from sync_agent.store.queue.wire import wire_form

__all__ = [
    "WAITING",
    "Enqueued",
    "ExpectedProductEffect",
    "ExpectedSettingEffect",
    "ExpectedStockEffect",
    "NewOperation",
    "Status",
    "attempts",
    "dead_letters",
    "enqueue",
    "enqueue_many",
    "waiting_count",
    "wire_form",
]
