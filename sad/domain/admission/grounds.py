"""What a refusal may rely on besides the published capacities, in the words of its letter."""

from sad.domain.admission.identity import IDENTITY
from sad.domain.admission.statement import STATEMENT
from sad.domain.stages import Stage

FORMAL = {IDENTITY: "Identité de l’entreprise et produits vendus", STATEMENT: "Déclaration sur l’honneur"}
EXCLUSIONS = {
    "L2141-1": "condamnation pénale définitive",
    "L2141-2": "impôts ou cotisations sociales non réglés",
    "L2141-3": "liquidation judiciaire, ou redressement sans autorisation de poursuivre",
    "L2141-4": "travail illégal, ou manquement à l’égalité professionnelle",
    "L2141-5": "exclusion administrative des contrats",
    "L2141-7": "manquement grave à un contrat public, dans les trois dernières années",
    "L2141-7-1": "plan de vigilance non établi",
    "L2141-7-2": "bilan des émissions ou informations de durabilité non établis",
    "L2141-8": "tentative d’influencer l’acheteur, ou information privilégiée",
    "L2141-9": "entente avec d’autres candidats",
    "L2141-10": "conflit d’intérêts qui ne peut être corrigé autrement",
}


def ground_label(key: str, stage: Stage) -> str:
    """The French name of what a reason cites: a requirement of the stage, a formal ground or an article of exclusion."""
    requirement = stage.requirement(key)
    if requirement is not None:
        return requirement.label
    if key in EXCLUSIONS:
        return f"Motif d’exclusion : {EXCLUSIONS[key]} (article {key})"
    return FORMAL.get(key, key)


def is_exclusion(key: str) -> bool:
    """Whether a reason is an exclusion, and not a condition that the applicant can meet by completing its file."""
    return key in EXCLUSIONS
