"""The page to keep, opened from a disk in a browser that is cut off: it accepts the good receipt and nothing else."""

import hashlib
import json
import random
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from sad.actions.publications import invitees_of
from sad.actions.receipt_keys import key_that_signs
from sad.actions.receipts import receipt_text
from sad.actions.trials import submit_trial, trial_receipt_text, trial_terms
from sad.db import session, transaction
from sad.models.offers import Offer
from sad.trust.canonical import canonical_json, instant
from sad.trust.provisional import Received, Shown, sign_received
from sad.trust.signing import new_receipt_key, sign_receipt
from tests.factories.mini_tenders import CLOSES, SEAL_KEY, SENT, make_published
from tests.factories.offers import PDF, make_deposit
from tests.factories.suppliers import member_of

PAGE = "/accuses-de-reception/page-a-garder"
VERDICTS = """([files, keys]) => files.map((hex) => {
  try { checkReceipt(fromHex(hex), new Map(keys.map((key) => [toHex(sha2(fromHex(key), 32)), fromHex(key)]))); return "good"; }
  catch (fault) { return fault instanceof NotGenuine ? fault.message : `breakdown: ${fault}`; }
})"""


@pytest.fixture
def receipt(database) -> bytes:
    with transaction():
        mini_tender = make_published(suppliers=1)
        offer = make_deposit(mini_tender, invitees_of(mini_tender)[0], files=[PDF])
    return receipt_text(offer, seal_key=SEAL_KEY)


