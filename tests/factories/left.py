"""What is left after a destruction, wherever it could be."""

from sqlalchemy import inspect, text

from sad import clock
from sad.db import session
from sad.doctor.checkup import examine
from sad.doctor.findings import Site


def everything() -> str:
    """Each value of each row of the database, as text."""
    found = []
    for table in inspect(session.get_bind()).get_table_names():
        for row in session.execute(text(f'SELECT * FROM "{table}"')):
            found += [each.decode("latin-1") if isinstance(each, bytes) else str(each) for each in row]
    return "\n".join(found)


def findings(site: Site) -> dict[str, list[str]]:
    """What the doctor says, by invariant; nothing for those that hold."""
    with clock.frozen(site.at):
        found = {invariant.name: [str(each) for each in all_of_it] for invariant, all_of_it in examine(site)}
    return {name: told for name, told in found.items() if told}
