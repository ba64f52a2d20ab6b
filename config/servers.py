"""Start, adopt and stop one embedded PostgreSQL and one embedded Valkey.

Called by config/embedded.py under its start lock, never directly.  The servers are detached: they
outlive the process that started them as long as another one uses them.
"""

from __future__ import annotations

import signal

from config import postgres, valkey
from config.embedded import Plan
from config.processes import STOP_SECONDS, gone, send_signal


def start(plan: Plan, *, with_postgres: bool, with_valkey: bool) -> None:
    """Bring up what is asked for and not running; both at the same time. Raises EmbeddedError."""
    waiting = []
    if with_valkey and not valkey.answers(plan):
        waiting.append(valkey.launch(plan))
    if with_postgres and not postgres.answers(plan):
        waiting.append(postgres.launch(plan))
    for wait in waiting:
        wait()


def stop(plan: Plan) -> None:
    """Stop both, orderly if they obey within 30 s, else not."""
    found = [
        (postgres.running_pid(plan), (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)),
        (valkey.running_pid(plan), (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL)),
    ]
    for pid, (first, _, _) in found:
        if pid is not None:
            send_signal(pid, first)
    for pid, (_, second, third) in found:
        if pid is not None and not gone(pid, STOP_SECONDS):
            send_signal(pid, second)
            if not gone(pid, 5):
                send_signal(pid, third)
                gone(pid, 5)