@pytest.fixture
def open_kept(browser, client, receipt, tmp_path):
    """Open the page as kept on a disk, without network; what it would ask of anybody is refused and told."""
    kept = tmp_path / "page.html"
    kept.write_bytes(client.get(PAGE).data)
    contexts = []

    def open_it(**options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page, asked, faults = context.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.goto(kept.as_uri())
        return page, asked, faults

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def verdicts(open_kept, client):
    """What the page says of each file, with the published keys or others."""
    page, _, faults = open_kept()
    published = [key["public_key"] for key in json.loads(client.get("/accuses-de-reception/cles.json").data)["keys"]]
    yield lambda files, keys=published: page.evaluate(VERDICTS, [[file.hex() for file in files], keys])
    assert faults == []


def choose(page, content: bytes, where: str = "#receipt"):
    page.set_input_files(where, {"name": "accuse.json", "mimeType": "application/json", "buffer": content})
    page.wait_for_selector("#answer h2")
    return page.inner_text("#answer")


def test_a_good_receipt_is_accepted_and_an_altered_one_refused_without_any_network(open_kept, receipt):
    page, asked, faults = open_kept()
    assert page.is_hidden("#unable")
    said = choose(page, receipt)
    assert said.startswith("Authentique") and PDF.name in said and "à temps" in said
    page.set_input_files("#receipt", {"name": "b.json", "mimeType": "", "buffer": receipt.replace(b'"late":false', b'"late":true')})
    page.wait_for_selector("#answer.bad")
    assert "La signature ne correspond pas" in page.inner_text("#answer")
    assert [url for url in asked if not url.startswith("file:")] == [] and faults == []


def trial_receipt() -> bytes:
    supplier = session.scalars(select(Offer)).one().supplier
    tried = trial_terms(supplier, at=SENT).read({"prices": {"essai": "1"}, "vat": {"essai": "5.5"}})
    instants = {"started_at": SENT, "received_at": SENT, "at": SENT}
    with transaction():
        trial = submit_trial(supplier, tried, (), idempotency_key="trial", seal_key=SEAL_KEY, by=member_of(supplier), **instants)
    return trial_receipt_text(trial, seal_key=SEAL_KEY)


def provisional_receipt() -> bytes:
    offer = session.scalars(select(Offer)).one()
    named = {"depositor": "La ferme", "buyer": "L’agglo", "title": "Petit-déjeuner", "object": "Pain", "closes_at": instant(CLOSES)}
    numbers = {"mini_tender_id": offer.mini_tender_id, "supplier_id": offer.supplier_id, "person_id": offer.deposited_by}
    shown = Shown(key="a" * 32, session="b" * 64, draft_stamp="c" * 64, **named, **numbers)
    received = Received(shown, CLOSES - timedelta(seconds=2), CLOSES - timedelta(seconds=1), keeps_draft=False)
    return sign_received(received, key_that_signs(seal_key=SEAL_KEY), SEAL_KEY)


@pytest.mark.parametrize(
    ("made", "said", "true", "false"),
    [
        (trial_receipt, "essai", b'"buyer":"', b'"buyer":"Un autre '),
        (provisional_receipt, "provisoire", b'"late":false', b'"late":true'),
    ],
)
def test_a_trial_and_a_provisional_receipt_are_told_for_what_they_are_and_refused_once_altered(open_kept, receipt, made, said, true, false):
    file = made()
    page, asked, faults = open_kept()
    assert true in file and said in choose(page, file)
    page.set_input_files("#receipt", {"name": "b.json", "mimeType": "", "buffer": file.replace(true, false, 1)})
    page.wait_for_selector("#answer.bad")
    assert "La signature ne correspond pas" in page.inner_text("#answer")
    assert [url for url in asked if not url.startswith("file:")] == [] and faults == []


def test_a_newer_list_of_keys_is_taken_and_a_doctored_one_refused(open_kept, receipt, client):
    page, _, _ = open_kept()
    other = new_receipt_key(SEAL_KEY)
    body = {name: value for name, value in json.loads(receipt).items() if name not in ("signature", "key_id")}
    listed = json.loads(client.get("/accuses-de-reception/cles.json").data)
    assert "ne connaît pas" in choose(page, sign_receipt(body, other, SEAL_KEY))
    newer = {**listed, "keys": [*listed["keys"], {"key_id": other.key_id, "public_key": other.public.hex()}]}
    page.set_input_files("#other-keys", {"name": "k.json", "mimeType": "", "buffer": json.dumps(newer).encode()})
    page.wait_for_selector("#answer.good")
    newer["keys"][0]["public_key"] = other.public.hex()
    page.set_input_files("#other-keys", {"name": "k.json", "mimeType": "", "buffer": json.dumps(newer).encode()})
    page.wait_for_selector("#answer.bad")
    assert "a été modifiée" in page.inner_text("#answer")


def test_every_byte_is_held(verdicts, receipt):
    altered = []
    for place in range(len(receipt)):
        wrong = bytearray(receipt)
        wrong[place] ^= 1 << (place % 8)
        altered.append(bytes(wrong))
    assert verdicts([receipt]) == ["good"]
    said = verdicts(altered)
    assert [each for each in said if each == "good" or each.startswith("breakdown")] == []


def test_every_field_is_held(verdicts, receipt):
    said = json.loads(receipt)
    without = [canonical_json({key: value for key, value in said.items() if key != name}) for name in said]
    other = [canonical_json({**said, name: "autre"}) for name in said]
    added = [canonical_json({**said, "late_reason": "panne"}), receipt[:-1] + b',"late":true}', receipt + b"\0", b"", b"[]", b"null"]
    assert all(each != "good" and not each.startswith("breakdown") for each in verdicts([*without, *other, *added]))
    assert verdicts([receipt + b"\n"]) == ["good"]


def test_another_spelling_of_the_same_words_is_not_the_file_that_was_given(verdicts, receipt):
    spelled = [receipt.replace(b":", b": ", 1), receipt[:-1] + b',"late":false}', receipt.replace(b'"late"', b'"\\u006cate"')]
    spelled += [b"\xef\xbb\xbf" + receipt]
    assert receipt not in spelled and all(each != "good" and not each.startswith("breakdown") for each in verdicts(spelled))
    assert all("a été modifié" in each for each in verdicts(spelled[:3]))


def test_another_key_refuses_it_and_a_forger_is_refused(verdicts, receipt):
    other = new_receipt_key(SEAL_KEY)
    body = {name: value for name, value in json.loads(receipt).items() if name not in ("signature", "key_id")}
    forged = sign_receipt(body, other, SEAL_KEY)
    claimed = canonical_json({**json.loads(forged), "key_id": json.loads(receipt)["key_id"]})
    assert "ne connaît pas" in verdicts([receipt], [other.public.hex()])[0]
    assert "ne connaît pas" in verdicts([forged])[0] and "ne correspond pas" in verdicts([claimed])[0]


def test_its_own_arithmetic_agrees_with_that_of_a_library(open_kept):
    page, _, _ = open_kept()
    draw = random.Random(8032)
    texts = [draw.randbytes(length) for length in (0, 1, 55, 56, 63, 64, 111, 112, 119, 120, 127, 128, 129, 255, 1000)]
    both = "(texts) => texts.map((hex) => [32, 64].map((bits) => toHex(sha2(fromHex(hex), bits))))"
    hashed = page.evaluate(both, [text.hex() for text in texts])
    assert hashed == [[hashlib.sha256(text).hexdigest(), hashlib.sha512(text).hexdigest()] for text in texts]
    cases = []
    for text in texts:
        key = Ed25519PrivateKey.from_private_bytes(draw.randbytes(32))
        signature, public = key.sign(text), key.public_key().public_bytes_raw()
        wrong = bytearray(signature)
        wrong[draw.randrange(64)] ^= 1 << draw.randrange(8)
        order = 2**252 + 27742317777372353535851937790883648493
        shifted = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
        cases += [(text, signature, public, True), (text + b"x", signature, public, False), (text, bytes(wrong), public, False)]
        cases += [(text, shifted, public, False), (text, signature, b"\xff" * 32, False), (text, signature[:63], public, False)]
    asked = [[part.hex() for part in case[:3]] for case in cases]
    found = page.evaluate("(cases) => cases.map((each) => isSigned(...each.map(fromHex)))", asked)
    assert found == [case[3] for case in cases]


def test_a_browser_that_cannot_says_so(open_kept):
    page, _, _ = open_kept(java_script_enabled=False)
    assert page.is_visible("#unable") and page.is_hidden("#able")
    assert "ne peut pas faire cette vérification" in page.inner_text("#unable")
