"""The Celery application: `celery -A config worker`, `celery -A config beat`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("offtake")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect(weak=False)
@beat_init.connect(weak=False)
def hold_services(**_: Any) -> None:
    """A worker or beat started by hand starts the embedded services, and keeps them as long as it lives."""
    from config import embedded

    embedded.ensure()
