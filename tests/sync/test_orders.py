"""P2: an order is taken in exactly once, whatever way a store tells it."""

from __future__ import annotations

import asyncio
import itertools

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.sync.shop import Shop, story

from omnisync.errors import Unavailable
from omnisync.model.commands import Link
from omnisync.model.events import OrderSeen
from omnisync.model.money import Money
from omnisync.model.order import OrderPart, OrderState

NEW, PREPARING, SHIPPED = OrderState.NEW, OrderState.PREPARING, OrderState.SHIPPED
CANCELLED, RETURNED, WAITING, DELIVERED = (
    OrderState.CANCELLED, OrderState.RETURNED, OrderState.WAITING, OrderState.DELIVERED,
)  # fmt: skip


def moved(shop: Shop, part: OrderPart, state: OrderState | None = None, **changes: object) -> OrderPart:
    """The store tells the part anew, later."""
    return shop.s1.tell(msgspec.structs.replace(part, state=state or part.state, modified_at=shop.s1.now(), **changes))


@story
async def test_an_order_is_reserved_once_however_often_it_is_told(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2)
    shop.s1.parts *= 3
    shop.s1.repeats = True
    for _ in range(5):
        await shop.take()
        await shop.wait(30)
    assert shop.reserved("A") == 2
    assert len(shop.events("order.seen")) == 1
    assert shop.rows("SELECT store, number FROM shop_order") == [("s1", "1001")]


@story
async def test_two_stores_may_use_the_same_number(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2)
    shop.s2.sell("1001", A=3)
    await shop.take("s1")
    await shop.take("s2")
    assert shop.reserved("A") == 5


@pytest.mark.parametrize("way", list(itertools.permutations(range(4))))
@story
async def test_the_newest_word_wins_in_whatever_order_it_is_told(shop: Shop, way: tuple[int, ...]) -> None:
    await shop.begin(A=10)
    now = shop.s1.now()
    told = [
        OrderPart("1001", state, now + age, now, Money(1000, "TRY"), (shop.s1.line("A", pieces),))
        for age, (state, pieces) in enumerate([(WAITING, 4), (NEW, 3), (PREPARING, 2), (PREPARING, 1)])
    ]
    for turn in way:
        shop.s1.parts = [told[turn]]
        await shop.take()
    assert (shop.reserved("A"), shop.one("SELECT state FROM shop_order")) == (1, "preparing")


@story
async def test_parts_in_one_page_are_taken_by_their_time_and_not_their_place(shop: Shop) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("1001", A=2)
    later = msgspec.structs.replace(part, state=CANCELLED, modified_at=part.modified_at + 5)
    shop.s1.parts = [later, part]
    await shop.take()
    assert shop.reserved("A") == 0


@story
async def test_windows_overlap_so_that_a_late_visible_order_is_found(shop: Shop) -> None:
    await shop.begin(A=10)
    hidden = shop.s1.sell("1000", A=2)
    shop.s1.parts.remove(hidden)
    await shop.wait(20)
    shop.s1.sell("1001", A=1)
    await shop.take()
    assert shop.reserved("A") == 1
    await shop.wait(90)
    shop.s1.sell("1002", A=4)
    shop.s1.parts.append(hidden)  # with the time at which it was placed
    await shop.take()
    assert shop.reserved("A") == 7


@story
async def test_an_order_that_was_missing_for_hours_among_others_is_found(shop: Shop) -> None:
    """Trendyol left new orders out more than once (facts/marketplaces.md 1.9), while it told of others."""
    await shop.begin(A=100)
    hidden = shop.s1.sell("1000", A=2)
    shop.s1.parts.remove(hidden)
    for number in range(18):
        shop.s1.sell(f"n{number}", A=1)
        await shop.wait(600)
        await shop.take()
    assert shop.reserved("A") == 18
    shop.s1.parts.append(hidden)
    for _ in range(7):
        await shop.wait(600)
        await shop.take()
    assert shop.reserved("A") == 20
    long = [since for since, until in shop.s1.asked[1:] if until - since > 12 * 3_600_000]
    assert 3 <= len(long) <= 6, "a whole day is read again once an hour, not each time"


