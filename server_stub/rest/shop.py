"""The current stock and shifts of a shop."""

from functools import partial

from fastapi import APIRouter, Response

from server_stub.app_state import AppState
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services import shifts
from server_stub.services.streams import stock_view
from sync_agent.contract import paths
from sync_agent.contract.operations import ShiftRow
from sync_agent.contract.stock import StockElsewhere


def routes(state: AppState) -> APIRouter:
    router = APIRouter()
    database = state.database

    @router.get(
        paths.STOCK + "/{product_id}",
        **documented(
            "A product's stock: for a till at every place of its shop, for a person at theirs.",
            gives=StockElsewhere,
        ),
    )
    async def stock(product_id: str, caller: Bearer) -> Response:
        return answer(
            await database.read(
                caller.tenant_id, partial(stock_view.stock_of, caller=caller, product_id=product_id)
            )
        )

    @router.get(
        paths.SHIFT,
        **documented("A shift, and whether all that its till sent is here.", gives=ShiftRow),
    )
    async def shift(shift_id: str, caller: Bearer) -> Response:
        return answer(
            await database.read(caller.tenant_id, partial(shifts.find, caller=caller, shift_id=shift_id))
        )

    return router
