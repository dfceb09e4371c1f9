#!/usr/bin/env python3
"""Oracle of the golden portfolios of derive-pmrm1: docs/models/derive-pmrm1.md written a second time, in Python.

    python3 test/golden/oracle/derive_pmrm1.py            writes test/golden/derive-pmrm1/*.json (needs mpmath)
    python3 test/golden/oracle/derive_pmrm1.py --check    fails if a file differs from what would be written
"""
from mpmath import exp, mpf

from derive_account import Leg, Refused, black, expiries, lacking, write
from derive_pmrm1_cases import cases


def check(params, legs, case):
    if case.get("orders"):
        raise Refused("the account has open orders")
    for leg in legs:
        if leg.kind == "spot":
            if leg.base not in [manager["baseAsset"] for manager in params["managers"].values()]:
                raise Refused(f"no risk manager takes {leg.row['baseCurrency']} as collateral")
        elif leg.base not in params["managers"]:
            raise Refused(f"the parameters have no section managers.{leg.base}")
        needed = {"spot": [], "perpetual": ["indexConfidence"],
                  "option": ["indexConfidence", "volatilityConfidence", "rateConfidence", "interestRate"]}[leg.kind]
        for name in ["confidence", "stablePrice", *needed]:
            leg.quote(name)


def static_discount(manager, leg):
    """Multiplies the value of an expiry where it is positive."""
    margin = manager["margin"]
    rate = max(leg.quote("interestRate"), mpf(0)) * mpf(margin["rateMultScale"]) + mpf(margin["rateAddScale"])
    return mpf(margin["baseStaticDiscount"]) * exp(-rate * leg.years)


def shocks(manager, leg):
    """Volatility multipliers by direction."""
    vol = manager["volShock"]
    power = vol["shortTermPower"] if leg.seconds <= 30 * 86400 else vol["longTermPower"]
    tau = (mpf(30 * 86400) / max(leg.seconds, mpf(vol["dteFloor"]))) ** mpf(power)
    return {"Up": 1 + mpf(vol["volRangeUp"]) * tau, "None": mpf(1),
            "Down": max(1 - mpf(vol["volRangeDown"]) * tau, mpf(0))}


def value(legs, multiplier, volatility_multiplier):
    total = mpf(0)
    for leg in legs:
        fixed = leg.quote("settledForward") if "settledForward" in leg.quotes else \
            leg.price * max(1800 - leg.seconds, mpf(0)) / 1800
        forward = fixed + (leg.price - fixed) * multiplier
        total += leg.units * black(forward, leg.strike, leg.volatility * volatility_multiplier * leg.root, leg.call)
    return total