@story
async def test_no_moment_is_left_out_between_two_windows(shop: Shop) -> None:
    await shop.begin(A=10)
    for number in range(30):
        if number % 3:
            shop.s1.sell(f"n{number}", A=0)
        await shop.take()
        await shop.wait(3600)
    ahead = shop.s1.asked[0][1] - shop.one("SELECT CAST(mark AS INTEGER) FROM cursor WHERE feed = 'connected'")
    overlap = shop.s1.capabilities.orders_overlap * 1000
    for (_, until), (since, _) in itertools.pairwise(shop.s1.asked):
        assert since <= until - ahead - overlap


@story
async def test_a_pull_that_breaks_off_is_asked_again_from_where_it_was(shop: Shop) -> None:
    await shop.begin(A=100)
    for number in range(8):
        shop.s1.sell(str(number), A=1)

    def break_off() -> None:
        shop.s1.down = Unavailable("gone")

    shop.s1.after_page = break_off
    assert not await shop.take()
    shop.s1.down, shop.s1.after_page = None, None
    await shop.wait(3600)
    assert await shop.take()
    assert shop.reserved("A") == 8


@pytest.mark.parametrize("skew", [-4 * 3600, -600, 600, 3600])
@story
async def test_a_store_whose_clock_is_off_loses_no_order(shop: Shop, skew: int) -> None:
    shop.s1.skew = skew
    await shop.begin(A=1000)
    for number in range(60):
        shop.s1.sell(str(number), A=1)
        await shop.take()
        await shop.wait(200)
    await shop.wait(max(0, skew) + 60)
    await shop.take()
    assert shop.reserved("A") == 60


@pytest.mark.parametrize("ahead", [300, 900])
@story
async def test_an_order_with_a_date_far_ahead_hides_no_other_one(shop: Shop, ahead: int) -> None:
    await shop.begin(A=1000)
    shop.s1.skew = ahead
    shop.s1.sell("from the future", A=1)
    shop.s1.skew = 0
    await shop.take()
    for number in range(60):
        shop.s1.sell(str(number), A=1)
        await shop.wait(30)
        await shop.take()
    assert shop.reserved("A") == 61


@story
async def test_several_who_ask_for_orders_at_once_share_the_pull_that_begins_after_they_asked(shop: Shop) -> None:
    """Trendyol allows one in two seconds: an audit, a lost batch and the schedule would wait for one another."""
    await shop.begin(A=10)
    sync = shop.syncs["s1"]
    shop.s1.asked.clear()
    shop.s1.slow_orders = 2
    async with asyncio.TaskGroup() as group:
        group.create_task(sync.pull_orders())
        await asyncio.sleep(1)
        shop.s1.sell("1", A=3)
        late = [group.create_task(sync.pull_orders()) for _ in range(3)]
    assert [task.result() for task in late] == [True] * 3
    assert len(shop.s1.asked) == 2, "the one under way may not tell what was sold since; the next is enough for all"
    assert shop.figure("s2", "A").wanted == 7000


