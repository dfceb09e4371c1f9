#!/usr/bin/env python3
"""Oracle of the golden portfolios of derive-srm: docs/models/derive-srm.md written a second time, in Python.

    python3 test/golden/oracle/derive_srm.py            writes test/golden/derive-srm/*.json (needs mpmath)
    python3 test/golden/oracle/derive_srm.py --check    fails if a file differs from what would be written
"""
from mpmath import mpf

from derive_account import Leg, Refused, black, expiries, lacking, write
from derive_srm_cases import cases

NAMES = ["optionMaintenance", "optionInitial", "perpMaintenance", "perpInitial", "baseMaintenance", "baseInitial",
         "depegContingency", "oracleContingency"]


def check(params, legs, case):
    if case.get("orders"):
        raise Refused("the account has open orders")
    for leg in legs:
        section = {"spot": "base", "perpetual": "perp", "option": "option"}.get(leg.kind)
        if section is None:
            raise Refused("dated futures have no margin rule in the parameters")
        if section not in params["markets"].get(leg.base, {}):
            raise Refused(f"the parameters have no section markets.{leg.base}.{section}")
        needed = {"base": ["indexConfidence"], "perp": ["confidence", "indexConfidence"],
                  "option": ["confidence", "volatilityConfidence", "indexConfidence"]}[section]
        for name in [*needed, "stablePrice"]:
            leg.quote(name)
        if section == "base" and leg.units < 0:
            raise Refused("short of a base asset")


def payoff(legs, price):
    return sum(leg.units * max(price - leg.strike if leg.call else leg.strike - price, mpf(0)) for leg in legs)


def alone(leg, mark, terms, spot):
    """(initial, maintenance) balance of a short option by itself."""
    out = max(leg.strike - spot if leg.call else spot - leg.strike, mpf(0)) / spot
    initial = mark + max(mpf(terms["maxSpotReq"]) - out, mpf(terms["minSpotReq"])) * spot * leg.units
    if leg.call:
        return initial, mark + mpf(terms["mmCallSpotReq"]) * spot * leg.units
    maintenance = mark + min(mpf(terms["mmPutSpotReq"]) * spot * leg.units, mpf(terms["MMPutMtMReq"]) * mark)
    return min(initial, mpf(terms["mmOffsetScale"]) * maintenance), maintenance


def margin(case):
    params = case["params"]
    equity = mpf(case.get("cash", {}).get("USDC", 0))
    legs = [Leg(position, case["market"]) for position in case.get("positions", [])]
    check(params, legs, case)
    total = dict.fromkeys(NAMES, mpf(0))

    def spot_of(leg):
        return mpf(case["market"]["indexPrice"][f"{leg.base}_usdc"])

    def depeg(leg, units):
        gap = max(mpf(params["depeg"]["threshold"]) - leg.quote("stablePrice"), mpf(0))
        total["depegContingency"] += units * spot_of(leg) * gap * mpf(params["depeg"]["depegFactor"])

    def doubt(leg, notional, confidence, threshold):
        oracle = params["markets"][leg.base]["oracle"]
        total["oracleContingency"] += notional * lacking(confidence, mpf(oracle[threshold])) * mpf(oracle["OCFactor"])

    for leg in legs:
        if leg.kind == "perpetual":
            perp = params["markets"][leg.base]["perp"]
            equity += leg.units * (leg.price - leg.entry)
            total["perpMaintenance"] += abs(leg.units) * leg.price * mpf(perp["mmPerpReq"])
            total["perpInitial"] += abs(leg.units) * leg.price * mpf(perp["imPerpReq"])
            depeg(leg, abs(leg.units))
            doubt(leg, abs(leg.units) * spot_of(leg), min(leg.quote("confidence"), leg.quote("indexConfidence")),
                  "perpThreshold")
        elif leg.kind == "spot":
            base = params["markets"][leg.base]["base"]
            worth = leg.units * leg.price
            equity += worth
            total["baseMaintenance"] += worth * (1 - mpf(base["marginFactor"]))
            total["baseInitial"] += worth * (1 - mpf(base["marginFactor"]) * mpf(base["IMScale"]))
            doubt(leg, worth, leg.quote("indexConfidence"), "baseThreshold")
    for group in expiries(legs):
        head = group[0]
        terms = params["markets"][head.base]["option"]
        marks = [leg.units * black(leg.price, leg.strike, leg.volatility * leg.root, leg.call) for leg in group]
        shorts = [alone(leg, mark, terms, spot_of(leg)) for leg, mark in zip(group, marks) if leg.units < 0]
        floor = min([mpf(0)] + [payoff(group, price) for price in [mpf(0)] + [leg.strike for leg in group]])
        unpaired = min(sum(leg.units for leg in group if leg.call), mpf(0)) * head.price
        for kind, at, scale in (("Initial", 0, "unpairedIMScale"), ("Maintenance", 1, "unpairedMMScale")):
            balance = max(sum((short[at] for short in shorts), mpf(0)), floor + mpf(terms[scale]) * unpaired)
            total["option" + kind] += sum(marks) - balance
        equity += sum(marks)
        short_units = sum((-leg.units for leg in group if leg.units < 0), mpf(0))
        depeg(head, short_units)
        feeds = [leg.quote(q) for leg in group for q in ("confidence", "volatilityConfidence", "indexConfidence")]
        doubt(head, short_units * spot_of(head), min(feeds), "optionThreshold")
    return {
        "equity": equity,
        "initialMargin": sum(total[name] for name in NAMES if name.endswith(("Initial", "Contingency"))),
        "maintenanceMargin": sum(total[name] for name in NAMES if name.endswith("Maintenance")),
        "components": total,
        "worstScenario": -1,
    }


if __name__ == "__main__":
    write("derive-srm", cases(), margin)
