"""All the invariants, one after the other, on one picture of the database: what others write meanwhile changes nothing of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import text

from sad.db import session, take_picture
from sad.doctor import acts, assisted, deposits, destroyed, late_offers, openings, papers, rankings, receipts, seals
from sad.doctor.findings import Finding, Site


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that is always true: its name for machines, the same in French, and what finds where it is not."""

    name: str
    words: str
    find: Callable[[Site], Iterator[Finding]]


def rows_without_parent(_site: Site) -> Iterator[Finding]:
    """Damage that SQLite sees in its own file; PostgreSQL checks its pages and its references itself."""
    if session.get_bind().dialect.name != "sqlite":
        return
    remedy = "Arrêter le service, garder une copie du fichier, et restaurer la dernière sauvegarde."
    for (said,) in session.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield Finding("sqlite", f"Le fichier de la base est abîmé : {said}.", remedy)
    for table, identifier, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield Finding(f"{table}:{identifier}", f"Cette ligne renvoie à une ligne de « {parent} » qui n’existe pas.", remedy)


INVARIANTS = (
    Invariant("database", "la base de données n’est pas abîmée", rows_without_parent),
    Invariant("journal", "le journal est intact", acts.journal),
    Invariant("lines", "chaque acte a sa ligne au journal", acts.acts_without_line),
    Invariant("letters", "chaque acte a ses courriers", acts.acts_without_letter),
    Invariant("deposits_kept", "tout dépôt accusé est là", deposits.lost_deposits),
    Invariant("deposits_whole", "chaque pli est celui qui a été reçu", deposits.altered_deposits),
    Invariant("keys", "la clé de chaque consultation s’ouvre", seals.unusable_keys),
    Invariant("openers", "deux ouvreurs peuvent encore ouvrir chaque consultation qui en demande", seals.too_few_openers),
    Invariant("lateness", "un dépôt est hors délai si, et seulement si, il est arrivé après la date limite", deposits.lateness),
    Invariant("sealed", "rien n’est lisible avant l’ouverture", deposits.read_too_early),
    Invariant("contents", "chaque offre ouverte dit ce que contient son pli", deposits.unlike_their_envelope),
    Invariant("receipts", "chaque dépôt a son accusé, qui se vérifie", receipts.receipts_of_deposits),
    Invariant("assisted", "qui saisit pour un fournisseur a son accord, et s’écarte", assisted.without_agreement),
    Invariant("receptions", "aucun dépôt reçu n’attend hors de la base", receipts.waiting_receptions),
    Invariant("openings", "chaque ouverture est celle de deux personnes, après la date limite", openings.openings_by_two),
    Invariant("late_offers", "toute offre tardive ouverte l’a été par deux personnes", late_offers.opened_without_approval),
    Invariant("invitees", "chaque liste d’invités est celle de tous les admis à l’envoi", openings.invitees),
    Invariant("rankings", "les points et les rangs gardés sont ceux que l’on recalcule", rankings.rankings_again),
    Invariant("destroyed", "de ce qui est détruit, il ne reste rien", destroyed.not_destroyed),
    Invariant("papers", "chaque document connu est sur le disque", papers.missing_papers),
    Invariant("unknown_papers", "chaque fichier du disque est connu", papers.unknown_papers),
)


def examine(site: Site) -> Iterator[tuple[Invariant, Iterator[Finding]]]:
    """Each invariant with what it finds, read as it is asked for; nothing is written."""
    take_picture()
    try:
        for invariant in INVARIANTS:
            yield invariant, _found(invariant, site)
    finally:
        session.remove()


def _found(invariant: Invariant, site: Site) -> Iterator[Finding]:
    """What it finds; rows so damaged that they cannot even be examined are a finding, and the next invariants are examined."""
    try:
        yield from invariant.find(site)
    except Exception as fault:  # whatever a damaged row leads to
        take_picture()
        message = f"L’examen s’est arrêté sur des données qui ne se lisent pas ({type(fault).__name__} : {fault})."
        yield Finding(invariant.name, message, "Garder une copie de la base ; voir aussi les autres écarts, qui peuvent en être la cause.")
