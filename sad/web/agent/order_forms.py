"""Forms of an order: sending it, confirming its headcount, its invoice references, and what came on the day."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import TimeInput

from sad.domain.calendar import PARIS, paris_instant
from sad.domain.deliveries import Delivered
from sad.domain.orders import OrderTerms, Slot
from sad.domain.sentences import decimal_text
from sad.models.mini_tenders import MiniTender
from sad.models.orders import Order
from sad.web.drafts import VersionedForm
from sad.web.fields import CheckboxesField, DecimalField, Form, IntegerField, Required
from sad.web.typed import read_hour

SHORT, LONG = Length(max=200, message="Au plus 200 caractères."), Length(max=4000, message="Au plus 4 000 caractères.")
HALF_AN_HOUR = timedelta(minutes=30)
ENGAGEMENT = "Celui de votre logiciel financier, sans espace. Vous pouvez le donner plus tard."
SERVICE_CODE = "Le code de votre service dans Chorus Pro, sans espace. Vous pouvez le donner plus tard."


class HourField(Field):
    """An hour in Paris, on a day that is known."""

    widget = TimeInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = read_hour(text) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:%H:%M}" if self.data else ""


class PlaceForm(Form):
    """« Commander »: the slot, a word to the supplier, the references that the invoice carries."""

    begins = HourField("Livraison à partir de", [Required("Donnez une heure.")])
    ends = HourField("Et au plus tard à", [Required("Donnez une heure.")])
    note = TextAreaField("Un mot au fournisseur", [LONG], description="Accès, personne à appeler, où poser.", render_kw={"rows": 2})
    engagement_number = StringField("Numéro d’engagement", [SHORT], description=ENGAGEMENT)
    service_code = StringField("Code service", [SHORT], description=SERVICE_CODE)

    def terms(self, day: date) -> OrderTerms:
        """What was typed, the slot on that day. Raises `Refused` for an hour that a change of clock skips or repeats."""
        slot = Slot(_instant(day, self.begins.data), _instant(day, self.ends.data))
        return OrderTerms(slot, *(self[name].data or "" for name in ("note", "engagement_number", "service_code")))


class HeadcountForm(VersionedForm):
    """« Nombre de convives »."""

    headcount = IntegerField("Combien serez-vous ?", [Required("Écrivez un nombre.")], maximum=100_000)


class ReferencesForm(VersionedForm):
    """« Références de la facture »."""

    engagement_number = StringField("Numéro d’engagement", [SHORT], description=ENGAGEMENT)
    service_code = StringField("Code service", [SHORT], description=SERVICE_CODE)


class DeliveryForm(Form):
    """« Réceptionner »: everything is as it should be unless the person says otherwise; `of` adds the quantities."""

    KEYS: ClassVar[tuple[str, ...]] = ()

    conformity = RadioField(
        "Conforme à la commande",
        [Required("Choisissez.")],
        choices=[("full", "Oui, tout y est"), ("partial", "En partie"), ("refused", "Non, je refuse la livraison")],
        default="full",
    )
    on_time = RadioField("À l’heure", [Required("Choisissez.")], choices=[("yes", "Oui"), ("no", "Non")], default="yes")
    packaging = RadioField(
        "Emballages repris",
        [Required("Choisissez.")],
        choices=[("taken_back", "Oui, ou un retour est convenu"), ("left", "Non"), ("none", "Rien à reprendre")],
        default="taken_back",
    )
    remark = TextAreaField("Remarque", [LONG], description="Obligatoire si tout n’est pas conforme. Le fournisseur la lit.")

    @classmethod
    def of(cls, order: Order) -> "DeliveryForm":
        """The form over the lines of an order, each filled with what was ordered."""
        keys = tuple(str(line.id) for line in order.lines)
        fields = {
            f"quantity-{key}": DecimalField(line.label, description=line.unit, places=3, maximum=1_000_000)
            for key, line in zip(keys, order.lines, strict=True)
        }
        ordered = {f"quantity-{line.id}": Decimal(decimal_text(line.quantity)) for line in order.lines}
        clauses = {"unmet_clauses": _clauses_field(order.mini_tender)} if order.mini_tender.clauses else {}
        form: DeliveryForm = type("DeliveryForm", (cls,), {**fields, **clauses, "KEYS": keys})(data=ordered)
        return form

    def delivered(self) -> Delivered:
        """What was said; a quantity left empty is the one ordered."""
        typed = ((key, self[f"quantity-{key}"].data) for key in self.KEYS)
        return Delivered(
            conformity=self.conformity.data,
            on_time=self.on_time.data == "yes",
            packaging=self.packaging.data,
            remark=self.remark.data or "",
            quantities={key: quantity for key, quantity in typed if quantity is not None},
            unmet_clauses=tuple(self["unmet_clauses"].data) if "unmet_clauses" in self else (),
        )


def _clauses_field(need: MiniTender) -> CheckboxesField:
    return CheckboxesField(
        "Clauses non tenues",
        choices=[(each["key"], each["label"]) for each in need.clauses],
        description="Cochez seulement celles qui ne le sont pas, et dites en quoi dans la remarque.",
    )


def proposed_hours(serves_at: datetime | None) -> dict[str, time]:
    """The half hour that ends when the need is served; nothing for a need without hour."""
    if serves_at is None:
        return {}
    local = serves_at.astimezone(PARIS)
    return {"begins": (local - HALF_AN_HOUR).time(), "ends": local.time()}


def _instant(day: date, hour: Any) -> datetime:
    return paris_instant(datetime.combine(day, hour))
