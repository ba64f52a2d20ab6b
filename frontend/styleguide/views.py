"""The living style guide: every component once, with made-up content. For staff, or under DEBUG."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from core.forms import LocalDecimalField, MonthField
from core.months import month_range
from frontend import charts

COOPERATIVES = ("HTX Bến Sông", "HTX Vườn Đồi", "HTX Nắng Hanh", "Tổ hợp tác Lò Than")
SUPPLY = (
    (800, 800, 700, 600, 600),
    (400, 400, 500, 500, 400),
    (500, 600, 600, 500, 500),
    (300, 200, 200, 0, 100),
)


class SampleForm(forms.Form):
    name = forms.CharField(label="Tên sản phẩm", help_text="Như ghi trên bao bì.", max_length=40)
    price = LocalDecimalField(label="Giá", required=False, min_value=Decimal(1))
    start = MonthField(label="Từ tháng")
    kind = forms.ChoiceField(label="Loại", choices=[("a", "Hợp tác xã"), ("b", "Hộ kinh doanh")])
    terms = forms.ChoiceField(
        label="Nhận hàng",
        choices=[("part", "Nhận một phần"), ("all", "Chỉ nhận cả lô")],
        widget=forms.RadioSelect,
    )
    marks = forms.MultipleChoiceField(
        label="Chứng nhận",
        required=False,
        choices=[("h", "HACCP"), ("i", "ISO 22000")],
        widget=forms.CheckboxSelectMultiple,
    )
    agree = forms.BooleanField(label="Cho bên mua đã xác minh thấy giá", required=False)
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea)


def index(request: HttpRequest) -> HttpResponse:
    """All components on one page; a POST shows the form's errors."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    form = SampleForm(request.POST or None, initial={"price": Decimal(365000), "start": date(2027, 8, 1)})
    months = month_range(date(2027, 8, 1), 5)
    series = [charts.Series(name, values) for name, values in zip(COOPERATIVES, SUPPLY, strict=True)]
    year = month_range(date(2027, 1, 1), 14)
    context = {
        "form": form,
        "wrong": form if request.method == "POST" else SampleForm({"price": "abc", "name": ""}),
        "chart": charts.coverage_chart(
            months, series, unit="KGM", demand=[2000] * 5, caption="Long nhãn sấy"
        ),
        "capacity": charts.coverage_chart(
            year,
            [charts.Series("Còn lại", [120 + 40 * (i % 5) for i in range(14)])],
            unit="KGM",
            demand=[100 + 30 * (i % 7) for i in range(14)],
        ),
        "parts": charts.contributions(
            [("Sản lượng đáp ứng", 24), ("Hạng sao", 18), ("Khoảng cách tới kho", -2.2), ("Giá", 0.4)],
            base=20,
        ),
        "steps": charts.funnel(
            [("Bộ “Chế biến từ rau, củ, quả, hạt”", 612), ("Là long nhãn", 47), ("HACCP", 31)]
        ),
        "bars": charts.bars([("Hưng Yên", 1240), ("Sơn La", 803), ("Đồng Tháp", 77)]),
        "values": [3, 5, 4, 8, 6, 9],
        "page": Paginator(range(100), 10).get_page(3),
        "options": [
            SimpleNamespace(value="5", label="5 sao", count=126, selected=True),
            SimpleNamespace(value="4", label="4 sao", count=4743, selected=False),
        ],
        "progress_steps": ["Tải tệp", "Chọn cột", "Kiểm tra", "Ghi"],
        "amount": Decimal("415000"),
        "many": Decimal("985500000"),
        "day": date(2027, 8, 1),
        "end": date(2027, 12, 1),
    }
    return render(request, "styleguide/index.html", context)
