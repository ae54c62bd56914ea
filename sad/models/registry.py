"""Every table: import this to have the whole schema in `Base.metadata`."""

from sad.models import (
    admissions,
    applications,
    awards,
    campaigns,
    certificates,
    consortiums,
    deadline_agreements,
    documents,
    evaluations,
    evaluators,
    examinations,
    invitations,
    job_runs,
    journal,
    letters,
    litigation,
    mini_tenders,
    offers,
    openings,
    orders,
    organisations,
    people,
    regularisations,
    stage_changes,
    stages,
    suppliers,
    systems,
    tastings,
)

AGGREGATES = (
    organisations, people, suppliers, documents, certificates, systems, stages, stage_changes, applications, admissions, campaigns,
    consortiums, mini_tenders, deadline_agreements, invitations, offers, openings, evaluations, evaluators, tastings,
    examinations, regularisations, awards, litigation, orders, letters, journal, job_runs,
)
