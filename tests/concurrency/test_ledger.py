"""The commitment ledger under contention: real threads, real transactions, and the same race with the guard off."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum
from django.utils import timezone

from companies.enums import CommitmentState
from companies.models import Commitment, MonthlyCapacity, Product
from companies.services import capacity, ledger
from core.errors import DomainError
from core.months import add_months, first_day
from tests.factories.people import make_capacity, make_company, make_member, make_product

CONTENDERS = 20
SUMS = "companies_monthlycapacity"


def month(offset: int) -> date:
    return add_months(first_day(timezone.localdate()), offset)


def reserve(
    product: Product,
    quantities: dict[date, int],
    *,
    source: uuid.UUID | None = None,
    expires_at: datetime | None = None,
) -> list[Commitment]:
    return ledger.reserve(
        product=product,
        quantities={day: Decimal(quantity) for day, quantity in quantities.items()},
        source_type="tests.award",
        source_id=source or uuid.uuid4(),
        expires_at=expires_at or timezone.now() + timedelta(hours=48),
    )


def race(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all at once, each on a connection of its own; what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            results[index] = acts[index]()
        except Exception as error:  # the test looks at it
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def assert_sums_agree() -> None:
    """Each month's reserved and bound are the sums of its commitments, and never more than there was to give."""
    for row in MonthlyCapacity.objects.all():
        commitments = Commitment.objects.filter(product=row.product_id, month=row.month)
        for state, kept in ((CommitmentState.RESERVED, row.reserved), (CommitmentState.BOUND, row.bound)):
            total = commitments.filter(state=state).aggregate(total=Sum("quantity"))["total"] or Decimal(0)
            assert total == kept


@pytest.fixture
def product(transactional_db: None) -> Product:
    product = make_product(make_company())
    make_capacity(product, month(1), 1000)
    make_capacity(product, month(2), 1000)
    return product


