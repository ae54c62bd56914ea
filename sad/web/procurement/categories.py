"""The categories of a draft: the usual ones in one gesture, or one of its own."""

from flask import Response, flash, redirect, url_for
from sqlalchemy import select

from sad import clock
from sad.actions.categories import add_category, remove_category, reserve_category
from sad.db import transaction
from sad.models.people import Role
from sad.models.systems import Category, PurchasingSystem
from sad.stages_model import ModelCategory, model_categories
from sad.web.access import allow, current_person, own_or_404
from sad.web.acts import attempt, form_page
from sad.web.procurement.own import own_draft
from sad.web.procurement.system_forms import CategoriesForm, CategoryForm, ReserveForm
from sad.web.procurement.systems import SCREENS


@allow(Role.BUYER)
def categories(system_id: int) -> Response:
    """Those of the draft, and the usual ones that it does not have yet."""
    draft = own_draft(system_id)
    proposed = _proposed(draft)
    form = CategoriesForm()
    form.keys.choices = [(each.key, each.label) for each in proposed]
    if form.validate_on_submit():
        with attempt(form) as done:
            for each in proposed:
                if each.key in form.keys.data:
                    add_category(draft, each.label, each.families, key=each.key, by=current_person(), at=clock.now())
        if done:
            return redirect(url_for("procurement.system_categories", system_id=draft.id))
    return form_page("procurement/system_categories.html", form, system=draft, proposed=proposed, screens=SCREENS)


@allow(Role.BUYER)
def add(system_id: int) -> Response:
    """A category of its own: a name, and the families of products that it buys."""
    draft, form = own_draft(system_id), CategoryForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            add_category(draft, form.label.data, form.families.data, by=current_person(), at=clock.now())
        if done:
            return redirect(url_for("procurement.system_categories", system_id=draft.id))
    return form_page("procurement/category_add.html", form, system=draft, screens=SCREENS)


@allow(Role.BUYER)
def reserve(system_id: int, category_id: int) -> Response:
    """To whom a category of the draft is reserved, or that it is open to all."""
    category = _own_category(system_id, category_id)
    form = ReserveForm(obj=category)
    if form.validate_on_submit():
        with attempt(form) as done:
            reserve_category(category, form.reserved_for.data, by=current_person(), at=clock.now())
        if done:
            return redirect(url_for("procurement.system_categories", system_id=system_id))
    return form_page("procurement/category_reserve.html", form, system=category.system, category=category, screens=SCREENS)


@allow(Role.BUYER)
def remove(system_id: int, category_id: int) -> Response:
    """Take a category out of the draft."""
    category = _own_category(system_id, category_id)
    label = category.label
    with transaction():
        remove_category(category, by=current_person(), at=clock.now())
    flash(f"« {label} » n’est plus une catégorie du système.", "success")
    return redirect(url_for("procurement.system_categories", system_id=system_id))


def _own_category(system_id: int, category_id: int) -> Category:
    draft = own_draft(system_id)
    return own_or_404(select(Category).where(Category.id == category_id, Category.system_id == draft.id))


def _proposed(draft: PurchasingSystem) -> list[ModelCategory]:
    present = {each.key for each in draft.categories}
    return [each for each in model_categories() if each.key not in present]
