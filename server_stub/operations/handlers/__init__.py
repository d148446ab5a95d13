"""A handler for each kind of operation, a module for those of one resource."""

from server_stub.operations.handler import Handlers
from server_stub.operations.handlers.aliases import JoinTwoProducts, PartTwoProducts
from server_stub.operations.handlers.conflict_reopening import ReopenOneConflict
from server_stub.operations.handlers.conflict_resolution import ResolveOneConflict
from server_stub.operations.handlers.counts import StockCount
from server_stub.operations.handlers.movements import StockMovement
from server_stub.operations.handlers.products import CreateProduct, DeleteProduct, EditProduct
from server_stub.operations.handlers.settings import EditSetting
from server_stub.operations.handlers.shifts import CloseShift, OpenShift
from server_stub.operations.handlers.transactions import TillTransaction
from server_stub.operations.handlers.transfers import Transfer

BUILT_IN = (
    StockMovement(),
    StockCount(),
    TillTransaction(),
    Transfer(),
    CreateProduct(),
    EditProduct(),
    DeleteProduct(),
    JoinTwoProducts(),
    PartTwoProducts(),
    EditSetting(),
    ResolveOneConflict(),
    ReopenOneConflict(),
    OpenShift(),
    CloseShift(),
)
HANDLERS = Handlers(BUILT_IN)
"""The default handlers of a server."""