@story
async def test_an_unchanged_pull_writes_no_event(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.settle()
    before = shop.count()
    for _ in range(40):
        await shop.take()
        await shop.pull()
        await shop.wait(30)
    for name in shop.stores:
        await shop.syncs[name].pull_catalogue()
    await shop.settle()
    assert shop.count() == before


# The first connection.


@story
async def test_the_first_connection_takes_open_orders_only(shop: Shop) -> None:
    for number, state in enumerate([NEW, PREPARING, WAITING, SHIPPED, DELIVERED, CANCELLED, RETURNED]):
        shop.s1.sell(str(number), state, A=1)
    await shop.begin(A=20)
    assert shop.rows("SELECT number FROM shop_order ORDER BY number") == [("0",), ("1",), ("2",)]
    assert shop.reserved("A") == 3


@story
async def test_an_order_that_left_before_the_first_connection_stays_history_when_it_is_delivered(shop: Shop) -> None:
    """It would else be reserved and handed to the ERP a second time, weeks after it was sold."""
    part = shop.s1.sell("old", SHIPPED, A=3)
    await shop.begin(A=20)
    await shop.wait(86_400)
    moved(shop, part, DELIVERED)
    await shop.take()
    await shop.wait(86_400)
    moved(shop, part, RETURNED)
    await shop.take()
    assert (shop.reserved("A"), shop.rows("SELECT number FROM shop_order")) == (0, [])
    await shop.export()
    assert shop.erp.sent == []


@story
async def test_an_order_placed_and_shipped_while_the_daemon_was_off_is_taken(shop: Shop) -> None:
    await shop.begin(A=20)
    await shop.wait(3600)
    shop.s1.sell("1001", SHIPPED, A=3)
    await shop.wait(86_400)
    await shop.take()
    await shop.export()
    assert (shop.reserved("A"), [order.number for order in shop.erp.sent]) == (3, ["1001"])


@story
async def test_the_first_connection_that_breaks_off_is_still_the_first(shop: Shop) -> None:
    for number, state in enumerate([NEW, NEW, NEW, SHIPPED, DELIVERED]):
        shop.s1.sell(str(number), state, A=1)
    shop.erp.adds("A", 20)
    await shop.start()
    await shop.pull()

    def break_off() -> None:
        shop.s1.down = Unavailable("gone")

    shop.s1.after_page = break_off
    assert not await shop.take()
    shop.s1.down, shop.s1.after_page = None, None
    assert await shop.take()
    assert shop.reserved("A") == 3
    assert len(shop.rows("SELECT number FROM shop_order")) == 3


# Packages.


def package(
    shop: Shop, part: str, state: OrderState = NEW, /, dead: bool = False, replaces: tuple[str, ...] = (), **pieces: int
) -> OrderPart:
    now = shop.s1.now()
    lines = tuple(shop.s1.line(code, count) for code, count in pieces.items())
    return OrderPart(
        "1001",
        state,
        now,
        now,
        Money(1000 * sum(pieces.values()), "TRY"),
        lines,
        part=part,
        dead=dead,
        replaces=replaces,
    )


def totals(shop: Shop) -> tuple[int, int, int]:
    return shop.reserved("A"), shop.reserved("B"), shop.one("SELECT total FROM shop_order")


@pytest.mark.parametrize("way", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("apart", [False, True])
@story
async def test_a_split_package_counts_once_whoever_is_told_first(shop: Shop, way: tuple[int, ...], apart: bool) -> None:
    await shop.begin(A=10, B=10)
    shop.s1.parts = [package(shop, "P1", A=2, B=3)]
    await shop.take()
    assert totals(shop) == (2, 3, 5000)
    await shop.wait(5)
    told = [
        package(shop, "P1", dead=True, A=2, B=3), package(shop, "P2", A=2, replaces=("P1",)),
        package(shop, "P3", B=3, replaces=("P1",)),
    ]  # fmt: skip
    in_order = [told[turn] for turn in way]
    for page in [[each] for each in in_order] if apart else [in_order]:
        shop.s1.parts = page
        await shop.take()
    assert totals(shop) == (2, 3, 5000)


@pytest.mark.parametrize("way", list(itertools.permutations(range(3))))
@story
async def test_packages_first_seen_after_their_split_count_once(shop: Shop, way: tuple[int, ...]) -> None:
    await shop.begin(A=10, B=10)
    told = [
        package(shop, "P1", dead=True, A=2, B=3), package(shop, "P2", A=2, replaces=("P1",)),
        package(shop, "P3", B=3, replaces=("P1",)),
    ]  # fmt: skip
    for turn in way:
        shop.s1.parts = [told[turn]]
        await shop.take()
    assert totals(shop) == (2, 3, 5000)


@story
async def test_a_line_split_by_quantity_is_the_sum_of_its_living_parts(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    shop.s1.parts = [package(shop, "P1", A=5)]
    await shop.take()
    await shop.wait(5)
    shop.s1.parts = [
        package(shop, "P2", A=2, replaces=("P1",)), package(shop, "P3", A=3, replaces=("P1",)),
        package(shop, "P1", dead=True, A=5),
    ]  # fmt: skip
    await shop.take()
    assert shop.reserved("A") == 5


@story
async def test_a_partial_cancel_is_a_package_reborn_with_less(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    shop.s1.parts = [package(shop, "P1", A=2, B=3)]
    await shop.take()
    await shop.wait(5)
    shop.s1.parts = [package(shop, "P2", A=2, replaces=("P1",)), package(shop, "P3", CANCELLED, B=3, replaces=("P1",))]
    await shop.take()
    assert totals(shop) == (2, 0, 2000)
    assert shop.one("SELECT state FROM shop_order") == "new"


@story
async def test_a_package_told_as_dead_goes_on_holding_its_goods_until_another_has_them(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    shop.s1.parts = [package(shop, "P1", dead=True, A=2, B=3)]
    await shop.take()
    assert (shop.reserved("A"), shop.reserved("B")) == (2, 3), "a moment too much is better than sold twice"
    await shop.wait(5)
    shop.s1.parts = [package(shop, "P2", A=2)]
    await shop.take()
    assert (shop.reserved("A"), shop.reserved("B")) == (2, 3)


@story
async def test_an_order_of_several_packages_is_as_far_as_its_slowest(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    shop.s1.parts = [package(shop, "P1", SHIPPED, A=2), package(shop, "P2", PREPARING, B=3)]
    await shop.take()
    assert shop.one("SELECT state FROM shop_order") == "preparing"
    await shop.wait(5)
    shop.s1.parts = [package(shop, "P2", CANCELLED, B=3)]
    await shop.take()
    assert shop.one("SELECT state FROM shop_order") == "shipped"


# Cancelled, returned, reopened.


@pytest.mark.parametrize("state", [CANCELLED, RETURNED])
@story
async def test_a_cancelled_or_returned_order_gives_its_stock_back(shop: Shop, state: OrderState) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.settle()
    assert shop.s2.shows("A") == 8
    await shop.wait(5)
    moved(shop, part, state)
    await shop.take()
    await shop.settle()
    assert (shop.reserved("A"), shop.s2.shows("A")) == (0, 10)


@pytest.mark.parametrize("line_state", [None, CANCELLED])
@story
async def test_a_cancel_after_it_was_shipped_gives_nothing_back(shop: Shop, line_state: OrderState | None) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.wait(5)
    part = moved(shop, part, SHIPPED)
    await shop.take()
    await shop.wait(5)
    lines = tuple(msgspec.structs.replace(line, state=line_state) for line in part.lines)
    moved(shop, part, CANCELLED, lines=lines)
    await shop.take()
    assert (shop.reserved("A"), shop.one("SELECT state FROM shop_order")) == (2, "shipped")


@story
async def test_one_cancelled_line_gives_back_its_own_goods_only(shop: Shop) -> None:
    await shop.begin(A=10, B=10)
    part = shop.s1.sell("1001", A=2, B=3)
    await shop.take()
    await shop.wait(5)
    lines = (part.lines[0], msgspec.structs.replace(part.lines[1], state=CANCELLED))
    moved(shop, part, lines=lines)
    await shop.take()
    assert (shop.reserved("A"), shop.reserved("B")) == (2, 0)


@story
async def test_an_order_that_is_paid_after_all_is_reserved_and_handed_over(shop: Shop) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("1001", A=2)
    await shop.take()
    await shop.wait(5)
    part = moved(shop, part, CANCELLED)
    await shop.take()
    await shop.export()
    assert (shop.reserved("A"), shop.erp.sent) == (0, [])
    await shop.wait(5)
    moved(shop, part, NEW)
    await shop.take()
    await shop.export()
    assert shop.reserved("A") == 2
    assert [order.number for order in shop.erp.sent] == ["1001"]


@story
async def test_an_unpaid_order_is_reserved_and_not_handed_over(shop: Shop) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("1001", WAITING, A=2)
    await shop.take()
    await shop.export()
    assert (shop.reserved("A"), shop.erp.sent) == (2, [])
    await shop.wait(5)
    moved(shop, part, NEW)
    await shop.take()
    await shop.export()
    assert len(shop.erp.sent) == 1


# What isn't known, what can't be read.


@story
async def test_an_unknown_product_is_set_aside_and_the_rest_is_reserved(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2, X=3)
    with capture_logs() as told:
        await shop.take()
        await shop.take()
    unknown = [(line["order"], line["reason"]) for line in told if line["event"] == "line.unknown"]
    assert unknown == [("1001", "unknown product X: name of X")], "said once, with what to do"
    assert shop.reserved("A") == 2
    assert shop.set_aside("s1") == {"line:1001:line-X": "unknown product X: name of X"}
    await shop.export()
    assert shop.erp.sent == [], "half an order would be booked as a whole one"


@story
async def test_a_new_product_resolves_the_lines_that_waited_for_it(shop: Shop) -> None:
    await shop.begin(A=10)
    shop.s1.sell("1001", A=2, X=3)
    await shop.take()
    shop.erp.adds("X", 5)
    await shop.pull()
    assert (shop.reserved("X"), shop.available("X"), shop.set_aside("s1")) == (3, 2, {})
    await shop.export()
    assert [(line.code, line.quantity) for line in shop.erp.sent[0].lines] == [("A", 2000), ("X", 3000)]


@story
async def test_a_person_s_link_resolves_the_lines_of_that_listing(shop: Shop) -> None:
    await shop.begin(A=10)
    from tests.sync.fakes import Shown

    shop.s1.listed["r9"] = Shown("other name")
    await shop.syncs["s1"].pull_catalogue()
    shop.s1.sell("1001", **{"other name": 3})
    await shop.take()
    assert shop.reserved("A") == 0
    shop.erp.adds("C", 5)
    await shop.pull()
    await shop.order(Link("s1", "r9", "C"))
    assert (shop.reserved("C"), shop.set_aside("s1")) == (3, {})


@story
async def test_a_listing_that_comes_after_the_order_resolves_its_lines(shop: Shop) -> None:
    from tests.sync.fakes import Shown

    await shop.begin(A=10)
    shop.erp.adds("C", 5, barcodes=("8690001",))
    await shop.pull()
    part = shop.s1.sell("1001", X=3)
    moved(shop, part, lines=(msgspec.structs.replace(part.lines[0], remote_id="r9"),))
    await shop.take()
    assert shop.reserved("C") == 0
    shop.s1.listed["r9"] = Shown("X", barcodes=("8690001",))
    await shop.syncs["s1"].pull_catalogue()
    assert (shop.reserved("C"), shop.set_aside("s1")) == (3, {})


@story
async def test_a_cancelled_order_leaves_nothing_in_quarantine(shop: Shop) -> None:
    await shop.begin(A=10)
    part = shop.s1.sell("1001", X=3)
    await shop.take()
    assert shop.set_aside("s1")
    await shop.wait(5)
    moved(shop, part, CANCELLED)
    await shop.take()
    assert shop.set_aside("s1") == {}


@story
async def test_an_order_that_can_t_be_read_is_set_aside_once_and_the_others_go_in(shop: Shop) -> None:
    await shop.begin(A=10)
    for number in ("1", "2", "3", "4", "5"):
        shop.s1.sell(number, A=1)
    shop.s1.unreadable = {"2", "5"}
    for _ in range(6):
        assert await shop.take()
        await shop.wait(10)
    assert shop.reserved("A") == 3
    assert shop.set_aside("s1") == {"order:2": "order 2 makes no sense", "order:5": "order 5 makes no sense"}
    assert len(shop.events("quarantine.in")) == 2, "said once, not at every pull"
    shop.s1.unreadable = set()
    await shop.take()
    assert (shop.reserved("A"), shop.set_aside("s1")) == (5, {})


@story
async def test_a_change_of_address_is_noticed_and_the_digest_tells_nobody_the_address(shop: Shop) -> None:
    from omnisync.model.order import Customer

    await shop.begin(A=10)
    part = shop.s1.sell("1001", A=1)
    await shop.take()
    await shop.wait(5)
    moved(shop, part, customer=Customer(name="Ali", note="ring twice"))
    await shop.take()
    first, second = shop.events("order.seen")
    assert isinstance(first, OrderSeen)
    assert isinstance(second, OrderSeen)
    assert first.digest != second.digest
    unkeyed = shop.rows("SELECT 1 FROM customer_key")
    assert unkeyed, "the digest is made with the person's key"
