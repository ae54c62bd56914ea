"""What is said in one place is kept in the other; each finder is shown to find a planted fault."""

import subprocess
from pathlib import Path

import pytest

from sad import parameters
from sad.models import registry
from tests import house_rules

ROOT = Path(__file__).resolve().parent.parent
# Acts that add no line of their own, each for a reason.
NOT_JOURNALLED = {
    "letters.post_letter": "a letter belongs to the act that posts it, which is journalled",
    "letters.post_to_supplier": "the same",
    "letters.post_to_suppliers": "the same",
    "letters.post_to_each": "the same",
    "agreements.call_to_sign": "the letters of an act on a consortium, which is journalled",
    "accounts.note_failed_login": "counts a guess for a quarter of an hour: it is nobody's act",
    "deliveries.claim_letter": "transport decides nothing and leaves its traces on the letter",
    "deliveries.note_delivery": "the same",
    "papers.claim_papers": "the same",
    "application_file.tell": "the letters of an act on an application, which is journalled",
    "openings.open_offer": "one envelope, within the act of two people that opens it, which is journalled",
    "campaigns.prospect_of": "shows a campaign before it is opened, and keeps nothing of it",
}
# Addresses to which no page leads, each for a reason.
NOT_LINKED = {
    "public.health": "for machines",
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("hors d'un dépôt git : la liste des fichiers suivis manque")
    return [name for name in listed.split("\0") if name]


def aggregates() -> list[str]:
    return [module.__name__ for module in registry.AGGREGATES]


def test_every_page_is_rendered_or_included():
    assert house_rules.unused_templates(ROOT) == []


def test_every_page_that_is_named_exists():
    assert house_rules.missing_templates(ROOT) == []


def test_every_letter_has_a_template_and_every_template_a_letter():
    assert house_rules.letter_faults(ROOT) == []


def test_every_rule_that_is_named_is_in_the_table():
    assert house_rules.unknown_rules(ROOT, parameters.rules()) == []


def test_every_act_is_journalled():
    assert sorted(house_rules.unjournalled_acts(ROOT)) == sorted(NOT_JOURNALLED)


def test_a_page_leads_to_every_address(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "." in rule.endpoint} - {"bootstrap.static"}
    assert sorted(house_rules.unlinked(ROOT, endpoints)) == sorted(NOT_LINKED)


def test_every_setting_is_explained_to_whoever_installs():
    assert house_rules.undocumented_settings(ROOT) == []


def test_every_table_is_in_the_registry():
    assert house_rules.models_without_aggregate(ROOT, [*aggregates(), "sad.models.registry"]) == []


def test_no_tracked_file_says_where_it_was_made_or_what_is_still_to_do():
    assert house_rules.kept_by_mistake(ROOT, tracked()) == []


VERB = "def close_stage(stage, *, by, at):\n    stage.closed_at = at\n"
QUIET = "def note_stage(stage, *, at):\n    stage.noted_at = at\n"
KEEP = "from sad.actions.journal import record\n\ndef _keep(thing, by, at):\n    record('x', thing, by=by, at=at)\n\n"
RULES, MINE = house_rules, ["admin.mine"]
PLANTED = [
    (RULES.unused_templates, (), "templates/admin/lost.html", "<p>", ["admin/lost.html"]),
    (RULES.missing_templates, (), "sad/web/pages.py", "x = 'admin/nowhere.html'", [r"admin/nowhere\.html"]),
    (RULES.missing_templates, (), "templates/a.html", "{% include 'b.html' %}", ["b.html"]),
    (RULES.letter_faults, (), "templates/letters/lost.txt", "Objet", ["lost: no letter uses it"]),
    (RULES.letter_faults, (), "sad/letters/x.py", "write_letter('lost')", ["lost: no template"]),
    (RULES.letter_faults, (), "sad/letters/x.py", "write_letter('a' if x else f'b_{y}')", ["a: no template", "b_[^/]+: no template"]),
    (RULES.letter_faults, (), "sad/letters/x.py", "K = {1: 'lost'}\nwrite_letter(K[1])", []),
    (RULES.unknown_rules, (["SAD-01"],), "templates/a.html", "SAD-01 SAD-98", ["templates/a.html: SAD-98"]),
    (RULES.unjournalled_acts, (), "sad/actions/stages.py", VERB, ["stages.close_stage"]),
    (RULES.unjournalled_acts, (), "sad/actions/stages.py", QUIET, ["stages.note_stage"]),
    (RULES.unjournalled_acts, (), "sad/actions/stages.py", f"{KEEP}{VERB}", ["stages.close_stage"]),
    (RULES.unjournalled_acts, (), "sad/actions/stages.py", f"{KEEP}{VERB}    _keep(stage, by, at)\n", []),
    (RULES.unlinked, (MINE,), "templates/a.html", "{{ url_for('admin.mine_too') }}", MINE),
    (RULES.unlinked, (MINE,), "sad/web/x.py", "redirect(url_for('admin.mine'))", []),
    (RULES.undocumented_settings, (), "config/environments/a.example", "SAD_ENV=", ["a.example: SAD_KEY"]),
    (RULES.models_without_aggregate, ([],), "sad/models/a.py", "__tablename__ = 'a'", ["sad.models.a"]),
    (RULES.kept_by_mistake, (["a.md"],), "a.md", "# TO" "DO: later", ["a.md: TO" "DO"]),
    (RULES.kept_by_mistake, (["a.md"],), "a.md", "see /ho" "me/jeanne/x", ["a.md: /ho" "me/"]),
]


@pytest.mark.parametrize("find, known, path, text, faults", PLANTED)
def test_a_planted_fault_is_found(tmp_path, find, known, path, text, faults):
    around = {"sad/settings.py": "'SAD_ENV SAD_KEY'", "sad/actions/journal.py": "def record(): ...", "templates/_.css": ""}
    for name, content in {**around, path: text}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert find(tmp_path, *known) == faults
