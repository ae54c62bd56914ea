"""Letters about the roadmap: to each supplier, what a published stage changes for it."""

from dataclasses import dataclass

from sad.domain.meaning import changes_for, lack_in_words, meaning_of, met_in_words, touches_admission
from sad.domain.play import AdmittedSupplier
from sad.domain.stages import Stage
from sad.letters.text import LetterText, write_letter
from sad.models.systems import PurchasingSystem

ROADMAP = "/fournisseur/trajectoire"
USUAL_OFFER = "/fournisseur/offre-habituelle"


@dataclass(frozen=True, slots=True)
class Announcement:
    """A stage as a corrigendum makes it (`kind`: added, postponed or softened), beside what applied `before` it.

    `before` is the stage before it on the roadmap for one that is added, else the revision that it replaces; `earlier` holds
    the stages of the roadmap that take effect before it, by date.
    """

    system: PurchasingSystem
    kind: str
    stage: Stage
    revision: int
    before: Stage | None
    reason: str
    notice_reference: str
    earlier: tuple[Stage, ...] = ()

    @property
    def is_put_off(self) -> bool:
        """Whether the stage takes effect on another day than the revision that it replaces."""
        return self.kind != "added" and self.before is not None and self.before.effective_on != self.stage.effective_on


def announced(announcement: Announcement, supplier: AdmittedSupplier, *, is_admitted: bool, home: str) -> LetterText:
    """To one supplier, admitted or waiting for an answer: what changes for it, from when, what it meets, what it lacks, what to do.

    `home` is the address of the site. All its categories of the system are held together.
    """
    stage, before, labels = announcement.stage, announcement.before, _labels(announcement.system)
    meaning = meaning_of(stage, supplier)
    return write_letter(
        "stage_announced",
        announcement=announcement,
        system=announcement.system,
        stage=stage,
        before=before,
        categories=[labels.get(key, key) for key in supplier.categories],
        changes=changes_for(before, stage, supplier) if before else [],
        meaning=meaning,
        short=[lack_in_words(each, supplier, announcement.earlier) for each in meaning.short],
        met=[met_in_words(each, supplier) for each in meaning.met],
        has_said=bool(supplier.declared),
        is_admitted=is_admitted,
        keeps_admission=is_admitted and not (before and touches_admission(before, stage, supplier)),
        roadmap=home.rstrip("/") + ROADMAP,
        usual_offer=home.rstrip("/") + USUAL_OFFER,
        version=f"{home.rstrip('/')}/systemes/{announcement.system.id}/paliers/{stage.number}/versions/{announcement.revision}",
    )


def _labels(system: PurchasingSystem) -> dict[str, str]:
    return {each.key: each.label for each in system.categories}
