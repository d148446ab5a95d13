"""Which connection has room, and which is closed for another."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from server_stub.errors import Refusal
from server_stub.middleware.connections import Connection, ConnectionTable, Shown


@dataclass(eq=False)
class FakeWire:
    is_cut: bool = False
    waiting: int = 0

    def abort(self) -> None:
        self.is_cut = True

    def get_write_buffer_size(self) -> int:
        return self.waiting


@dataclass
class Door:
    table: ConnectionTable
    cut: list[str] = field(default_factory=list)

    def come(self, address: str = "192.0.2.1") -> tuple[Connection | None, FakeWire]:
        wire = FakeWire()
        return self.table.admit(wire, address), wire

    def enter(self, address: str = "192.0.2.1") -> tuple[Connection, FakeWire]:
        connection, wire = self.come(address)
        assert connection is not None
        return connection, wire


def door(**rest: Any) -> Door:
    cut: list[str] = []
    figures = {
        "open_max": 4,
        "per_address_max": 3,
        "per_bearer_max": 2,
        "unread_s": 30,
        "unread_total_s": 300,
    }
    return Door(ConnectionTable(**{**figures, **rest}, cut=cut.append), cut)


def test_who_has_asked_nothing_goes_first_and_of_these_the_oldest() -> None:
    at = door()
    asked, asked_wire = at.enter()
    asked.asked()
    _, oldest = at.enter()
    _, newer = at.enter()
    at.enter()
    assert (oldest.is_cut, newer.is_cut, asked_wire.is_cut) == (True, False, False)
    assert len(at.table) == 3
    assert at.cut == ["address_full"]


def test_who_is_served_with_a_token_stays_and_the_newcomer_goes() -> None:
    at = door()
    entered = [at.enter() for _ in range(3)]
    for number, (connection, _wire) in enumerate(entered):
        connection.works_for("demo", f"till-{number}")
    assert at.come()[0] is None
    assert not any(wire.is_cut for _connection, wire in entered)
    entered[1][0].rests()
    at.enter()
    assert [wire.is_cut for _connection, wire in entered] == [False, True, False]


def test_one_address_takes_nothing_from_another() -> None:
    at = door(open_max=5)
    other, other_wire = at.enter("198.51.100.7")
    for _ in range(50):
        at.enter()
    assert not other_wire.is_cut
    other.asked()
    assert len(at.table) == 4


def test_of_all_addresses_together_the_oldest_that_asked_nothing_makes_room() -> None:
    at = door()
    first, first_wire = at.enter("192.0.2.1")
    second_wires = [at.enter(f"192.0.2.{number}")[1] for number in range(2, 5)]
    first.asked()
    at.enter("192.0.2.9")
    assert second_wires[0].is_cut
    assert not first_wire.is_cut
    assert at.cut == ["server_full"]


def test_an_ipv6_network_counts_as_one_and_a_mapped_address_as_ipv4() -> None:
    at = door(per_address_max=1)
    _, first = at.enter("2001:db8:1:2::1")
    at.enter("2001:db8:1:2:ffff::9")
    assert first.is_cut
    _, mapped = at.enter("::ffff:192.0.2.1")
    at.enter("192.0.2.1")
    assert mapped.is_cut
    assert len(at.table) == 2


def test_a_proxys_connections_count_for_the_clients_of_their_requests() -> None:
    at = door(open_max=100, proxies=["10.0.0.0/8"])
    pool = [at.enter("10.0.0.1")[0] for _ in range(10)]
    for connection in pool[:3]:
        connection.counts_for("192.0.2.1")
        connection.works_for("demo", "t" + str(connection.turn))
    with pytest.raises(Refusal):
        pool[3].counts_for("192.0.2.1")
    pool[3].counts_for("192.0.2.2")
    pool[0].rests()
    pool[0].served_for()
    pool[4].counts_for("192.0.2.1")
    assert len(at.table) == 10


def test_behind_a_proxy_too_who_has_no_token_makes_room() -> None:
    at = door(open_max=100, proxies=["10.0.0.1/32"])
    pool = [at.enter("10.0.0.1") for _ in range(4)]
    for connection, _wire in pool:
        connection.asked()
        connection.counts_for("192.0.2.1")
    assert [wire.is_cut for _connection, wire in pool] == [True, False, False, False]


def test_one_bearer_has_so_many_requests_at_once_and_others_theirs() -> None:
    at = door(open_max=100, per_address_max=100)
    mine = [at.enter()[0] for _ in range(3)]
    for connection in mine[:2]:
        connection.works_for("demo", "bob")
    with pytest.raises(Refusal) as refused:
        mine[2].works_for("demo", "bob")
    assert refused.value.retry_after_ms
    mine[2].works_for("demo", "alice")
    mine[0].rests()
    at.enter()[0].works_for("demo", "bob")


def test_what_has_closed_leaves_nothing_behind_whatever_comes_of_it_later() -> None:
    at = door(proxies=["10.0.0.1/32"])
    connection, _wire = at.enter("10.0.0.1")
    connection.asked()
    connection.counts_for("192.0.2.1")
    connection.works_for("demo", "bob")
    connection.closed()
    for late in (connection.asked, connection.joined, connection.rests, connection.closed):
        late()
    connection.counts_for("192.0.2.1")
    connection.works_for("demo", "bob")
    connection.served_for()
    assert len(at.table) == 0
    assert not at.table._by_address
    assert not at.table._by_bearer
    assert [at.table.count(shown) for shown in Shown] == [0, 0, 0, 0]


def test_who_reads_nothing_of_what_waits_is_cut_off() -> None:
    at = door()
    served, wire = at.enter()
    served.works_for("demo", "bob")
    wire.waiting = 1000
    for now_s in range(30):
        at.table.cut_who_does_not_read(now_s)
        wire.waiting += 1000
    assert at.cut == []
    at.table.cut_who_does_not_read(30)
    assert at.cut == ["not_reading"]
    assert len(at.table) == 0


def test_a_slow_reader_is_given_time_and_not_for_ever() -> None:
    at = door()
    _, wire = at.enter()
    for now_s in range(0, 300, 10):
        wire.waiting = 100_000 - now_s
        at.table.cut_who_does_not_read(now_s)
    assert at.cut == []
    at.table.cut_who_does_not_read(300)
    assert wire.is_cut


def test_who_has_read_all_begins_anew() -> None:
    at = door()
    _, wire = at.enter()
    for now_s in range(0, 3000, 10):
        wire.waiting = 50_000 if now_s % 20 else 0
        at.table.cut_who_does_not_read(now_s)
    assert not wire.is_cut
