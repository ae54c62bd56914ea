"""The points drawn side by side on the ranking: the drawing, its words and its table say the same."""

import re

import pytest
from flask import render_template_string
from html5lib import HTMLParser

from sad import clock
from sad.db import transaction
from tests.factories.evaluations import EXAMINED, Tender, make_evaluator, make_ranked
from tests.web.reading import read
from tests.web.rows import again
from tests.web.test_login import sign_in

DRAW = '''{% from "macros/points_chart.html" import points_chart -%}
<!doctype html><html lang="fr"><title>x</title>{{ points_chart(rows) }}</html>'''
PARTS = [("Prix", "40.00", "50"), ("Qualité", "22.50", "30"), ("Emballage", "0", "20")]
LONG = "Société coopérative et participative des boulangers et pâtissiers de la plaine et des coteaux"


def drawn(app, rows):
    with app.test_request_context("/"):
        return render_template_string(DRAW, rows=rows)


def offers(count: int, name: str = "Offre"):
    return [(f"{name} {number}", "62.5", PARTS) for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, 30])
def test_it_draws_one_bar_for_each_offer_and_its_table_one_line(app, count):
    page = drawn(app, offers(count))
    HTMLParser(strict=True).parse(page)
    assert page.count("<g>") == page.count('<th scope="row"') == count
    assert f'viewBox="0 0 360 {44 * count}"' in page


def test_a_long_name_is_cut_in_the_drawing_and_whole_in_its_words_and_its_table(app):
    page = drawn(app, offers(1, LONG))
    (shown,) = re.findall(r'<text x="0"[^>]*>([^<]*)</text>', page)
    assert len(shown) <= 44 and shown.endswith("…")
    assert page.count(f"{LONG} 0") == 2


def test_bars_are_as_long_as_their_points_and_follow_one_another(app):
    page = drawn(app, offers(1))
    rectangles = re.findall(r'<rect class="part-\d" x="([\d.]+)" y="\d+" width="([\d.]+)"', page)
    assert rectangles == [("0.00", "121.60"), ("121.60", "68.40"), ("190.00", "0.00")]


def test_points_under_zero_draw_nothing(app):
    page = drawn(app, [("A", "-5", [("Prix", "-5", "50")])])
    assert 'width="0.00"' in page and "−5" in page.replace("-5", "−5")


def test_a_name_is_text_and_nothing_else(app):
    assert "<script" not in drawn(app, offers(1, "<script>alert(1)</script>"))


def test_the_ranking_shows_it_with_the_figures_of_its_table(client, database):
    with clock.frozen(EXAMINED):
        with transaction():
            found = make_ranked(Tender(("3.50", "3.80")), Tender(("2.90", "4.20"))).mini_tender
            evaluator = make_evaluator(found)
        sign_in(client, evaluator)
        page = client.get(f"/achats/consultations/{again(found).id}/classement")
        totals = re.findall(r'text-anchor="end">([^<]*)</text>', page.get_data(as_text=True))
        assert len(totals) == 2 and "Les points, côte à côte" in read(page)
        table = page.get_data(as_text=True).split('id="points-table"')[1].split("</details>")[0]
        assert [total for total in totals if total not in table] == []
