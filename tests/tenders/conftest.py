"""The people of a need: a buyer, a rival buyer, an invited and a rival supplier."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.utils import translation

from tests.factories.people import make_agency, make_company, make_member


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    buyer = make_company(
        kind="supermarket", province="01", name_vi="Siêu thị Mây Xanh", name_en="Blue Cloud", code="may-xanh"
    )
    rival = make_company(
        kind="supermarket", province="01", name_vi="Siêu thị Đối Thủ", name_en="Rival Market"
    )
    supplier = make_company(name_vi="HTX Bến Sông", name_en="Ben Song Cooperative")
    other = make_company(name_vi="HTX Vườn Đồi", name_en="Vuon Doi Cooperative")
    agency = make_agency("66")
    return SimpleNamespace(
        buyer=buyer,
        rival=rival,
        supplier=supplier,
        other=other,
        agency=agency,
        lan=make_member(buyer),
        viewer=make_member(buyer, role="viewer"),
        rival_user=make_member(rival),
        supplier_user=make_member(supplier),
        other_user=make_member(other),
        agency_user=make_member(agency),
    )


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    """A request in English leaves its language behind; each test begins in Vietnamese."""
    with translation.override("vi"):
        yield
