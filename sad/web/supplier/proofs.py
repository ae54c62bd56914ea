"""The proofs that the awardee sends before its contract: what is asked, each paper on a page of its own, what was answered."""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from wtforms import BooleanField

from sad import clock
from sad.actions.proof_deposits import give_proof
from sad.actions.proof_reminders import to_renew
from sad.actions.proofs import missing_of
from sad.db import session
from sad.domain.calendar import paris_day
from sad.domain.campaigns import is_over
from sad.domain.proofs import WHERE, ProofKind, is_asked
from sad.letters.wording import long_date
from sad.models.awards import Award, AwardState
from sad.models.certificates import Certificate
from sad.models.mini_tenders import MiniTender
from sad.models.proofs import AwaitedProof, GivenProof, ProofRequest
from sad.models.suppliers import Supplier
from sad.web.access import allow_supplier, current_person, current_supplier, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.fields import DateField, FilesField, Form, SiretField
from sad.web.supplier.tasks import Task
from sad.web.uploads import keep_file


class PaperForm(Form):
    """A paper, what is read on it; nothing is said of a company by its file name."""

    files = FilesField("Le document", max_files=1, description="Une photo lisible suffit.")
    siret = SiretField(
        "SIRET écrit sur le document",
        description="14 chiffres. Il nous assure que le document est bien celui de votre entreprise.",
        render_kw={"inputmode": "numeric"},
    )
    issued_on = DateField("Établi le", description="Le jour écrit sur le document.")
    expires_on = DateField("Valable jusqu’au", description="Laissez vide si aucun dernier jour n’est écrit.")


class WorkersForm(PaperForm):
    """The same, or the declaration that there is nobody to list."""

    declares_none = BooleanField("Je n’emploie aucun salarié étranger soumis à autorisation de travail, je le déclare sur l’honneur")


@allow_supplier
def proofs(proof_request_id: int) -> str:
    """What my company proves before this contract, and what was answered."""
    asked = own_or_404(_own_requests(current_supplier()).where(ProofRequest.id == proof_request_id))
    at, mine = clock.now(), asked.asked_of(current_supplier().id)
    renewed = {each.id for each in to_renew(asked, at)}
    return render_template(
        "supplier/proofs.html",
        asked=asked,
        mine=mine,
        missing={each.id for each in missing_of(asked, current_supplier().id, paris_day(at))} | renewed,
        is_open=_is_open(asked),
        is_late=asked.award.notified_at is None and is_over(asked.due_on, at),
        today=paris_day(at),
        is_asked=is_asked,
    )


@allow_supplier
def proof(awaited_proof_id: int) -> Response:
    """Send one paper."""
    own = select(AwaitedProof).where(AwaitedProof.id == awaited_proof_id, AwaitedProof.supplier_id == current_supplier().id)
    awaited = own_or_404(own.options(joinedload(AwaitedProof.supplier)))
    form = WorkersForm() if awaited.proof is ProofKind.FOREIGN_WORKERS else PaperForm()
    if form.validate_on_submit():
        file, none = keep_file(form.files) if form.files.checked else None, bool(form.data.get("declares_none"))
        said = {"issued_on": form.issued_on.data, "expires_on": form.expires_on.data, "siret": form.siret.data or ""}
        with attempt(form) as done:
            give_proof(awaited, file, declares_none=none, **said, by=current_person(), at=clock.now())
        if done:
            flash("C’est envoyé, et gardé dans votre coffre. L’acheteur vous répondra.", "success")
            return redirect(url_for("supplier.proofs", proof_request_id=awaited.request_id))
    return form_page("supplier/proof.html", form, awaited=awaited, where=WHERE[awaited.proof])


def proof_tasks(supplier: Supplier, at: datetime) -> Iterator[Task]:
    """The proofs to send before a contract, even late, and those that end while it runs."""
    for asked in session.scalars(_own_requests(supplier).where(ProofRequest.failed_at.is_(None), Award.state == AwardState.APPROVED)):
        url, need = url_for("supplier.proofs", proof_request_id=asked.id), asked.award.mini_tender.title
        if asked.award.notified_at is None and (missing := missing_of(asked, supplier.id, paris_day(at))):
            tag = f"Au plus tard le {long_date(asked.due_on)}"
            if is_over(asked.due_on, at):
                tag = "Le dernier jour est passé : envoyez quand même"
            text = f"Votre offre est retenue. À envoyer : {', '.join(each.label for each in missing)}."
            yield Task(tag, f"Vos attestations : {need}", text, "Envoyer mes attestations", url, asked.due_on)
        ending = [each for each in to_renew(asked, at) if each.supplier_id == supplier.id]
        if ending:
            last = max(given.holds_until for each in ending for given in each.held)
            text = f"À renouveler tant que le marché dure : {', '.join(each.label for each in ending)}."
            yield Task(f"Prend fin le {long_date(last)}", f"Vos attestations : {need}", text, "Renouveler", url, last)


def _own_requests(supplier: Supplier) -> Select[tuple[ProofRequest]]:
    """The requests that ask something of this company, with all that was given."""
    awaited = selectinload(ProofRequest.awaited)
    given = awaited.selectinload(AwaitedProof.given)
    concerned = select(AwaitedProof.request_id).where(AwaitedProof.supplier_id == supplier.id)
    return (
        select(ProofRequest)
        .join(ProofRequest.award)
        .where(ProofRequest.id.in_(concerned))
        .options(
            contains_eager(ProofRequest.award).joinedload(Award.mini_tender).joinedload(MiniTender.organisation),
            given.joinedload(GivenProof.certificate).joinedload(Certificate.document),
        )
        .order_by(ProofRequest.id)
    )


def _is_open(asked: ProofRequest) -> bool:
    """Whether something can still be sent."""
    return asked.failed_at is None and asked.award.state == AwardState.APPROVED
