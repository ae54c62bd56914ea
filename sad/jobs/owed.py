"""Looking for acts whose letter was never written: mail that waits is late, a letter that is missing would never come."""

from sad.doctor.acts import acts_without_letter
from sad.doctor.findings import Site
from sad.jobs.turn import Turn

OF_DEPOSITS = "suppliers:"  # what is missing of a deposit would tell, before the opening, that there is one


def find_owed_letters(turn: Turn) -> int:
    """Count the invitations, answers to applications and results of which nobody was told; homes say so (`service_state`)."""
    site = Site(turn.settings.data_dir, turn.settings.seal_key, turn.at)
    return sum(not found.about.startswith(OF_DEPOSITS) for found in acts_without_letter(site))
