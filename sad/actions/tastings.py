"""Preparing a blind tasting: its codes, committed in the journal before anybody tastes, and the samples as they come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from sad import parameters
from sad.actions.evaluations import opened_offers, take_up
from sad.actions.journal import record
from sad.db import session
from sad.domain.calendar import PARIS, paris_day
from sad.domain.errors import Refusal, Refused, refuse
from sad.domain.scoring.values import Criterion
from sad.domain.sentences import french_moment, of
from sad.domain.tastings import code_faults
from sad.models.mini_tenders import MiniTender
from sad.models.offers import Classification, Offer
from sad.models.people import Person
from sad.models.tastings import Tasting, TastingJuror, TastingSample
from sad.trust.canonical import canonical_json
from sad.trust.commitments import commitment

NOT_ANNOUNCED = "Cette consultation n’annonçait pas de dégustation : les candidats ne pouvaient pas s’y attendre."
LATER_CODES = "Dire d’abord si chaque offre est régulière : les codes ne se tirent qu’une fois."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What the person who receives a sample writes; `allergens`: codes of the regulated list, none when it holds none."""

    arrived_at: datetime
    temperature: str
    remark: str
    allergens: Sequence[str]
    allergens_source: str


def prepare_tasting(mini_tender: MiniTender, codes: Sequence[int], *, salt: bytes, by: Person, at: datetime) -> Tasting:
    """Give each regular offer its code and commit to the table of codes in the journal, so that none is swapped afterwards.

    `codes` and `salt` are drawn at random by the caller, so that the act can be replayed. Raises `Refused` with every fault:
    not announced (CRI-12), before the opening (REC-01), offers not classified (ANA-01), codes already drawn.
    """
    take_up(mini_tender, by=by, at=at)
    offers = opened_offers(mini_tender)
    regular = [offer for offer in offers if offer.classification == Classification.REGULAR]
    faults = [*_preparation_faults(mini_tender, offers, regular), *code_faults(codes, len(regular))]
    if faults:
        raise Refused(*faults)
    table = dict(zip(codes, (offer.id for offer in regular), strict=True))
    tasting = Tasting(
        organisation_id=mini_tender.organisation_id,
        mini_tender=mini_tender,
        prepared_by=by.id,
        prepared_at=at,
        salt=salt.hex(),
        fingerprint=code_fingerprint(salt, table),
    )
    tasting.samples = [TastingSample(offer_id=offer, code=code) for code, offer in table.items()]  # numbered by name, never by code
    session.add(tasting)
    record("prepare_tasting", tasting, by=by, at=at, mini_tender=mini_tender.id, fingerprint=tasting.fingerprint, samples=len(table))
    session.expire(tasting, ["samples"])
    return tasting


def receive_sample(sample: TastingSample, reception: Reception, *, by: Person, at: datetime) -> TastingSample:
    """Record that a sample came: when, how, and its allergens as its supplier declared them. Correctable until a sheet is typed.

    Raises `Refused` with every fault: received by a juror, in the future, an allergen out of the list, no word on where it was
    declared (regulation (EU) 1169/2011, annex II).
    """
    faults = [*_reception_faults(hold_tasting(sample.tasting, by=by, at=at), by), *_arrival_faults(sample, reception, at)]
    if faults:
        raise Refused(*faults)
    sample.missing_reason = sample.missing_by = None
    sample.received_at, sample.received_by = reception.arrived_at, by.id
    sample.temperature, sample.remark = reception.temperature.strip(), reception.remark.strip()
    sample.allergens, sample.allergens_source = sorted(set(reception.allergens)), reception.allergens_source.strip()
    record(
        "receive_sample",
        sample,
        by=by,
        at=at,
        organisation_id=sample.tasting.organisation_id,
        arrived_at=reception.arrived_at.isoformat(),
        allergens=sample.allergens,
        allergens_source=sample.allergens_source,
        temperature=sample.temperature,
        remark=sample.remark,
    )
    return sample


def miss_sample(sample: TastingSample, reason: str, *, by: Person, at: datetime) -> TastingSample:
    """Record that a sample never came, and what is known of why; not before the announced hour."""
    tasting = hold_tasting(sample.tasting, by=by, at=at)
    faults = _reception_faults(tasting, by)
    if at < announced_at(tasting):
        faults.append(Refusal("L’entreprise peut encore apporter son échantillon.", f"Attendre {_moment(tasting)}.", "CRI-12"))
    if not reason.strip():
        faults.append(Refusal("La raison n’est pas écrite.", "L’entreprise la lira avec sa note.", "ANA-05", "reason"))
    if faults:
        raise Refused(*faults)
    sample.received_at = sample.received_by = sample.allergens = None
    sample.allergens_source = sample.temperature = sample.remark = ""
    sample.missing_reason, sample.missing_by = reason.strip(), by.id
    record("miss_sample", sample, by=by, at=at, organisation_id=tasting.organisation_id, reason=sample.missing_reason)
    return sample


