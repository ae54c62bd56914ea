"""Who applies, and whether what it sells is what the category buys."""

from collections.abc import Iterator
from datetime import date

from sad.domain.admission.values import ApplicationFile, Finding
from sad.domain.stages import Stage

IDENTITY = "identity"
LA_POSTE = "356000000"
LA_POSTE_SEAT = "35600000000048"


def check(file: ApplicationFile, stage: Stage, day: date) -> list[Finding]:
    """A name, a number that identifies (R2143-9), and at least one product family of the category (R2162-37)."""
    return [*_name(file), *_number(file), *_families(file)]


def is_siret(number: str) -> bool:
    """Whether these are 14 digits that end on their check digit, as their first 9 do; La Poste has a rule of its own."""
    digits = "".join(number.split())
    if len(digits) != 14 or not (digits.isascii() and digits.isdigit()) or not _ends_on_check_digit(digits[:9]):
        return False
    if digits.startswith(LA_POSTE) and digits != LA_POSTE_SEAT:
        return sum(map(int, digits)) % 5 == 0
    return _ends_on_check_digit(digits)


def _name(file: ApplicationFile) -> Iterator[Finding]:
    if not file.name.strip():
        yield Finding(None, IDENTITY, "Le nom de l’entreprise manque.", "Écrire la raison sociale.", "missing")


def _number(file: ApplicationFile) -> Iterator[Finding]:
    if is_siret(file.siret) or (not file.siret.strip() and file.foreign_number.strip()):
        return
    if not file.siret.strip():
        remedy = "Écrire les 14 chiffres, ou le numéro du registre du pays pour une entreprise établie hors de France."
        yield Finding(None, IDENTITY, "Le SIRET manque (R2143-9).", remedy, "missing")
        return
    message = f"Le SIRET « {file.siret} » n’est pas un numéro valable (R2143-9)."
    yield Finding(None, IDENTITY, message, "Relire les 14 chiffres.", "missing")


def _families(file: ApplicationFile) -> Iterator[Finding]:
    if not set(file.families) & set(file.category_families):
        message = "Aucune famille de produits déclarée n’est de cette catégorie (R2162-37)."
        remedy = "Ajouter ce que l’entreprise vend dans cette catégorie, ou candidater à une autre."
        yield Finding("SAD-03", IDENTITY, message, remedy, "missing")


def _ends_on_check_digit(digits: str) -> bool:
    """Luhn: from the right, every second digit counts double, and the sum ends on 0."""
    doubled = (int(digit) * (1 + rank % 2) for rank, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
