"""What every test may ask for. Services, worker and browser: tests/services.py; people: tests/people.py."""

pytest_plugins = ["tests.services", "tests.people"]
