"""Makes a whole simulated market and writes it in one transaction.

`load_market` is what `manage.py load_demo` runs; `load_quick_market` is a small one for tests and browser tests.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from companies.models import Commune, Company, Product, Province, User
from demo import cast, firms, needs, offers, outcomes
from demo.check import check_market
from demo.copying import Ids
from demo.names import NameGiver
from demo.world import World
from demo.writing import Steps, write_catalogue
from tenders.models import NeedLine
from tenders.services.invitations import invite_supplier

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sizes:
    """How big a market is. Buyers and agencies come on top of the producers."""

    companies: int = 9300
    products: int = 17500
    needs: int = 500

    def __post_init__(self) -> None:
        if self.companies < 60 or self.products < self.companies + 10 or self.needs < 10:
            raise ValueError(
                "A market has at least 60 companies, 10 products more than companies, and 10 needs."
            )


QUICK = Sizes(companies=300, products=600, needs=60)


@dataclass
class Loaded:
    """What was written, and the seconds that each part took."""

    sizes: Sizes
    sample_need: str
    seconds: dict[str, float] = field(default_factory=dict)


class MarketPresent(Exception):
    """The database holds companies already."""


def load_market(
    sizes: Sizes = Sizes(), *, seed: int = 1, now: datetime | None = None, replace: bool = False, quiet: bool = True,
) -> Loaded:  # fmt: skip
    """Make and write a market; one transaction, checked before it is committed.

    Args:
        now: the moment at which the market stands; months and validities are counted from it.
        replace: remove what is simulated first. Rows that are not simulated are never removed.
        quiet: no progress bars.

    Raises:
        MarketPresent: there are companies, and `replace` was not asked for; or some that are not simulated.
        ValueError: the reference data is not loaded.
        MarketBroken: an invariant does not hold (nothing is written then).
    """
    moment = now or timezone.now()
    clock = _Clock()
    with transaction.atomic():
        if Company.objects.exists():
            if not replace:
                raise MarketPresent(
                    "The database holds companies already; --replace removes the simulated ones."
                )
            remove_market()
        _constraints("IMMEDIATE")
        world = new_world(seed, moment)
        _make(world, sizes)
        clock.lap("making")
        write_catalogue(world, _steps(quiet))
        clock.lap("writing the catalogue")
        book = needs.make_needs(world, sizes.needs)
        needs.write_needs(world, book)
        _analyze()
        clock.lap("needs")
        outcomes.write_outcomes(world, book, _steps(quiet))
        _invite(world, book)
        clock.lap("past outcomes")
        check_market()
        clock.lap("checking")
        _constraints("DEFERRED")
    clock.lap("commit")
    return Loaded(sizes, book.sample.number, clock.seconds)


def load_quick_market(*, seed: int = 1, now: datetime | None = None) -> Loaded:
    """A market of 300 producers, 600 products and 60 needs, with its reference data: for tests."""
    from companies.reference.loader import load_reference

    if not Province.objects.exists():
        load_reference()
    return load_market(QUICK, seed=seed, now=now)


def new_world(seed: int, now: datetime) -> World:
    """An empty world on today's map."""
    ids = Ids(_generator(seed, "ids"))
    communes: dict[str, list[tuple[str, str, float, float]]] = {}
    for row in Commune.objects.order_by("code"):
        if row.lat is not None and row.lon is not None:
            communes.setdefault(row.province_id, []).append((row.code, row.name_vi, row.lat, row.lon))
    if not communes:
        raise ValueError("The reference data is not loaded: run `manage.py load_reference` first.")
    provinces = {row.code: (row.name_vi, row.name_en) for row in Province.objects.order_by("code")}
    return World(
        seed=seed, now=now, today=timezone.localtime(now).date(), ids=ids,
        names=NameGiver(_generator(seed, "names")), communes=communes, province_names=provinces,
    )  # fmt: skip


def _generator(seed: int, part: str) -> Any:
    import numpy as np

    return np.random.default_rng([seed, *part.encode()])


def _make(world: World, sizes: Sizes) -> None:
    firms.add_agencies(world)
    growers, dried = cast.add_cast(world)
    firms.add_producers(world, sizes.companies - len(growers))
    crowd = [firm for firm in world.firms if firm.sells and firm not in growers]
    offers.add_offers(world, crowd, sizes.products - len(dried))
    world.offers = dried + world.offers
    firms.add_buyers(world, sizes.companies / 9300)


def _invite(world: World, book: needs.NeedBook) -> None:
    """The other supermarket asks HTX Bến Sông to quote: something waits on the supplier's desk."""
    supplier = Company.objects.get(code=cast.SUPPLIER_CODE)
    line = NeedLine.objects.get(need_id=book.rivals.id)
    assert book.rivals.firm.owner is not None
    invite_supplier(
        need=line.need,
        supplier=supplier,
        actor=User.objects.get(pk=book.rivals.firm.owner),
        line=line,
        product=supplier.products.filter(product_set=line.product_set).earliest("created_at"),
        message="Chúng tôi cần long nhãn sấy loại A cho giỏ quà Tết. Mong HTX báo giá sớm. (Lời mời mô phỏng.)",
        now=world.now,
    )


def remove_market() -> None:
    """Delete everything simulated.

    Raises:
        MarketPresent: there are companies, products or people that are not simulated.
    """
    if any(model.objects.filter(is_simulated=False).exists() for model in (Company, Product, User)):
        raise MarketPresent("There are companies or people that are not simulated: they are never removed.")
    tables = ["companies_company", "companies_product", "tenders_sourcingneed", "companies_user"]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def _constraints(when: str) -> None:
    """Keys are checked after each COPY: a queue of a million deferred checks costs several times as much."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL {when}")


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _steps(quiet: bool) -> Steps:
    def wrap(rows: Iterable[Any], name: str, total: int) -> Iterable[Any]:
        return tqdm(rows, desc=f"{name:>16}", total=total, disable=quiet, unit="", mininterval=0.3)

    return wrap


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.last = time.monotonic()

    def lap(self, part: str) -> None:
        moment = time.monotonic()
        self.seconds[part] = round(moment - self.last, 2)
        self.last = moment
