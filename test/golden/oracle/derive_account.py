"""What the three Derive oracles share: pricing, the market of a case, and how a golden file is written.

Written from docs/models/derive-*.md with mpmath; no line is shared with src/. Inputs are exact 64-bit floats.
"""
import copy
import json
import pathlib
import sys

from mpmath import log, mp, mpf, ncdf, nstr, sqrt

mp.dps = 60
DIGITS = 30
YEAR_MS = 365 * 24 * 3600 * 1000
AS_OF_MS = 1785542400000  # 1 Aug 2026 00:00 UTC
GOLDEN = pathlib.Path(__file__).resolve().parent.parent


class Refused(Exception):
    """The account must not be margined; the text is part of the reason."""


def black(forward, strike, deviation, call):
    """Black-76 without discounting; no deviation to speak of: the intrinsic value."""
    sign = 1 if call else -1
    if deviation <= mpf("1e-12") or forward == 0:
        return max(sign * (forward - strike), mpf(0))
    d1 = log(forward / strike) / deviation + deviation / 2
    d2 = d1 - deviation
    return sign * (forward * ncdf(sign * d1) - strike * ncdf(sign * d2))


class Leg:
    """One position with its instrument and quotes."""

    def __init__(self, position, market):
        row = next(r for r in market["instruments"] if r["name"] == position["instrument"])
        self.row = row
        self.kind = row["kind"]
        self.base = row["baseCurrency"].lower()
        self.quantity = mpf(position["quantity"])
        self.units = self.quantity * mpf(row["contractSize"])
        self.entry = mpf(position.get("entryPrice", 0))
        self.price = mpf(row["forward"])
        self.quotes = row["fields"]
        if self.kind == "option":
            self.strike = mpf(row["strike"])
            self.call = row["optionType"] == "call"
            self.volatility = mpf(row["impliedVolatility"])
            left = max(row["expiryMs"] - market["asOfMs"], 0)
            self.seconds = mpf(left) / 1000
            self.years = mpf(left) / YEAR_MS
            self.root = sqrt(self.years)

    def quote(self, name):
        if name not in self.quotes:
            raise Refused(f"{self.row['name']}: the market has no {name}")
        return mpf(self.quotes[name])


def expiries(legs):
    """Options by expiry."""
    found = {}
    for leg in legs:
        if leg.kind == "option":
            found.setdefault((leg.base, leg.row["expiryMs"]), []).append(leg)
    return list(found.values())


def lacking(confidence, threshold):
    return 1 - confidence if confidence < threshold else mpf(0)


# --- markets ----------------------------------------------------------------------------------------------------------

USD = {"payoff": "linear", "quoteCurrency": "USDC", "settlementCurrency": "USDC", "contractSize": 1}
SURE = {"confidence": 0.9, "indexConfidence": 0.95, "stablePrice": 1.001953125}


def instrument(name, kind, base, forward, fields, **terms):
    row = {"name": name, "kind": kind, "baseCurrency": base, **USD, "expiryMs": None, "strike": None,
           "optionType": None, "forward": forward, "impliedVolatility": None, "fields": {**SURE, **fields}}
    row.update(terms)
    return row


def option(base, seconds, strike, kind, volatility, forward, fields=None, **terms):
    quotes = {"interestRate": 0.05, "rateConfidence": 0.85, "volatilityConfidence": 0.8, **(fields or {})}
    return instrument(f"{base}-{seconds}-{strike}-{kind[0].upper()}", "option", base, forward, quotes,
                      expiryMs=AS_OF_MS + seconds * 1000, strike=strike, optionType=kind,
                      impliedVolatility=volatility, **terms)


def perpetual(base, price, fields=None, **terms):
    return instrument(f"{base}-PERP", "perpetual", base, price, fields or {}, **terms)


def spot(base, price, fields=None, **terms):
    return instrument(f"{base}-SPOT", "spot", base, price, fields or {}, **terms)


def market(instruments, index):
    return {"asOfMs": AS_OF_MS, "indexPrice": index, "instruments": instruments}


