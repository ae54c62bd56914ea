"""What acts on an application share: its row held, its stage, its questions, and whether the buyer may read it yet."""

from datetime import datetime

from sad.actions.letters import post_to_supplier
from sad.actions.limits import is_application_sealed, window_ends
from sad.actions.stages import roadmap_of
from sad.db import session
from sad.domain.errors import refuse
from sad.domain.requirements import Nature, Requirement
from sad.domain.sentences import french_date
from sad.domain.stages import Stage, stage_in_force
from sad.domain.wording import proves_no_exclusion
from sad.letters.text import LetterText
from sad.models.applications import PENDING_STATES, Application, ApplicationState

EDITABLE = (ApplicationState.DRAFT, ApplicationState.COMPLETION_REQUESTED)
ASKED = (Nature.CAPACITY, Nature.INFORMATION)


def hold(application: Application) -> Application:
    """Lock its row until the end of the transaction and read it again, so that two decisions never cross."""
    session.flush()
    session.refresh(application, with_for_update={"of": Application})
    return application


def stage_of(application: Application, at: datetime) -> Stage:
    """The stage that applies: frozen at the first submission, or in force now for a draft. Raises `Refused` (PAL-04)."""
    if application.stage_content is not None:
        return application.frozen_stage()
    return stage_in_force(roadmap_of(application.system), at)


def questions(application: Application, stage: Stage) -> tuple[Requirement, ...]:
    """What the stage asks of this applicant: capacities and information, never a proof about exclusion grounds (ADM-05)."""
    applied = (each for nature in ASKED for each in stage.of_nature(nature, application.category.key, application.supplier.families))
    return tuple(each for each in applied if not proves_no_exclusion(f"{each.label} {each.proof}"))


def check_editable(application: Application) -> None:
    """Raises `Refused` unless the supplier may still change its file: a draft, or a completion that was asked for."""
    if application.state not in EDITABLE:
        raise refuse(
            "Votre candidature est partie : elle ne se modifie plus.",
            "S’il manque quelque chose, le service achats vous le demandera. Vous pouvez aussi la retirer et recommencer.",
        )


def check_readable(application: Application, at: datetime) -> None:
    """Raises `Refused` unless the buyer may read and decide it: pending, and out of the initial period (R2132-9)."""
    ends = window_ends(application.system)
    if application.state in PENDING_STATES and ends is not None and is_application_sealed(application, at):
        raise refuse(
            f"Cette candidature reste fermée jusqu’au {french_date(ends)} inclus : c’est la période initiale (R2132-9).",
            "Revenir le lendemain.",
            rule="SAD-07",
        )


def tell(application: Application, text: LetterText, *, at: datetime) -> None:
    """Post a letter about the application to each person who acts for its supplier."""
    post_to_supplier(
        application.supplier, text, at=at, organisation_id=application.organisation_id, application=application
    )
