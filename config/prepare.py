"""What a management command needs before it runs: the services, and a database that is up to date."""

from __future__ import annotations

import fcntl
import importlib
import os
import sys

from config import embedded

WITHOUT_SERVICES = {
    "help", "version", "--version", "--help", "-h", "makemessages", "compilemessages", "collectstatic",
    "findstatic", "startapp", "startproject", "diffsettings", "spectacular", "sendtestemail",
}  # fmt: skip
WITHOUT_MIGRATING = {
    "migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration",
    "sqlflush", "sqlsequencereset", "inspectdb", "dbshell", "test", "check", "pgtrigger",
}  # fmt: skip


def prepare(arguments: list[str]) -> None:
    """Start the embedded services and apply pending migrations as far as `arguments` (sys.argv) need them.

    Exits with a plain sentence when a service is missing or an external database is behind.
    """
    command = arguments[1] if len(arguments) > 1 else "help"
    if command in WITHOUT_SERVICES or {"-h", "--help"} & set(arguments[2:]):
        return
    try:
        importlib.import_module(
            os.environ["DJANGO_SETTINGS_MODULE"]
        )  # tests.settings chooses another data folder
        embedded.ensure()
    except embedded.EmbeddedError as error:
        sys.exit(str(error))
    if command not in WITHOUT_MIGRATING:
        import django

        django.setup()
        bring_up_to_date()


def bring_up_to_date() -> None:
    """Apply pending migrations to the embedded database; refuse  an external one that lacks any."""
    from django.core.management import call_command
    from django.db import OperationalError, connection

    try:
        pending = pending_migrations()
    except OperationalError:
        settings = connection.settings_dict
        sys.exit(
            f"The database {settings['NAME']} at {settings['HOST']}:{settings['PORT'] or 5432} "
            "does not answer. "
            "Check DATABASE_URL and that the server runs, or unset DATABASE_URL to use the embedded one."
        )
    if not pending:
        return
    if not embedded.needs_postgres():
        sys.exit(
            f"The database lacks {len(pending)} migrations, the first is {pending[0]}. "
            "Run `python manage.py migrate`, then this command again."
        )
    handle = os.open(embedded.var_dir() / "migrate.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        pending = pending_migrations()  # another process may have been quicker
        if pending:
            print(f"Bringing the database up to date: {len(pending)} migrations.", file=sys.stderr)
            call_command("migrate", interactive=False, verbosity=0)
    finally:
        os.close(handle)


def pending_migrations() -> list[str]:
    """Names of the migrations that the default database lacks, in the order in which they would run."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, backwards in steps if not backwards]
