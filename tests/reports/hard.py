"""For each template of `templates/reports`, the content that is hardest to set: long words, accents, sixty lines, nothing optional."""

from collections.abc import Iterator, Mapping
from typing import Any

LONG = "Groupement d’intérêt économique des maraîchères et maraîchers de l’Œuvre-Sainte-Élisabeth-en-Royans-et-Vercors-Drômois"
UNBROKEN = "Anticonstitutionnellement" * 3
WORDS = "Été, cœur, Noël, « garçon », 12 %, 3 × 4 €, <b>#panic(\"x\")</b> $1$ *gras* @ref. " * 8
SHA = "0123456789abcdef" * 4
FACTS = [["Consultation", "n° 12, Direction de l’éducation"], ["Lieu", LONG], [UNBROKEN, UNBROKEN], ["À savoir", WORDS]]
MANY = range(60)
ALLERGENS = "Céréales contenant du gluten, lait, œufs, fruits à coque, anhydride sulfureux"
BLOCKS = [
    {"kind": "paragraph", "lines": ["Bonjour,"]},
    {"kind": "heading", "lines": [f"Ce qui a été décidé pour {LONG}"]},
    {"kind": "paragraph", "lines": [WORDS, UNBROKEN]},
    *({"kind": "list", "lines": [f"{number}. {WORDS}"]} for number in MANY),
    {"kind": "heading", "lines": ["Vos recours"]},
    {"kind": "paragraph", "lines": [LONG, "marches@agglo.example"]},
]
LETTER = {
    "title": f"Votre offre n’est pas retenue : {LONG}",
    "sender": LONG,
    "sender_lines": ["1 place Jacques-Brel", "26000 Valence", "marches.publics.restauration.collective@agglomeration.example"],
    "to_lines": [LONG, "Mme Marie-Émilie de la Tour d’Auvergne-Rhône-Alpes"],
    "date": "Le mercredi 16 décembre 2026",
    "footer": "Écrite le mercredi 16 décembre 2026 à 12 h 05, heure de Paris · 3f0e2b9c-7d1a-4f55-9d55-6f2c1a0e7b11@sad",
    "blocks": BLOCKS,
}
AGREEMENT = {
    "title": f"Convention de groupement : {LONG}",
    "author": LONG,
    "subtitle": f"{LONG}, {WORDS[:80]}",
    "draft": "Projet : il manque 3 signatures.",
    "blocks": BLOCKS,
    "signatures": [[f"{LONG}, SIRET 123 456 789 00012", LONG, "mercredi 16 décembre 2026 à 12 h 05, heure de Paris"]] * 8,
    "fingerprint": SHA,
}
MINUTES = {
    "title": "Procès-verbal de la séance du mercredi 16 décembre 2026 à 9 h",
    "organisation": f"{LONG}, commission d’appel d’offres",
    "facts": FACTS,
    "presences": [[f"Siège {number}", LONG, "Présente, remplacée par sa suppléante"] for number in range(12)],
    "items": [
        {
            "title": f"{number}. {LONG}",
            "facts": FACTS,
            "votes": [[LONG, "Ne prend pas part"] for _ in range(number % 5)],
            "counts": "3 pour, 1 contre, 1 abstention.",
            "opinion": "Avis favorable",
            "sentence": WORDS if number % 2 else "",
        }
        for number in range(15)
    ],
    "competence": "La commission donne un avis ; le pouvoir adjudicateur décide.",
    "warning": "Ce qui est gardé ne correspond plus à l’empreinte de la clôture.",
    "closed": "Séance close le 16 décembre 2026 à 11 h 04 min 07 s.",
    "fingerprint": SHA,
    "footer": f"{LONG} · séance du mercredi 16 décembre 2026",
}
OPENING = {
    "title": f"Procès-verbal d’ouverture : {LONG}",
    "organisation": LONG,
    "facts": FACTS,
    "in_time": [[f"{LONG}, SIRET 123 456 789 00012", "7 décembre 2026 à 11 h 59 min 59 s", "1 234 567,89 €", "10"] for _ in MANY],
    "broken": [f"{LONG} : {WORDS}"] * 3,
    "late": [[f"{LONG}, SIRET 123 456 789 00012", "7 décembre 2026 à 12 h 00 min 01 s"]] * 12,
    "assisted": [f"{LONG}, {WORDS}"] * 3,
    "copies": [f"{LONG}\u00a0: reçue le 7 décembre 2026 à 10 h 00 ({LONG}). Papier. Enregistrée par {LONG}. {WORDS}"] * 3,
    "has_opened_copy": True,
    "ended": "Offres remplacées par leur auteur : 12. Offres retirées : 3. Elles restent scellées (R2151-6).",
    "envelopes": [[LONG, SHA] for _ in MANY],
    "head": SHA,
    "footer": "Ouverture du 7 décembre 2026 à 14 h 02 min 11 s · consultation n° 12",
}
ORDER = {
    "title": "Bon de commande BC-2026-0012",
    "subject": LONG,
    "buyer": [LONG, "SIREN 200 040 459", "1 place Jacques-Brel", "26000 Valence", "commandes.restauration@agglomeration.example"],
    "supplier": [LONG, "SIRET 123 456 789 00012", "26190 Saint-Jean-en-Royans"],
    "facts": FACTS,
    "lines": [[f"{number}. {LONG}", "1 234,567 kg", "1 234,56 €", "5,5 %", "1 234 567,89 €"] for number in MANY],
    "totals": [
        ["Total hors taxe", "1 234 567,89 €"],
        ["TVA à 5,5 % sur 1 234 567,89 €", "67 901,23 €"],
        ["Total à payer", "1 302 469,12 €"],
    ],
    "members": [[LONG, "SIRET 123 456 789 00012", "411 522,63 €"]] * 5,
    "invoice": FACTS,
    "footer": "BC-2026-0012 · envoyé le mercredi 16 décembre 2026 à 12 h 05, heure de Paris",
}
PLAY = {
    "title": f"Essai : {LONG}",
    "organisation": LONG,
    "subject": WORDS,
    "asker": f"Essai demandé par {LONG}. Il ne décide de rien : il montre ce que le palier ferait.",
    "headlines": [[f"{LONG} ?", "12 sur 21"]] * 9,
    "cautions": [WORDS] * 5,
    "categories": [[LONG, "21", "12"]] * 12,
    "warnings": [WORDS] * 4,
    "requirements": [
        {"label": LONG, "wanted": "au moins 40 %", "counts": ["1", "12", "123"], "names": [f"En dessous : {', '.join([LONG] * 6)}."]}
    ] * 12,
    "lines": [[f"{LONG} (16 décembre 2026)", LONG, LONG, "+ 1 234,56 €", "12 sur 21"] for _ in MANY],
    "unchanged": "1 234 consultations",
    "left": "12 autres lignes dans le tableau à télécharger.",
    "footer": "Essai n° 12 · empreinte du palier essayé 0123456789abcdef",
}
TASTING = {
    "title": "Fiche de dégustation à l’aveugle",
    "organisation": LONG,
    "subject": f"{LONG}.",
    "when": f"Le mercredi 16 décembre 2026 à 9 h, {LONG}.",
    "criterion": LONG,
    "scale": "10",
    "half": "5",
    "source": "Allergènes déclarés par les entreprises, parmi les 14 de l’annexe II du règlement (UE) n° 1169/2011.",
    "footer": "Empreinte des codes : 0123456789abcdef0123456789abcdef",
    "jurors": [
        {
            "heading": f"Fiche de dégustation à l’aveugle : {LONG}",
            "title": f"{LONG}.",
            "samples": [[str(100 + number), ALLERGENS] for number in MANY],
        }
    ] * 2,
}
EVALUATION = {
    "title": f"Rapport d’analyse des offres : {LONG}",
    "organisation": LONG,
    "footer": "Projet · état du mercredi 16 décembre 2026 à 12 h 05 · consultation n° 12",
    "status": "Projet : l’attribution n’est pas décidée, ce document peut encore changer.",
    "secrecy": "Ce rapport contient les prix de chacun : il ne se communique pas aux fournisseurs (L2132-1).",
    "facts": FACTS,
    "grid": [[str(number), LONG, "12,5", WORDS[:200]] for number in range(12)],
    "tie_rule": WORDS,
    "least": WORDS[:80],
    "received": "60 offres sont arrivées à temps, 12 en retard.",
    "unread": [WORDS] * 3,
    "examined": [[LONG, "1 234 567,89 €", "inappropriée", WORDS if number else "Motif. " * 570] for number in MANY],
    "regularisations": [WORDS] * 4,
    "prices": [WORDS] * 4,
    "interests": [[LONG, WORDS[:120], "mercredi 16 décembre 2026 à 9 h"]] * 12,
    "evaluators": [[LONG, "mercredi 16 décembre 2026 à 9 h", WORDS[:60]]] * 6,
    "ranking": [[str(number), LONG, "1 234 567,89 €", "87,65"] for number in MANY],
    "outs": [WORDS] * 3,
    "ties": [WORDS] * 2,
    "matrices": [{"heads": [f"{each} /12,5" for each in range(7)], "rows": [["12", LONG, *["12,50"] * 7] for _ in MANY]}] * 2,
    "details": [
        {
            "title": f"{number}. {LONG}",
            "lines": [{"label": LONG, "points": "12,5 sur 25", "said": [WORDS], "is_part": part % 2 == 1} for part in range(6)],
            "ways": [WORDS] * 2,
        }
        for number in range(20)
    ],
    "solidity": [WORDS] * 2,
    "intervals": [[LONG, "12,5", "un poids de 0 à 100"]] * 12,
    "opinion": WORDS,
    "decision": [WORDS, WORDS],
    "signatures": [["Proposé par", LONG], ["Décidé par", ""]],
    "proofs": [[LONG, SHA]] * 3,
}
RECEIPT = {
    "title": "Accusé de réception",
    "buyer": LONG,
    "note": "Reçue après la date limite du 7 décembre 2026 à 12 h 00 min 00 s. L’offre est conservée scellée.",
    "items": FACTS,
    "documents": [[f"{UNBROKEN}-{number}.pdf", "9,9 Mo", SHA] for number in range(10)],
    "proofs": [["Empreinte du pli scellé", SHA], ["Signature Ed25519", SHA + SHA]],
    "verify": f"Cette page se lit ; le fichier signé se prouve. {LONG}",
    "footer": "Dépôt 3f0e2b9c-7d1a-4f55-9d55-6f2c1a0e7b11",
}
PROOF_FILE = {
    "title": f"Dossier de preuve : {LONG}",
    "organisation": LONG,
    "facts": FACTS,
    "changes": [["7 décembre 2026 à 9 h 41 min 07 s", LONG, WORDS]] * 3,
    "attempts": [[LONG, "9 h 41 min 07 s", "9 h 42 min 08 s", "64 Kio au plus", WORDS[:90]] for _ in MANY],
    "deposits": [[LONG, "9 h 42 min 08 s", "remplacée, à temps", UNBROKEN] for _ in MANY],
    "receptions": [[LONG, "9 h 42 min 08 s", "9 h 52 min 08 s"]],
    "outages": [[LONG, "9 h 42 min 08 s", "9 h 52 min 08 s"]] * 12,
    "skews": [[LONG, "9 h 42 min 08 s", "–", "-3 600,5 s"]],
    "envelopes": [[LONG, SHA] for _ in MANY],
    "head": SHA,
    "heads": [["7 décembre 2026 à 12 h 00 min 01 s", "123456", SHA]],
    "fingerprint": SHA,
    "footer": "Dossier de preuve du 7 décembre 2026",
}
DESTRUCTION = {
    "title": "Certificat de destruction",
    "organisation": LONG,
    "facts": FACTS,
    "remains": FACTS,
    "counts": [[LONG, "1 234 567"]] * 6,
    "others": "1 234 567",
    "key": "La clé est effacée.",
    "footer": "Destruction n° 12",
}
HARD: dict[str, Mapping[str, Any]] = {
    "agreement": AGREEMENT,
    "destruction": DESTRUCTION,
    "evaluation": EVALUATION,
    "letter": LETTER,
    "minutes": MINUTES,
    "opening": OPENING,
    "order": ORDER,
    "play": PLAY,
    "proof_file": PROOF_FILE,
    "receipt": RECEIPT,
    "tasting": TASTING,
}
# What stays when nothing optional is said: a title names every paper, and each of these has one line at least.
NEEDED = {
    "agreement": {"signatures"},
    "destruction": {"facts", "remains"},
    "evaluation": {"facts", "grid", "solidity", "decision", "signatures", "proofs", "examined"},
    "receipt": {"items", "documents", "proofs"},
    "order": {"buyer", "supplier", "totals", "lines", "facts", "invoice"},
    "minutes": {"presences", "facts"},
    "opening": {"facts"},
    "proof_file": {"facts"},
    "tasting": {"jurors"},
}


def cases() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Template, what the case is, content: all that is hard, then all that may be missing."""
    for template, content in HARD.items():
        yield template, "full", content
        needed = NEEDED.get(template, set())
        yield template, "bare", {name: value if name in needed or not isinstance(value, list) else [] for name, value in content.items()}
        optional = {"draft", "warning", "left", "late", "note", "status", "tie_rule", "least", "opinion"} & content.keys()
        if optional:
            yield template, "silent", {**content, **dict.fromkeys(optional, "")}
