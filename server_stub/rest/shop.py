"""The current stock, shifts and receipts of a shop."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from server_stub.app_state import AppState
from server_stub.rest.routing import Bearer, answer, documented
from server_stub.services import shifts
from server_stub.services.streams import receipts, stock_view
from sync_agent.contract import paths
from sync_agent.contract.operations import ShiftRow
from sync_agent.contract.receipts import ReceiptsPage
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

    @router.get(
        paths.RECEIPTS,
        **documented(
            "A place's sales, refunds and voids, newest first, as long as the shop refunds; of one receipt"
            " number, of any age, with what went back of it.",
            gives=ReceiptsPage,
        ),
    )
    async def of_a_place(
        caller: Bearer,
        location_id: Annotated[str, Query(alias="locationId", max_length=64)],
        number: Annotated[str | None, Query(max_length=40)] = None,
        page_token: Annotated[str | None, Query(alias="pageToken", max_length=400)] = None,
    ) -> Response:
        if number is not None:
            asked = partial(receipts.of_number, caller=caller, location_id=location_id, number=number)
            return answer(await database.read(caller.tenant_id, asked))
        page = partial(
            receipts.page,
            caller=caller,
            location_id=location_id,
            page_token=page_token,
            now_ms=database.clock.now_ms(),
        )
        return answer(await database.read(caller.tenant_id, page))

    return router