def margin(case):
    params, cash = case["params"], mpf(case.get("cash", {}).get("USDC", 0))
    legs = [Leg(position, case["market"]) for position in case.get("positions", [])]
    check(params, legs, case)
    derivatives = {leg.base for leg in legs if leg.kind != "spot"}
    if len(derivatives) > 1:
        raise Refused("two underlyings")
    name = derivatives.pop() if derivatives else next(
        key for key in [params["collateralOnlyManager"], *params["managers"]]
        if all(leg.base == params["managers"][key]["baseAsset"] for leg in legs))
    manager = params["managers"][name]
    base = [leg for leg in legs if leg.kind == "spot"]
    if any(leg.base != manager["baseAsset"] for leg in base):
        raise Refused("does not take")
    if any(leg.units < 0 for leg in base):
        raise Refused("short of a collateral")
    other, basis_terms = manager["otherContingency"], manager["basisContingency"]
    rows = case["market"]["instruments"]
    spot_confidence = next(mpf(row["fields"]["indexConfidence"]) for row in rows if row["baseCurrency"].lower() == name)
    stable = mpf(rows[0]["fields"]["stablePrice"])
    spot = mpf(case["market"]["indexPrice"].get(f"{name}_usdc", "nan")) if any(leg.kind != "spot" for leg in legs) else mpf(0)
    perps = [leg for leg in legs if leg.kind == "perpetual"]
    perp_confidence = min([spot_confidence, *[leg.quote("confidence") for leg in perps]])
    threshold = mpf(other["confThreshold"])
    base_spot = sum((leg.units * leg.price for leg in base), mpf(0))
    base_value = base_spot / stable
    perp_value = sum((leg.units * leg.price for leg in perps), mpf(0))
    perp_units = sum((abs(leg.units) for leg in perps), mpf(0))
    lack = lacking(perp_confidence, threshold)
    doubt = perp_units * spot * lack + sum(
        (leg.units * leg.price * lacking(min(spot_confidence, leg.quote("confidence")), threshold) for leg in base), mpf(0))
    dated = expiries(legs)
    marks = [value(each, 1, 1) for each in dated]
    naked, basis, moves = mpf(0), mpf(0), [mpf(0), mpf(0)]
    for each, mark in zip(dated, marks):
        net = {}
        for leg in each:
            net[leg.strike] = net.get(leg.strike, mpf(0)) + leg.units
        naked += sum((-units for units in net.values() if units < 0), mpf(0))
        changes = [value(each, mpf(basis_terms[side]), 1) - mark for side in ("scenarioSpotUp", "scenarioSpotDown")]
        moves = [total + change for total, change in zip(moves, changes)]
        factor = mpf(basis_terms["basisContAddFactor"]) + mpf(basis_terms["basisContMultFactor"]) * each[0].years
        basis += min(*changes, mpf(0)) * factor
        feeds = [leg.quote(q) for leg in each for q in ("confidence", "volatilityConfidence", "rateConfidence")]
        doubt += sum(abs(leg.units) for leg in each) * spot * lacking(min(perp_confidence, *feeds), threshold)
    scenario_pnl = []
    for row in manager["scenarios"]:
        multiplier, pnl = mpf(row["spotShock"]), mpf(0)
        for each, mark in zip(dated, marks):
            shocked = value(each, multiplier, shocks(manager, each[0])[row["volShock"]])
            pnl += (shocked * static_discount(manager, each[0]) if shocked > 0 else shocked) - mark
        scenario_pnl.append(pnl + (perp_value + base_value) * (multiplier - 1))
    span = min([mpf(0), basis, *scenario_pnl])
    charges = [perp_units * spot * mpf(other["perpPercent"]), naked * spot * mpf(other["optionPercent"]),
               base_spot * mpf(other["basePercent"])]
    factor = mpf(manager["margin"]["imFactor"]) + max(mpf(other["pegLossThreshold"]) - stable, mpf(0)) * mpf(other["pegLossFactor"])
    oracle = doubt * mpf(other["confMargin"])
    count = max(len(each["scenarios"]) for each in params["managers"].values())
    worst = -1 if span >= 0 else scenario_pnl.index(span) if span in scenario_pnl else count
    # Equally bad scenarios, or a loss of nothing but rounding: which is named is open.
    if dated and sum(abs(pnl - span) <= max(abs(span) * mpf("1e-12"), mpf("1e-30")) for pnl in scenario_pnl) > 1:
        worst = None
    return {
        "equity": cash + sum(marks, mpf(0)) + base_value + sum((leg.units * (leg.price - leg.entry) for leg in perps), mpf(0)),
        "initialMargin": (sum(charges) - span) * factor + oracle,
        "maintenanceMargin": sum(charges) - span,
        "components": {
            "scenarioLoss": -span, "basisContingency": -basis, "perpContingency": charges[0], "perpContingencyInitial": 0,
            "optionContingency": charges[1], "optionContingencyInitial": 0, "collateralHaircut": charges[2],
            "collateralHaircutInitial": 0, "oracleContingency": oracle, "initialFactor": factor if legs else 0,
        },
        "worstScenario": worst,
        "scenarioPnl": [*scenario_pnl, *[mpf(0)] * (count - len(scenario_pnl)), *moves],
    }


if __name__ == "__main__":
    write("derive-pmrm1", cases(), margin)
