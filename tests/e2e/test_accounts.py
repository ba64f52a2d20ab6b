"""Signing in, signing up and joining by a link in a browser: desktop and phone, no console error, axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from companies.models import OneTimeCode, User
from companies.services import codes, links
from tests.factories.people import PASSWORD, make_province
from tests.outbox import last_code
from tests.people import company_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def walk(page: Any, live_server: Any) -> Any:
    """A page that fails the test on a console error or a request to another host."""
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda request: (
            faults.append(request.url) if not request.url.startswith((live_server.url, "data:")) else None
        ),
    )
    yield page
    assert faults == []


def check(page: Any) -> None:
    """No finding of axe, nothing wider than the window."""
    found = Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def code_for(outbox: list[Any]) -> str:
    codes.send_code(code_id=str(OneTimeCode.objects.latest("created_at").pk))
    return last_code(outbox)


@pytest.mark.parametrize("width", [1280, 360])
def test_person_signs_up_by_phone_and_registers_a_cooperative(walk, outbox, width):
    make_province("33")
    walk.set_viewport_size({"width": width, "height": 800})
    walk.goto("/accounts/sign-up/")
    check(walk)
    walk.get_by_label("Họ và tên").fill("Nguyễn Thị Hoa")
    walk.get_by_label("Số điện thoại hoặc e-mail").fill("0987 654 321")
    walk.get_by_label("Đơn vị của bạn là gì?").select_option("cooperative")
    walk.get_by_label("Tên đơn vị").fill("HTX Hoa Sen")
    walk.get_by_label("Tỉnh").select_option("33")
    walk.get_by_role("button", name="Gửi mã cho tôi").click()
    check(walk)
    walk.get_by_label("Mã", exact=True).fill(code_for(outbox))
    walk.get_by_role("button", name="Tạo tài khoản").click()
    walk.wait_for_url("**/desk/")
    assert company_of(User.objects.get()).name_vi == "HTX Hoa Sen"


def test_owner_invites_and_the_person_joins_from_the_text_on_a_phone(
    walk, outbox, supplier, browser, live_server
):
    walk.goto("/accounts/sign-in/")
    check(walk)
    walk.get_by_label("Số điện thoại hoặc e-mail").fill("0900 000 003")
    walk.get_by_label("Mật khẩu").fill(PASSWORD)
    walk.get_by_role("button", name="Đăng nhập", exact=True).click()
    walk.wait_for_url("**/desk/")
    walk.goto("/accounts/members/")
    walk.get_by_label("Số điện thoại hoặc e-mail").fill("0911 222 333")
    walk.get_by_role("button", name="Tạo lời mời").click()
    text = walk.get_by_label("Đoạn tin tiếng Việt").input_value()
    assert "HTX Bến Sông mời bạn" in text
    check(walk)
    link = company_of(supplier).member_invitations.get().link
    assert links.link_url(link=link) in text
    phone = browser.new_context(
        base_url=live_server.url, viewport={"width": 360, "height": 720}, locale="vi-VN"
    ).new_page()
    phone.goto(f"/l/{links.sign(link)}/")
    check(phone)
    phone.get_by_label("Họ và tên").fill("Lê Văn Mới")
    phone.get_by_role("button", name="Nhận lời").click()
    phone.wait_for_url("**/desk/")
    check(phone)
    phone.context.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_account_pages_are_clean(walk, supplier, width):
    walk.set_viewport_size({"width": width, "height": 800})
    walk.goto("/accounts/sign-in/")
    walk.get_by_label("Số điện thoại hoặc e-mail").fill("htx@bensong.example")
    walk.get_by_label("Mật khẩu").fill(PASSWORD)
    walk.keyboard.press("Enter")
    walk.wait_for_url("**/desk/")
    for name in ("profile", "profile/delete", "companies", "companies/new", "company", "claims", "members"):
        walk.goto(f"/accounts/{name}/")
        check(walk)
    for name in ("tokens", "notifications"):
        walk.goto(f"/accounts/{name}/")
        check(walk)
