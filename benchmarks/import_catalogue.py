"""How long does a spreadsheet of 17,500 products take to import, against a plain COPY of the same rows?

    .venv/bin/python benchmarks/import_catalogue.py [--rows 17500] [--runs 3] [--json]

Works in a scratch database of its own on the embedded server (or on the server of DATABASE_URL) and drops it again.
The rival copies the very rows that the import wrote (companies, products, ratings, capacity statements), read back
from the tables, into empty tables of the same columns, without indexes or triggers.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SCRATCH = "offtake_import_benchmark"
TABLES = ("companies_company", "companies_product", "companies_starrating", "companies_capacitystatement")
GOODS = ("Long nhãn sấy", "Mật ong hoa rừng", "Cà phê bột", "Trà shan tuyết", "Nước mắm", "Gạo nếp cái", "Miến dong",
         "Bánh đa nem", "Tinh dầu sả", "Xoài sấy dẻo", "Chả mực", "Bưởi da xanh")  # fmt: skip


def make_sheet(rows: int) -> bytes:
    """A list as an agency keeps it: 1.9 products a producer, over all communes, in mixed writings."""
    from openpyxl import Workbook

    from companies.reference.loader import communes, provinces

    names = {row.code: row.full_name_vi for row in provinces()}
    places = [f"{row.full_name_vi}, {names[row.province_id]}" for row in communes()]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("OCOP")
    sheet.append(["DANH SÁCH SẢN PHẨM OCOP"])
    sheet.append([])
    sheet.append(["STT", "Tên sản phẩm", "Chủ thể", "Địa chỉ", "Hạng sao", "Điểm", "Số quyết định", "Ngày quyết định",
                  "Giá bán", "Sản lượng", "Quy cách", "Điện thoại"])  # fmt: skip
    stars = ("3 sao", "***", 3, "4 sao", "****")
    for number in range(rows):
        maker = number * 10 // 19
        rating = stars[number % 5]
        points = 61.5 if number % 5 < 3 else 78.25
        sheet.append([
            number + 1,
            f"{GOODS[number % len(GOODS)]} số {number}",
            f"HTX Nông sản {maker}",
            places[maker % len(places)],
            rating, points, f"{number % 900 + 1}/QĐ-UBND", date(2025, 5, 1 + number % 28),
            f"{(number % 90 + 10) * 5}.000 đ/kg", f"{number % 30 + 1} tấn/năm", "Túi 500g", f"09{number:08d}",
        ])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@contextmanager
def scratch_database() -> Iterator[Any]:
    """A database of its own, migrated and with the reference data; dropped at the end."""
    from config import embedded

    embedded.ensure()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {SCRATCH}")
        cursor.execute(f"CREATE DATABASE {SCRATCH}")
    connection.close()
    connection.settings_dict["NAME"] = SCRATCH
    try:
        call_command("migrate", verbosity=0)
        yield connection
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {SCRATCH}")


def empty_catalogue(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def timed_import(content: bytes) -> tuple[float, Any]:
    from companies.importing.checking import survey
    from companies.importing.reading import open_source
    from companies.services.import_running import write_file
    from companies.services.import_scope import scope_of

    started = time.perf_counter()
    source = open_source(io.BytesIO(content), max_bytes=1 << 30)
    outcome = write_file(source, survey(source).plans, scope_of(company=None, actor=None), only_good=True)
    return time.perf_counter() - started, outcome


def timed_copy(connection: Any) -> float:
    """Plain COPY, row by row from Python, of the rows that are in the tables, into empty tables of the same columns."""
    spent = 0.0
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM"
                " information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' AND data_type <> 'ARRAY'"
                " AND data_type <> 'jsonb'",
                [table],
            )
            columns = cursor.fetchone()[0]
            cursor.execute(f"SELECT {columns} FROM {table}")
            rows = cursor.fetchall()
            cursor.execute(f"CREATE TEMPORARY TABLE plain AS SELECT {columns} FROM {table} LIMIT 0")
            started = time.perf_counter()
            with cursor.copy(f"COPY plain ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            spent += time.perf_counter() - started
            cursor.execute("DROP TABLE plain")
    return spent


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int, runs: int) -> dict[str, Any]:
    with scratch_database() as connection:
        from companies.reference.loader import load_reference

        load_reference()
        small, whole = make_sheet(max(rows // 10, 1)), make_sheet(rows)
        timed_import(small)  # loads what is loaded once: addresses, units
        empty_catalogue(connection)
        timed_import(small)
        before = peak_megabytes()
        imports, copies, again = [], [], []
        for _ in range(runs):
            empty_catalogue(connection)
            seconds, outcome = timed_import(whole)
            imports.append(seconds)
            copies.append(timed_copy(connection))
        after = peak_megabytes()
        seconds, second = timed_import(whole)
        again.append(seconds)
    took, copied = statistics.median(imports), statistics.median(copies)
    return {
        "rows": outcome.rows,
        "good": outcome.good,
        "created": outcome.created,
        "second_created": second.created,
        "second_updated": second.updated,
        "import_seconds": round(took, 2),
        "second_import_seconds": round(again[0], 2),
        "copy_seconds": round(copied, 3),
        "ratio": round(took / copied, 1),
        "rows_per_second": round(outcome.rows / took),
        "peak_mb_a_tenth": round(before),
        "peak_mb_whole": round(after),
        "cores": os.cpu_count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=17_500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.rows, options.runs)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name.replace('_', ' '):24} {value}")
    print(f"aim: at most 20 x COPY; {'met' if found['ratio'] <= 20 else 'missed'}")


if __name__ == "__main__":
    main()
