"""A million drawn inputs to functions that only compute, by family, each against a second reading or a property: `make campaigns`.

The rankings, another hundred thousand, are in `scoring.py`. What decides: the functions, the second readings, the draw.
"""

import sys

from tests.campaigns.ledger import KEPT, Campaign, fingerprint, play
from tests.domain import test_generated_input as read
from tests.trust import test_generated_bytes as written

HELD = (
    "sad/domain/admission/identity.py", "sad/domain/calendar.py", "sad/domain/offers.py", "sad/domain/orders.py",
    "sad/domain/scoring/numbers.py", "sad/domain/sentences.py", "sad/exports/file_names.py", "sad/letters/wording.py", "sad/storage.py",
    "sad/trust/canonical.py", "sad/trust/commitments.py", "sad/trust/envelopes.py", "sad/trust/receipt_check.py", "sad/trust/signing.py",
    "sad/web/typed.py", "tests/domain/test_generated_input.py", "tests/trust/test_generated_bytes.py", "tests/test_uploads.py",
)  # fmt: skip
FAMILIES = {
    "montants tapés": (read.check_typed_number, 200_000),
    "montants écrits": (read.check_written_amount, 100_000),
    "jours et heures tapés": (read.check_typed_day_and_hour, 100_000),
    "délais": (read.check_period, 100_000),
    "heures à Paris": (read.check_hour_in_paris, 100_000),
    "SIRET": (read.check_siret, 150_000),
    "noms de fichiers": (read.check_file_name, 50_000),
    "totaux d’offres": (read.check_totals, 50_000),
    "JSON canonique": (written.check_canonical, 75_000),
    "accusés signés": (written.check_signed, 30_000),
    "listes de clés": (written.check_list_of_keys, 20_000),
    "enveloppes": (written.check_envelope, 25_000),
}
CAMPAIGNS = {f"entrées tirées : {name}": Campaign(check, cases // read.CASES, read.CASES) for name, (check, cases) in FAMILIES.items()}

if __name__ == "__main__":
    raise SystemExit(play(sys.argv[1:], CAMPAIGNS, KEPT / "pure.json", fingerprint(HELD)))