def hold(row, quantity, entry=None):
    return {"instrument": row["name"], "quantity": quantity, **({} if entry is None else {"entryPrice": entry})}


def changed(params, path, value):
    """A deep copy with one value replaced: path is dotted."""
    result = copy.deepcopy(params)
    at = result
    *inner, last = path.split(".")
    for key in inner:
        at = at[key]
    assert last in at, path
    at[last] = value
    return result


# --- files ------------------------------------------------------------------------------------------------------------

def text(value):
    return nstr(mpf(value), DIGITS, strip_zeros=True)


def traded(case):
    """The market without what the account neither holds nor has orders in; perpetuals carry the quotes of spot."""
    touched = {each["instrument"] for each in [*case.get("positions", []), *case.get("orders", [])]}
    rows = [row for row in case["market"]["instruments"] if row["name"] in touched or row["kind"] == "perpetual"]
    return {**case["market"], "instruments": rows}


def golden(model, case, margin):
    """The file of one case; `margin(case)` gives amounts or raises Refused."""
    body = {"model": model, "description": case["description"], "params": case["params"], "market": traded(case),
            "positions": case.get("positions", []), "orders": case.get("orders", []), "cash": case.get("cash", {})}
    try:
        amounts = margin(case)
    except Refused as refusal:
        return {**body, "expectedRefusal": case.get("refusal", str(refusal))}
    assert "refusal" not in case, case["name"]
    expected = {
        "currency": "USDC",
        "equity": text(amounts["equity"]),
        "initialMargin": text(amounts["initialMargin"]),
        "maintenanceMargin": text(amounts["maintenanceMargin"]),
        "components": {name: text(value) for name, value in amounts["components"].items()},
    }
    if amounts["worstScenario"] is not None:
        expected["worstScenario"] = amounts["worstScenario"]
    if "scenarioPnl" in amounts:
        expected["scenarioPnl"] = [text(value) for value in amounts["scenarioPnl"]]
    return {**body, "expected": [expected]}


def compact(body):
    """One line per instrument, scenario, position and section: readable, and small."""
    def lines(value, depth):
        one_line = json.dumps(value)
        if len(one_line) + depth <= 118 or not isinstance(value, (dict, list)):
            return one_line
        pad = "\n" + " " * (depth + 1)
        if isinstance(value, dict):
            inner = ("," + pad).join(f"{json.dumps(key)}: {lines(each, depth + 1)}" for key, each in value.items())
            return "{" + pad + inner + "\n" + " " * depth + "}"
        return "[" + pad + ("," + pad).join(lines(each, depth + 1) for each in value) + "\n" + " " * depth + "]"
    return lines(body, 0)


def binding_pairs(cases, margin):
    """Every parameter case must differ from the same account under the parameters it was changed from."""
    idle = []
    for case in cases:
        if "from" not in case:
            continue
        own, other = margin(case), margin({**case, "params": case["from"]})
        same = own["initialMargin"] == other["initialMargin"] and own["maintenanceMargin"] == other["maintenanceMargin"]
        idle += [case["name"]] if same else []
    assert not idle, f"these do not bind: {idle}"


def write(model, cases, margin):
    """Writes the golden files, or with --check compares them. Exits 1 if a file differs."""
    binding_pairs(cases, margin)
    folder = GOLDEN / model
    folder.mkdir(exist_ok=True)
    wanted = {}
    for number, case in enumerate(cases, 1):
        body = golden(model, case, margin)
        wanted[f"{number:03d}-{case['name']}.json"] = compact(body) + "\n"
    if "--check" in sys.argv:
        found = {path.name: path.read_text() for path in folder.glob("*.json")}
        different = sorted(name for name in {**wanted, **found} if wanted.get(name) != found.get(name))
        print("\n".join(different) or f"{len(wanted)} files as they should be")
        sys.exit(1 if different else 0)
    for path in folder.glob("*.json"):
        path.unlink()
    for name, body in wanted.items():
        (folder / name).write_text(body)
    print(f"{len(wanted)} files in {folder}")
