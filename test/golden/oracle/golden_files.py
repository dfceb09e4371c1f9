"""Writes golden portfolios as JSON files, or checks that they are what would be written."""
import json
import sys

from mpmath import mpf, nstr

DIGITS = 25


def plain(value):
    """Numbers of the oracle as decimal literals with more digits than a 64-bit float has."""
    if isinstance(value, mpf):
        return Literal(nstr(value, DIGITS, min_fixed=-6, max_fixed=24))
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


class Literal(float):
    """A float that is written with the digits it was made of."""

    def __new__(cls, text):
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __repr__(self):
        return self.text


def dump(value, indent=0):
    """JSON; objects and lists of plain values that fit on a line stay on it."""
    flat = flat_text(value)
    if flat is not None and len(flat) + 2 * indent <= 118:
        return flat
    inner = "  " * (indent + 1)
    if isinstance(value, dict):
        body = ",\n".join(f"{inner}{json.dumps(name)}: {dump(each, indent + 1)}" for name, each in value.items())
        return "{\n" + body + "\n" + "  " * indent + "}"
    body = ",\n".join(inner + dump(each, indent + 1) for each in value)
    return "[\n" + body + "\n" + "  " * indent + "]"


def flat_text(value):
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, dict):
        parts = [(name, flat_text(each)) for name, each in value.items()]
        return None if any(text is None or isinstance(value[name], (dict, list)) and value[name] and len(text) > 60
                           for name, text in parts) else (
            "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in parts) + "}")
    if isinstance(value, list):
        parts = [flat_text(each) for each in value]
        return None if any(text is None for text in parts) else "[" + ", ".join(parts) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_or_check(model, folder, cases, margin):
    """Each case: name, description, params, market, positions, orders, cash and maybe expectedRefusal, expected."""
    check = "--check" in sys.argv
    folder.mkdir(exist_ok=True)
    seen, different = set(), []
    for number, case in enumerate(cases, 1):
        content = {"model": model, **{name: case[name] for name in (
            "description", "params", "market", "positions", "orders", "cash")}}
        if "expectedRefusal" in case:
            content["expectedRefusal"] = case["expectedRefusal"]
        else:
            content["expected"] = [case.get("expected") or plain(margin(case))]
            if case.get("tiedScenarios"):
                content["expected"][0].pop("worstScenario", None)
        path = folder / f"{number:03d}-{case['name']}.json"
        seen.add(path)
        text = dump(content) + "\n"
        if check:
            if not path.exists() or path.read_text() != text:
                different.append(path.name)
        else:
            path.write_text(text)
    stale = [path for path in folder.glob("*.json") if path not in seen]
    if check:
        different += [path.name for path in stale]
        if different:
            sys.exit(f"differs from the oracle: {', '.join(sorted(different))}")
    else:
        for path in stale:
            path.unlink()
    print(f"{len(seen)} golden portfolios of {model}{' are as the oracle writes them' if check else ''}")
