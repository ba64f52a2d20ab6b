import pytest
from django.core.cache import cache
from django.db import connection

from config.celery import app


@pytest.mark.django_db
def test_database_is_the_embedded_one_with_the_extensions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_setting('listen_addresses'), current_setting('server_version_num')"
        )
        user, addresses, version = cursor.fetchone()
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
    assert (user, addresses) == ("offtake", "")
    assert int(version) >= 180000


@pytest.mark.django_db
def test_cache_is_kept_in_valkey():
    cache.set("answer", 42)
    assert cache.get("answer") == 42


@pytest.mark.django_db(transaction=True)
def test_real_worker_takes_a_task(celery_worker_process):
    replies = app.control.inspect(timeout=5).registered() or {}
    assert any(name.startswith("test") for name in replies)
