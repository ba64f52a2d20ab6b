"""The settings that tests run with: embedded services of their own, cheap password hashes.

The operator's DATABASE_URL and REDIS_URL are ignored on purpose: tests create, flush and drop.
"""

import os
import re
from pathlib import Path

if "OFFTAKE_TEST_VAR" not in os.environ:  # processes that a test starts find it set
    project = Path(__file__).resolve().parent.parent
    os.environ["OFFTAKE_TEST_VAR"] = str(
        Path(os.environ.get("OFFTAKE_VAR") or project / "var").resolve() / "test"
    )
os.environ["OFFTAKE_VAR"] = os.environ["OFFTAKE_TEST_VAR"]
os.environ["OFFTAKE_DURABLE"] = "0"
for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "MEDIA_ROOT", "DEBUG"):
    os.environ.pop(name, None)
worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
os.environ["OFFTAKE_REDIS_DB"] = str(1 + int(worker)) if worker else "0"

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, MEDIA_ROOT, STATIC_ROOT  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = MEDIA_ROOT / (worker or "0")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": "test_offtake"}

# A Celery worker or a management command that a test starts works on the test's database.
if "OFFTAKE_TEST_DATABASE" in os.environ:
    DATABASES["default"]["NAME"] = os.environ["OFFTAKE_TEST_DATABASE"]

# Every test client loads the middleware anew: static files are looked for when asked for, not listed each time.
WHITENOISE_AUTOREFRESH = True
