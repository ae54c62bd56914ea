"""The sworn statement, enough for all exclusion grounds before award (R2143-3, R2144-4)."""

from datetime import date

from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.stages import Stage

STATEMENT = "sworn_statement"


def check(file: ApplicationFile, stage: Stage, day: date) -> list[Finding]:
    """Whether the applicant swore that no exclusion ground applies to it."""
    if file.sworn_statement:
        return []
    message = "La déclaration sur l’honneur n’est pas faite (R2143-3)."
    remedy = "Cocher la déclaration : elle remplace toutes les attestations fiscales et sociales à ce stade."
    return [Finding("ADM-05", STATEMENT, message, remedy, "missing")]
