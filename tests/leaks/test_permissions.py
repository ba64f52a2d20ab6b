"""The permission table against every route of the URL configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.leaks.addresses import address_of
from tests.leaks.permissions import ALL, BODIES, PERMISSIONS, SIGNED, Route
from tests.leaks.routes import Found, ask, content_of, is_refused, routes
from tests.leaks.world import ROLES, World

# Where nothing depends on whose the row is, three stand for all.
# Refusals are asked of the nearest of the refused; the long run asks everybody.
NEAR = {"visitor", "buyer_viewer", "supplier_viewer", "rival_buyer", "rival_supplier", "other_agency"}
FEW = {ALL: ("visitor", "buyer", "rival_supplier"), SIGNED: ("visitor", "rival_buyer", "supplier", "staff")}


def test_every_route_is_declared():
    """Say in tests/leaks/permissions.py who may read and who may act, and test what it shows."""
    found, declared = set(routes()), set(PERMISSIONS)
    undeclared = sorted(found - declared)
    assert not undeclared, (
        f"Not in PERMISSIONS of tests/leaks/permissions.py: {undeclared}. Add each as "
        '"name": Route(reads=who("..."), acts=who("...")), and to tests/leaks/addresses.py the rows its address names.'
    )
    assert not declared - found, f"Declared, but there is no such route: {sorted(declared - found)}"


def test_every_method_is_declared():
    wrong = []
    for name, found in routes().items():
        route = PERMISSIONS.get(name, Route())
        if found.methods is not None:
            if ("GET" in found.methods) != (route.reads is not None):
                wrong.append(f"{name}: GET")
            wrong += [f"{name}: {method}" for method in found.unsafe if route.may(method) is None]
    assert wrong == []


def _cases(found: Found, route: Route, everybody: bool) -> Iterator[tuple[str, str, bool]]:
    """(method, role, is let in) of a route."""
    for method in ["GET", *found.unsafe]:
        may = route.may(method)
        if may is None:
            continue
        near = may - {"staff"} | NEAR if len(may) > 1 else may | NEAR
        few = FEW.get(may, [role for role in ROLES if role in near])
        if found.name == "schema":  # it takes a second
            few = ["visitor"]
        for role in ROLES if everybody else few:
            yield method, role, role in may


def _wrong(world: World, name: str, *, everybody: bool = False) -> Iterator[str]:
    found, route = routes()[name], PERMISSIONS[name]
    address = address_of(name, world)
    for method, role, expected in _cases(found, route, everybody):
        body = BODIES[name](world) if method != "GET" and name in BODIES else None
        with transaction.atomic():
            response = ask(world, role, address, method, body)
            status = response.status_code
            content_of(response)
            transaction.set_rollback(True)
        if status >= 500 or is_refused(response) == expected:
            yield f"{name}: {method} {address} as {role}: {status}, wanted {'let in' if expected else 'refused'}"


AREAS = {
    "own": lambda name: name.startswith(
        ("me", "token", "notification", "accounts:", "member", "claim", "auth")
    ),
    "offer": lambda name: name.startswith(
        ("product", "supplier:", "document", "company", "catalogue:", "proofs:")
    ),
    "needs": lambda name: name.startswith(("need", "open-need", "invitation", "match", "my-")),
}


@pytest.mark.long
def test_routes_let_in_nobody_else(world):
    wrong = [line for name in routes() for line in _wrong(world, name, everybody=True)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("area", [*AREAS, "rest"])
def test_routes_let_in_whom_the_table_names(world, area):
    names = [
        name
        for name in routes()
        if name in PERMISSIONS
        and (AREAS[area](name) if area in AREAS else not any(has(name) for has in AREAS.values()))
    ]
    wrong = [line for name in names for line in _wrong(world, name)]
    assert names
    assert not wrong, "\n".join(wrong)


def test_the_check_notices_a_door_that_is_open(world, monkeypatch):
    """Negative control: with a table that forbids the buyer its own need, the same check complains."""
    from tests.leaks.permissions import STAFF

    monkeypatch.setitem(PERMISSIONS, "need-matches", Route(reads=STAFF))
    assert [line for line in _wrong(world, "need-matches", everybody=True) if "as buyer:" in line]
