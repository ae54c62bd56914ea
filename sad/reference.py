"""Reference lists that pages and acts share, read once from `config/`."""

from functools import cache
from types import MappingProxyType

import yaml

from sad.settings import ROOT


@cache
def product_families() -> MappingProxyType[str, str]:
    """The product families: key -> French name, in the order in which they are shown. Raises ValueError on a wrong file."""
    content = yaml.safe_load((ROOT / "config" / "families.yaml").read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not all(isinstance(part, str) for pair in content.items() for part in pair):
        raise ValueError("config/families.yaml : une table de clés et de noms était attendue")
    return MappingProxyType(content)
