"""A slow, plain reading of the scoring file format, to hold the package against.

It imports nothing of the project: it reads the file's JSON, computes with fractions only, and follows the text line by line, one
offer and one criterion at a time.
"""

from fractions import Fraction
from functools import lru_cache
from math import floor

TRUE = ("true", "yes", "oui")
RELATIVE = ("lowest_ratio", "highest_ratio", "linear_excess", "linear_minmax")
exact = lru_cache(maxsize=4096)(Fraction)


def parts(criterion):
    return criterion.get("sub_criteria") or [criterion]


def everyone(grid):
    return [member for criterion in grid["criteria"] for member in (criterion, *criterion.get("sub_criteria", ()))]


def is_relative(criterion):
    return any(part["method"] in RELATIVE for part in parts(criterion))


def is_a_number(text):
    return text is None or str(text).removeprefix("-").replace(".", "", 1).isdecimal()


def has_words(criterion):
    return criterion["method"] == "steps" and not all(is_a_number(limit) for limit, _ in criterion["steps"])


def points_on(criterion, text, texts):
    """Points of one value among the values of the offers that remain."""
    weight, method = Fraction(criterion["weight"]), criterion["method"]
    if method == "yes_no":
        return weight if str(text).lower() in TRUE else Fraction(0)
    if has_words(criterion):
        return weight * Fraction(dict(map(tuple, criterion["steps"]))[text])
    x, all_x = exact(text), [exact(other) for other in texts]
    low, high = min(all_x), max(all_x)
    if method == "steps":
        for limit, share in criterion["steps"]:
            if limit is None or x <= Fraction(limit):
                return weight * Fraction(share)
        return Fraction(0)
    if method == "lowest_ratio":
        return weight * low / x
    if method == "highest_ratio":
        return weight * x / high if high else Fraction(0)
    if method == "scale":
        return weight * x / Fraction(criterion["scale"])
    if method == "linear_excess":
        points, least = weight * (1 - (x - low) / low), criterion.get("floor", "0")
        return points if least is None else max(points, Fraction(least))
    if method == "linear_bounds":
        best, worst = Fraction(criterion["best"]), Fraction(criterion["worst"])
        points = weight * (worst - x) / (worst - best)
        return points if criterion.get("clamp") is False else max(Fraction(0), min(weight, points))
    if low == high:
        return weight
    return weight * ((high - x) if criterion["better"] == "lower" else (x - low)) / (high - low)


def all_points(grid, offers):
    table = {}
    for ref, values in offers.items():
        table[ref] = points = {}
        for criterion in grid["criteria"]:
            for part in parts(criterion):
                key = part["key"]
                points[key] = points_on(part, values[key], [other[key] for other in offers.values()])
            points[criterion["key"]] = sum(points[part["key"]] for part in parts(criterion))
        points[None] = sum(points[criterion["key"]] for criterion in grid["criteria"])
    return table


def misses(grid, points, criteria, with_total):
    for criterion in criteria:
        least = criterion.get("minimum")
        if least is not None and points[criterion["key"]] < Fraction(least) * Fraction(criterion["weight"]):
            return [criterion["key"]]
    return [None] if with_total and grid["minimum_total"] is not None and points[None] < Fraction(grid["minimum_total"]) else []


def standing(data):
    """The offers that remain with their points, and the minimum that each other one missed."""
    grid, eliminated = data["grid"], {}
    remaining = {offer["ref"]: offer["values"] for offer in data["offers"]}
    rounds = [([criterion for criterion in everyone(grid) if not is_relative(criterion)], False)]
    while rounds:
        criteria, with_total = rounds.pop()
        table = all_points(grid, remaining)
        gone = {ref: missed[0] for ref in remaining if (missed := misses(grid, table[ref], criteria, with_total))}
        eliminated |= gone
        remaining = {ref: values for ref, values in remaining.items() if ref not in gone}
        if gone or not with_total:
            rounds.append((everyone(grid), True))
    return remaining, all_points(grid, remaining), eliminated


def reference(data):
    """Ranks, exact points, eliminated and ties of a file, as the format words them."""
    remaining, table, eliminated = standing(data)
    marks = {ref: [table[ref][key] for key in (None, *(data["grid"]["tie_rule"] or ()))] for ref in remaining}
    ranks = {ref: 1 + sum(other > marks[ref] for other in marks.values()) for ref in remaining}
    groups = {place: sorted(ref for ref in ranks if ranks[ref] == place) for place in sorted(set(ranks.values()))}
    return ranks, table, eliminated, [group for group in groups.values() if len(group) > 1]


def printed(number, places):
    """With so many decimals, half away from zero, never -0."""
    units = floor(abs(number) * 10**places + Fraction(1, 2))
    digits = str(units).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 and units else text


def bare(text):
    """A number of the file as a sentence shows it: decimal comma, no useless zeros."""
    sign, digits = ("-", str(text)[1:]) if str(text).startswith("-") else ("", str(text))
    whole, _, decimals = digits.partition(".")
    shown = (whole.lstrip("0") or "0") + ("," + decimals.rstrip("0") if decimals.rstrip("0") else "")
    return f"{sign}{shown}" if shown != "0" else "0"


def why(criterion, value, values):
    """Where the points come from."""
    method = criterion["method"]
    if method == "yes_no":
        return "oui" if str(value).lower() in TRUE else "non"
    if has_words(criterion):
        return value
    low, high = bare(min(values, key=Fraction)), bare(max(values, key=Fraction))
    if method in ("lowest_ratio", "linear_excess"):
        return f"{bare(value)} pour un minimum de {low}"
    if method == "highest_ratio":
        return f"{bare(value)} pour un maximum de {high}"
    if method == "scale":
        return f"{bare(value)} sur {bare(criterion['scale'])}"
    if method == "linear_bounds":
        ends = sorted((criterion["best"], criterion["worst"]), key=Fraction)
        return f"{bare(value)}, entre {bare(ends[0])} et {bare(ends[1])}"
    return f"{bare(value)}, de {low} à {high}" if method == "linear_minmax" else bare(value)


def output(data):
    """What `rank` prints, but for the words of the format that are free: reasons of eliminations, warnings, sentences of parents."""
    grid, places = data["grid"], data["grid"]["decimals"]
    ranks, table, eliminated, ties = reference(data)
    values = {offer["ref"]: offer["values"] for offer in data["offers"] if offer["ref"] in ranks}
    ranking = []
    for ref in sorted(ranks, key=lambda ref: (ranks[ref], ref)):
        points = {each["key"]: printed(table[ref][each["key"]], places) for each in everyone(grid)}
        sentences = [
            f"{each['label']} : {points[each['key']].replace('.', ',')} sur {bare(each['weight'])}, "
            + why(each, values[ref][each["key"]], [other[each["key"]] for other in values.values()])
            for each in everyone(grid)
            if "sub_criteria" not in each
        ]
        ranking.append(
            {"ref": ref, "rank": ranks[ref], "total": printed(table[ref][None], places), "points": points, "explanation": sentences}
        )
    gone = [{"ref": ref, "criterion": eliminated[ref]} for ref in sorted(eliminated)]
    return {"ranking": ranking, "eliminated": gone, "ties": ties}


def told(data, result):
    """The result of `rank` without those free words."""
    whole = [each for each, member in enumerate(everyone(data["grid"])) if "sub_criteria" not in member]
    ranking = [each | {"explanation": [each["explanation"][place] for place in whole]} for each in result["ranking"]]
    gone = [{"ref": each["ref"], "criterion": each["criterion"]} for each in result["eliminated"]]
    return {"ranking": ranking, "eliminated": gone, "ties": result["ties"]}
