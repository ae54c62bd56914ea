"""Warnings: rules that do not block, but ask for a written reason which is kept."""

from collections.abc import Iterable, Mapping

from sad.domain.errors import Refusal


def unjustified(warnings: Iterable[Refusal], reasons: Mapping[str, str]) -> list[Refusal]:
    """The warnings that still wait for a reason; `reasons` goes by id of rule."""
    return [each for each in warnings if not reasons.get(each.rule or "", "").strip()]


def justified(warnings: Iterable[Refusal], reasons: Mapping[str, str]) -> dict[str, str]:
    """The reasons given for these warnings, by id of rule; a reason that nothing asked for is dropped."""
    return {each.rule: reasons[each.rule].strip() for each in warnings if each.rule and reasons.get(each.rule, "").strip()}
