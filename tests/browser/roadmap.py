"""A buyer writes a fourth stage, is stopped twice by the law, mends it, tries it, publishes it; a supplier sees its gap and closes it."""

from tests.browser.scene import BUYER, MILL, Scene
from tests.browser.site import Site
from tests.browser.visitor import Visitor

STAGE = "Palier 4"
SEASON = "Légumes et fruits de saison"


def write(buyer: Visitor, scene: Scene) -> None:
    """Begin the stage, and put a product under what decides an admission: the law says no, and how to write it."""
    buyer.sign_in(BUYER)
    buyer.open("/achats/systemes")
    buyer.follow(scene.system)
    buyer.follow("Paliers")
    buyer.press("Écrire un palier de plus")
    buyer.expect("Rien n’est publié")
    buyer.follow("Ajouter une exigence")
    buyer.follow("Pour être admis", within="L’écrire vous-même")
    buyer.type("Ce qui est demandé", SEASON)
    buyer.type("Preuve acceptée", "Calendrier des récoltes ou équivalent")
    buyer.press("Ajouter au brouillon")
    buyer.expect("ADM-01")
    buyer.press("En faire une exigence de l’offre")
    buyer.expect(SEASON)


def weigh(buyer: Visitor) -> None:
    """Ask more of each offer, and give the price a weight that the notice did not announce: the law says no again."""
    buyer.follow("Modifier : Approvisionnement direct")
    buyer.type("Seuil", "60")
    buyer.press("Enregistrer")
    buyer.follow("Modifier : Prix")
    buyer.type("Poids dans ce palier", "25")
    buyer.press("Enregistrer")
    buyer.expect("SAD-20")
    buyer.type("Poids dans ce palier", "32")
    buyer.press("Enregistrer")
    buyer.follow("Modifier : Qualité")
    buyer.type("Poids dans ce palier", "23")
    buyer.press("Enregistrer")
    buyer.expect("Total : 100 points sur 100")


def play(buyer: Visitor, site: Site) -> None:
    """Try it on those who are admitted before anybody hears of it."""
    buyer.follow("L’essayer avant de le publier")
    buyer.press("Lancer l’essai")
    site.work()
    buyer.open(buyer.path)
    buyer.expect("pourraient encore offrir")


def publish(buyer: Visitor, site: Site) -> None:
    """Publish through the corrigendum; everybody is told."""
    buyer.follow(STAGE)
    buyer.follow("Le publier par un avis rectificatif")
    buyer.type("Motif", "Les services demandent des produits de saison.")
    buyer.type("Référence de l’avis rectificatif", "26-777777")
    for box in buyer.page.get_by_label("Votre raison").all():
        box.fill("Le palier est annoncé deux ans à l’avance.")
    buyer.press("Relire avant de publier")
    buyer.expect("Légumes et fruits de saison : demandé")
    buyer.press("Publier le rectificatif et prévenir")
    buyer.expect(STAGE)
    assert site.deliver() >= 2


def close_gap(supplier: Visitor) -> None:
    """See what is missing, say it, and see it no more."""
    supplier.sign_in(MILL)
    supplier.open("/fournisseur/trajectoire")
    supplier.expect(f"{SEASON} : à renseigner")
    supplier.follow("Le dire")
    supplier.answer_to(SEASON, "Oui")
    supplier.press("Enregistrer")
    supplier.open("/fournisseur/trajectoire")
    supplier.expect("Vous remplissez tous les paliers publiés")
