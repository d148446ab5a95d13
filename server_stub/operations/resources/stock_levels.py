"""Place and product of operations on a stock level."""

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Preload
from server_stub.operations.parsing import Envelope
from sync_agent.contract.codes import ErrorCode


def place_and_product(envelope: Envelope) -> tuple[str, str]:
    """The (location, product) of an operation. Raises Refusal if it names none."""
    product_id = envelope.operation.resource_id or envelope.operation.data.get("productId")
    if not isinstance(product_id, str):
        raise Refusal(ErrorCode.BAD_REQUEST, "resourceId: a stock operation names its product")
    if envelope.location_id is None:
        raise Refusal(ErrorCode.BAD_REQUEST, "locationId: a stock operation names its place")
    return envelope.location_id, product_id


def level_preload(context: OperationContext, envelope: Envelope) -> Preload:
    """The level to load for an operation, if it names one that its bearer may use."""
    place, product_id = context.callers_place(envelope.location_id), envelope.operation.resource_id
    if place is None or product_id is None:
        return Preload()
    return Preload(levels=frozenset({(place, product_id)}))