def tasting_of(mini_tender: MiniTender) -> Tasting | None:
    """Its tasting with samples, offers, jurors and marks, in as many statements for many as for one."""
    found = select(Tasting).where(Tasting.mini_tender_id == mini_tender.id)
    samples = selectinload(Tasting.samples).joinedload(TastingSample.offer).joinedload(Offer.supplier)
    jurors = selectinload(Tasting.jurors).selectinload(TastingJuror.marks)
    return session.scalar(found.options(samples, jurors, joinedload(Tasting.preparer).lazyload(Person.roles)))


def hold_tasting(tasting: Tasting, *, by: Person, at: datetime) -> Tasting:
    """Hold the mini-tender and read the tasting again, so that two people who type at once come one after the other.

    Refused once names are revealed (CRI-12).
    """
    take_up(tasting.mini_tender, by=by, at=at)
    session.refresh(tasting)
    for each in (*tasting.samples, *tasting.jurors):
        session.refresh(each)
    if tasting.is_closed:
        raise refuse("La dégustation est close et les noms sont révélés : plus rien ne change.", rule="CRI-12")
    return tasting


def tasting_faults(mini_tender: MiniTender) -> Iterator[Refusal]:
    """Why an announced tasting keeps the offers from being ranked: it is neither held to its end nor given up with a reason."""
    if mini_tender.announced_tasting is None:
        return
    closed = select(Tasting.id).where(Tasting.mini_tender_id == mini_tender.id, Tasting.closed_at.is_not(None))
    if session.scalar(closed) is None:
        message = "La dégustation que l’invitation annonce n’est pas close."
        yield Refusal(message, "La mener à son terme, ou l’arrêter avec son motif.", "CRI-12")


def announced_at(tasting: Tasting) -> datetime:
    """The hour of the tasting that the invitation announced."""
    announced = tasting.mini_tender.announced_tasting
    assert announced is not None
    return announced.happens_at


def criterion_of(tasting: Tasting) -> Criterion:
    """The criterion that it marks, in the frozen grid."""
    announced = tasting.mini_tender.announced_tasting
    assert announced is not None
    return next(each for each in tasting.mini_tender.frozen_grid().scored if each.key == announced.criterion)


def allergen_names(on: date) -> Mapping[str, str]:
    """The regulated allergens of that day, by code, in the order of the annex."""
    names: Mapping[str, str] = parameters.value("regulated_allergens", on=on)
    return names


def code_fingerprint(salt: bytes, table: Mapping[int, int]) -> str:
    """What proves the table later (code -> offer) and tells nothing of it before."""
    return commitment(salt, committed_content(table))


def committed_content(table: Mapping[int, int]) -> bytes:
    """The text to which the journal is committed: the offer of each code."""
    return canonical_json({str(code): offer for code, offer in table.items()})


def _preparation_faults(mini_tender: MiniTender, offers: Sequence[Offer], regular: Sequence[Offer]) -> Iterator[Refusal]:
    if mini_tender.announced_tasting is None:
        yield Refusal(NOT_ANNOUNCED, "Noter ce critère sur le dossier.", "CRI-12")
    if session.scalar(select(Tasting.id).where(Tasting.mini_tender_id == mini_tender.id)) is not None:
        yield Refusal("Les codes de cette dégustation sont déjà tirés.", "Ouvrir la page de la dégustation.", "CRI-12")
    for offer in offers:
        if offer.classification is None:
            yield Refusal(f"L’offre {of(offer.supplier.name)} n’est pas classée.", LATER_CODES, "ANA-01")
    if not regular:
        yield Refusal("Il n’y a aucune offre régulière à goûter.", "Seule une offre régulière reçoit des notes.", "ANA-01")


def _reception_faults(tasting: Tasting, by: Person) -> list[Refusal]:
    """What forbids any word on a sample now."""
    faults = []
    if any(juror.person_id == by.id for juror in tasting.tasters):
        remedy = "Une autre personne reçoit les échantillons."
        faults.append(Refusal("Vous goûtez : vous ne recevez pas les échantillons, qui portent un nom.", remedy, "ANA-05"))
    if any(juror.sheet_typed_at for juror in tasting.jurors):
        faults.append(Refusal("Une fiche est déjà saisie : les échantillons ne changent plus.", "", "ANA-05"))
    return faults


def _arrival_faults(sample: TastingSample, reception: Reception, at: datetime) -> Iterator[Refusal]:
    if reception.arrived_at > at:
        yield Refusal("Cette heure n’est pas encore passée.", "Dire quand l’échantillon est arrivé.", None, "arrived_at")
    if reception.arrived_at < sample.tasting.prepared_at:
        remedy = "Un échantillon reçoit son étiquette à son arrivée."
        yield Refusal("Cette heure est avant le tirage des codes.", remedy, "ANA-05", "arrived_at")
    known = allergen_names(paris_day(at))
    if not set(reception.allergens) <= set(known):
        yield Refusal("Un allergène n’est pas dans la liste du règlement.", "Choisir dans la liste.", None, "allergens")
    if not reception.allergens_source.strip():
        message = "On ne sait pas d’où viennent ces allergènes."
        yield Refusal(message, "Dire où l’entreprise les a déclarés : étiquette, fiche, courriel.", None, "allergens_source")


def _moment(tasting: Tasting) -> str:
    return french_moment(announced_at(tasting).astimezone(PARIS))
