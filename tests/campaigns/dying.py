"""A process that dies at a chosen point of what it does: killed as the system kills, with no chance to tidy up.

The product holds no hook for it: the points are those where something lasting may change, seen from the database's own events, in a
child of the process that looks on.
"""

import os
import re
import signal
import traceback
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from sad.db import session

WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")
AFTER_COMMIT, ANSWER = "after COMMIT", "answer made, not sent"


class Death(NamedTuple):
    """The points that were reached, in order, and what was answered, if the process lived to answer."""

    reached: list[str]
    answer: str | None


def die_during(act: Callable[[], str], engine: Engine, point: int) -> Death:
    """Do the act in a child that dies (SIGKILL) on reaching that point, the first being 0; it lives when there are fewer."""
    session.remove()
    engine.dispose()  # a connection belongs to one process
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live(act, engine, point, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        lines = told.read().decode().splitlines()
    _, status = os.waitpid(child, 0)
    lived = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
    assert lived or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL), "\n".join(lines)
    return Death(lines[:-1], lines[-1]) if lived else Death(lines, None)


def _live(act: Callable[[], str], engine: Engine, point: int, told: int) -> None:
    """What the child does, until the end of its life."""
    try:
        _watch(engine, reach := _reach(point, told))
        answer = act()
        reach(ANSWER)
        os.write(told, f"{answer}\n".encode())
    except BaseException:
        os.write(told, traceback.format_exc().encode())
        os._exit(1)
    os._exit(0)


def _reach(point: int, told: int) -> Callable[[str], None]:
    left = iter(range(point, -1, -1))

    def reach(name: str) -> None:
        os.write(told, f"{name}\n".encode())
        if next(left, None) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


def _watch(engine: Engine, reach: Callable[[str], None]) -> None:
    """Before each statement that writes, before and after each commit: in between, nothing that lasts can change."""

    def statement(_connection, _cursor, statement, *_rest) -> None:
        if words := WRITES.match(statement):
            reach(f"before {words[0]}")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", lambda _connection: reach("before COMMIT"))
    event.listen(Session, "after_commit", lambda _session: reach(AFTER_COMMIT))
