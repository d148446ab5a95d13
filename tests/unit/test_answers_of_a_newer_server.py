"""Refusals for reasons, and results of a status, that this till does not know."""

import pytest

from sync_agent.contract.operations import OperationResult, ResultStatus
from sync_agent.errors import AuthError, RejectedError, SyncError, TransientError
from sync_agent.network.envelope import open_envelope


@pytest.mark.parametrize(
    ("http_status", "raised"),
    [
        (503, TransientError),
        (500, TransientError),
        (429, TransientError),
        (401, AuthError),
        (403, AuthError),
        (409, RejectedError),
        (422, RejectedError),
    ],
)
def test_an_unknown_code_is_read_by_the_status_that_came_with_it(
    http_status: int, raised: type[SyncError]
) -> None:
    refused = {"success": False, "error": {"code": "shop_is_moving", "message": "later"}}
    with pytest.raises(raised, match="later"):
        open_envelope(refused, http_status)


def test_a_known_code_is_read_by_itself_whatever_the_status() -> None:
    refused = {"success": False, "error": {"code": "not_found", "message": "gone"}}
    with pytest.raises(RejectedError, match="gone"):
        open_envelope(refused, 503)


def test_on_the_socket_an_unknown_code_passes_with_time_where_it_says_when() -> None:
    error = {"code": "shop_is_moving", "message": "later"}
    with pytest.raises(RejectedError):
        open_envelope({"success": False, "error": error})
    with pytest.raises(TransientError) as caught:
        open_envelope({"success": False, "error": error | {"retryAfterMs": 2500}})
    assert caught.value.retry_after_s == 2.5


@pytest.mark.parametrize(
    ("wire", "means"),
    [
        ({"success": True, "status": "scheduled"}, ResultStatus.APPLIED),
        ({"success": False, "status": "unwanted"}, ResultStatus.REJECTED),
        ({"success": False, "status": "not_today", "retryAfterMs": 5000}, ResultStatus.DEFERRED),
        ({"success": False, "status": "blocked", "retryAfterMs": 5000}, ResultStatus.BLOCKED),
    ],
)
def test_an_unknown_status_means_what_its_success_says(wire: dict[str, object], means: ResultStatus) -> None:
    result = OperationResult.model_validate({"id": "o1"} | wire)
    assert result.means is means
    assert result.to_wire()["status"] == wire["status"]