@pytest.fixture
def without_guard(product: Product) -> Iterator[None]:
    """The table's triggers off, as on a database that was not set up by our migrations."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {SUMS} DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE companies_commitment DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {SUMS} ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE companies_commitment ENABLE TRIGGER USER")


def test_twenty_contenders_get_exactly_what_fits(product: Product) -> None:
    results = race([lambda: reserve(product, {month(1): 150})] * CONTENDERS)
    refused = [one for one in results if isinstance(one, DomainError)]
    assert len([one for one in results if isinstance(one, list)]) == 6
    assert [one.code for one in refused] == ["capacity-exceeded"] * 14
    row = MonthlyCapacity.objects.get(product=product, month=month(1))
    assert row.reserved == Decimal(900)
    assert_sums_agree()


def test_several_months_in_any_order_neither_deadlock_nor_half_succeed(product: Product) -> None:
    def act(index: int) -> Callable[[], Any]:
        months = [month(1), month(2)] if index % 2 else [month(2), month(1)]
        return lambda: reserve(product, dict.fromkeys(months, 300))

    results = race([act(index) for index in range(CONTENDERS)])
    assert len([one for one in results if isinstance(one, list)]) == 3
    assert {type(one) for one in results} == {list, DomainError}
    assert list(MonthlyCapacity.objects.values_list("reserved", flat=True)) == [Decimal(900)] * 2
    assert Commitment.objects.count() == 6
    assert_sums_agree()


def test_plain_inserts_that_check_first_are_held_by_the_database(product: Product) -> None:
    wait = threading.Barrier(CONTENDERS)
    results = race([lambda: check_then_insert(product, wait)] * CONTENDERS)
    assert len([one for one in results if one is True]) == 6
    assert {type(one) for one in results if one is not True} == {IntegrityError}
    assert MonthlyCapacity.objects.get(product=product, month=month(1)).reserved == Decimal(900)
    assert_sums_agree()


def test_negative_control_the_same_inserts_promise_twice_without_the_guard(
    product: Product, without_guard: None
) -> None:
    wait = threading.Barrier(CONTENDERS)
    results = race([lambda: check_then_insert(product, wait)] * CONTENDERS)
    assert results == [True] * CONTENDERS
    promised = Commitment.objects.filter(product=product).aggregate(total=Sum("quantity"))["total"]
    assert promised == Decimal(3000)  # three times what there is


def check_then_insert(product: Product, wait: threading.Barrier) -> bool:
    """What a careless programme does: all look, all see enough, all promise."""
    row = MonthlyCapacity.objects.get(product=product, month=month(1))
    assert row.stated - row.reserved - row.bound >= 150
    wait.wait(30)
    Commitment.objects.create(
        product=product, month=month(1), quantity=150, expires_at=timezone.now() + timedelta(hours=48),
        source_type="tests.award", source_id=uuid.uuid4(),
    )  # fmt: skip
    return True


def test_lowering_and_reserving_at_once_keep_the_sums(product: Product) -> None:
    owner = make_member(product.company)

    def lower() -> Any:
        return capacity.correct_month(
            product=product, month=month(1), stated=Decimal(300), reason="mưa đá", actor=owner
        )

    results = race([lower, *[lambda: reserve(product, {month(1): 150})] * (CONTENDERS - 1)])
    assert isinstance(results[0], list)
    row = MonthlyCapacity.objects.get(product=product, month=month(1))
    assert row.stated == Decimal(300)
    granted = len([one for one in results[1:] if isinstance(one, list)])
    assert row.reserved == 150 * granted
    assert 2 <= granted <= 6
    assert [one.missing for one in capacity.shortfalls_of(product)] == (
        [row.reserved - 300] if granted > 2 else []
    )
    assert_sums_agree()


def test_binding_and_expiring_at_once_end_in_one_of_the_two(product: Product) -> None:
    now = timezone.now()
    source = uuid.uuid4()
    reserve(product, {month(1): 400, month(2): 400}, source=source, expires_at=now + timedelta(seconds=1))
    late = now + timedelta(seconds=1)
    results = race(
        [
            lambda: ledger.bind(source_type="tests.award", source_id=source, now=now),
            lambda: ledger.expire_reservations(now=late),
        ]
    )
    states = set(Commitment.objects.values_list("state", flat=True))
    if isinstance(results[0], DomainError):
        assert (results[0].code, states) == ("reservation-expired", {CommitmentState.RELEASED})
    else:
        assert states == {CommitmentState.BOUND}
    assert_sums_agree()


@pytest.mark.django_db
class TestOne:
    """What one alone may do; no contention."""

    @pytest.fixture
    def product(self, db: None) -> Product:
        product = make_product(make_company())
        make_capacity(product, month(1), 1000)
        make_capacity(product, month(2), 500)
        return product

    def test_refusal_names_months_and_amounts(self, product: Product) -> None:
        reserve(product, {month(1): 800})
        with pytest.raises(DomainError) as refused:
            reserve(product, {month(1): 300, month(2): 500})
        assert refused.value.code == "capacity-exceeded"
        assert "300" in refused.value.message
        assert "200" in refused.value.message
        assert "500" not in refused.value.message
        assert MonthlyCapacity.objects.get(product=product, month=month(2)).reserved == 0

    def test_nothing_is_promised_on_unknown_capacity(self, product: Product) -> None:
        with pytest.raises(DomainError) as refused:
            reserve(product, {month(2): 10, month(3): 10})
        assert refused.value.code == "capacity-not-stated"
        assert Commitment.objects.count() == 0

    @pytest.mark.parametrize("quantities", [{}, {0: 0}, {1: -5}])
    def test_senseless_quantities_are_refused(self, product: Product, quantities: dict[int, int]) -> None:
        with pytest.raises(DomainError) as refused:
            reserve(product, {month(offset): quantity for offset, quantity in quantities.items()})
        assert refused.value.code == "invalid"

    def test_reserved_becomes_bound_and_is_given_back(self, product: Product) -> None:
        source = uuid.uuid4()
        reserve(product, {month(1): 600}, source=source)
        for _ in range(2):  # safe to run twice
            ledger.bind(source_type="tests.award", source_id=source)
            row = MonthlyCapacity.objects.get(product=product, month=month(1))
            assert (row.reserved, row.bound) == (Decimal(0), Decimal(600))
        for _ in range(2):
            ledger.release(source_type="tests.award", source_id=source)
            row = MonthlyCapacity.objects.get(product=product, month=month(1))
            assert (row.reserved, row.bound) == (Decimal(0), Decimal(0))

    def test_a_shortfall_does_not_stop_what_was_promised_from_binding(self, product: Product) -> None:
        source = uuid.uuid4()
        reserve(product, {month(1): 600}, source=source)
        MonthlyCapacity.objects.filter(product=product, month=month(1)).update(stated=100)
        ledger.bind(source_type="tests.award", source_id=source)
        assert MonthlyCapacity.objects.get(product=product, month=month(1)).bound == Decimal(600)

    @pytest.mark.parametrize(("offset", "released"), [(-1, 0), (0, 1), (1, 1)])
    def test_a_reservation_lapses_at_its_instant(self, product: Product, offset: int, released: int) -> None:
        due = timezone.now() + timedelta(hours=1)
        reserve(product, {month(1): 600}, expires_at=due)
        assert ledger.expire_reservations(now=due + timedelta(microseconds=offset)) == released
        assert MonthlyCapacity.objects.get(product=product, month=month(1)).reserved == 600 * (1 - released)

    def test_a_lapsed_reservation_does_not_bind(self, product: Product) -> None:
        source, due = uuid.uuid4(), timezone.now() + timedelta(hours=1)
        reserve(product, {month(1): 600}, source=source, expires_at=due)
        with pytest.raises(DomainError) as refused:
            ledger.bind(source_type="tests.award", source_id=source, now=due)
        assert refused.value.code == "reservation-expired"
        assert MonthlyCapacity.objects.get(product=product, month=month(1)).bound == 0

    @pytest.mark.parametrize(
        "act",
        [
            lambda: MonthlyCapacity.objects.update(reserved=5),
            lambda: MonthlyCapacity.objects.update(bound=F("bound") + 1),
            lambda: Commitment.objects.update(quantity=1),
            lambda: Commitment.objects.update(month=month(2)),
            lambda: Commitment.objects.filter(state="released").update(state="bound"),
        ],
    )
    def test_nobody_writes_the_sums_or_rewrites_a_promise(
        self, product: Product, act: Callable[[], Any]
    ) -> None:
        source = uuid.uuid4()
        reserve(product, {month(1): 600})
        reserve(product, {month(1): 100}, source=source)
        ledger.release(source_type="tests.award", source_id=source)
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    @pytest.mark.parametrize("seed", range(5))
    def test_sums_agree_after_any_walk(self, product: Product, seed: int) -> None:
        """Random acts, allowed or not; afterwards the sums are those of the commitments and fit the capacity."""
        dice = random.Random(seed)
        sources: list[uuid.UUID] = []
        now = timezone.now()
        for _ in range(60):
            act = dice.choice(["reserve", "reserve", "bind", "release", "expire"])
            source = dice.choice(sources) if sources else uuid.uuid4()
            try:
                if act == "reserve":
                    sources.append(uuid.uuid4())
                    months = dict.fromkeys(dice.sample([month(1), month(2), month(3)], dice.randint(1, 2)), 0)
                    wanted = {day: dice.randint(1, 400) for day in months}
                    due = now + timedelta(minutes=dice.randint(1, 60))
                    reserve(product, wanted, source=sources[-1], expires_at=due)
                elif act == "bind":
                    ledger.bind(source_type="tests.award", source_id=source, now=now)
                elif act == "release":
                    ledger.release(source_type="tests.award", source_id=source)
                else:
                    now += timedelta(minutes=dice.randint(0, 10))
                    ledger.expire_reservations(now=now)
            except DomainError:
                pass
        assert_sums_agree()
        for row in MonthlyCapacity.objects.all():
            assert row.reserved + row.bound <= row.stated
        assert Commitment.objects.exists()
