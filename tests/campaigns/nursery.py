"""The web server of the product, gunicorn, for workers that are killed: each has an address of its own, and another is born at once.

Whoever sends to an address is thus served by one worker, and a sending that is cut is the kill of that one. All else is gunicorn's: how
workers are born from the loaded application, and how each reads requests with its threads.
"""

from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.arbiter import Arbiter


class Nursery(Arbiter):
    """Makes a worker for each address that has none, without the pause that spares a machine on which all of them die."""

    def spawn_workers(self) -> None:
        for _ in range(self.num_workers - len(self.WORKERS)):
            self.spawn_worker()


class Served(WSGIApplication):
    """The `gunicorn` command, with that arbiter."""

    def run(self) -> None:
        self.cfg.set("pre_fork", give_address)
        Nursery(self).run()


def give_address(arbiter: Arbiter, worker) -> None:
    """To the worker about to be born, the address that nobody serves."""
    served = [each.sockets[0] for each in arbiter.WORKERS.values()]
    worker.sockets = [next(each for each in arbiter.LISTENERS if each not in served)]


if __name__ == "__main__":
    Served("%(prog)s [OPTIONS] [APP_MODULE]").run()
