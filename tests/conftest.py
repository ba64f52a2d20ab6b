"""What every test may ask for. Services, worker and browser: tests/services.py."""

pytest_plugins = ["tests.services"]
