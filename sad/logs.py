"""What goes to the error output: each event on one line of JSON in UTC, so that nothing typed can forge or break a line.

The journal proves the acts; this tells whoever runs the service what failed and what was refused.
"""

import json
import logging
import time


class JsonLines(logging.Formatter):
    """One JSON object for each event: when (`at`, UTC), how grave (`level`), which part (`source`), what (`message`), the `failure`
    with its traceback, and the fields of `extra={"about": {...}}`."""

    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        line = {
            "at": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "source": record.name,
            "message": record.getMessage(),
            **getattr(record, "about", {}),
        }
        if record.exc_info:
            line["failure"] = self.formatException(record.exc_info)
        written = json.dumps(line, ensure_ascii=False)
        return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in written)


def to_error_output(level: int = logging.INFO) -> None:
    """Write what `sad` and the scheduler's library log on the error output, from this level on; once, however often it is asked."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name, least in (("sad", level), ("apscheduler", logging.WARNING)):
        log = logging.getLogger(name)
        log.handlers = [handler]
        log.setLevel(least)
