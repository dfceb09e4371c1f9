#!/usr/bin/env python3
"""Oracle of the golden portfolios of derive-pmrm: docs/models/derive-pmrm.md written a second time, in Python.

    python3 test/golden/oracle/derive_pmrm.py            writes test/golden/derive-pmrm/*.json (needs mpmath)
    python3 test/golden/oracle/derive_pmrm.py --check    fails if a file differs from what would be written
"""
from mpmath import exp, log, mpf

from derive_account import Leg, Refused, black, expiries, lacking, write
from derive_pmrm_cases import cases

MONTH = 30 * 86400


def num(section, name):
    return mpf(section[name])


def manager_of(params, legs):
    derivatives = {leg.base for leg in legs if leg.kind != "spot"}
    if len(derivatives) > 1:
        raise Refused("two underlyings")
    if derivatives:
        return derivatives.pop()
    held = [leg.base for leg in legs]
    for name in [params["collateralOnlyManager"], *params["managers"]]:
        if all(base in params["managers"][name]["collateral"] for base in held):
            return name
    return params["collateralOnlyManager"]


def check(params, legs, case):
    if case.get("orders"):
        raise Refused("the account has open orders")
    for leg in legs:
        if leg.row["payoff"] != "linear" or leg.row["settlementCurrency"] != params["currency"]:
            raise Refused("only linear instruments settled in USDC are margined")
        if leg.row.get("exercise") == "american":
            raise Refused("american exercise has no place in the model")
        if leg.kind == "future":
            raise Refused("dated futures have no margin rule in the parameters")
        if leg.kind == "spot":
            if not any(leg.base in manager["collateral"] for manager in params["managers"].values()):
                raise Refused(f"no risk manager takes {leg.row['baseCurrency']} as collateral")
        elif leg.base not in params["managers"]:
            raise Refused(f"the parameters have no section managers.{leg.base}")
        needed = ["confidence", "stablePrice"]
        if leg.kind != "spot":
            needed.append("indexConfidence")
        if leg.kind == "option":
            needed += ["volatilityConfidence", "rateConfidence", "interestRate"]
        for name in needed:
            leg.quote(name)


class Expiry:
    def __init__(self, legs, manager):
        self.legs, self.m = legs, manager
        head = legs[0]
        self.seconds, self.years, self.root = head.seconds, head.years, head.root
        margin, vol = manager["margin"], manager["volShock"]
        rate = max(head.quote("interestRate"), mpf(0))
        self.discount = exp(-rate * self.years)
        self.long = num(margin, "longBaseStaticDiscount") * exp(
            -self.years * (rate * num(margin, "longRateMultScale") + num(margin, "longRateAddScale")))
        self.short = min(1 / self.discount, num(margin, "shortBaseStaticDiscount") * exp(
            self.years * (rate * num(margin, "shortRateMultScale") + num(margin, "shortRateAddScale"))))
        power = num(vol, "shortTermPower" if self.seconds <= MONTH else "longTermPower")
        scale = (MONTH / max(self.seconds, num(vol, "dteFloor"))) ** power
        self.up = 1 + num(vol, "volRangeUp") * scale
        self.down = max(mpf(0), 1 - num(vol, "volRangeDown") * scale)
        self.mark = self.discount * self.value(mpf(1), "None")

    def volatility(self, leg, kind):
        if kind == "Up":
            return max(num(self.m["volShock"], "minVolUpShock"), leg.volatility * self.up)
        if kind == "Down":
            return leg.volatility * self.down
        if kind == "None":
            return leg.volatility
        skew, prefix = self.m["skewShock"], "linear" if kind == "Linear" else "abs"
        k = log(leg.strike / leg.price)
        k = k if kind == "Linear" else abs(k)
        cap = num(skew, prefix + "CBase") * self.root + num(skew, prefix + "BaseCap")
        star = max(num(skew, "minKStar"), self.root * num(skew, "widthScale")
                   * (num(skew, "volParamStatic") + self.root * num(skew, "volParamScale")))
        change = k * cap / star
        return leg.volatility * (1 + (min(change, cap) if k >= 0 else max(change, -cap)))

    def value(self, multiplier, kind):
        total = mpf(0)
        for leg in self.legs:
            if "settledForward" in leg.quotes:
                fixed = leg.quote("settledForward")
            else:
                fixed = leg.price * max(1800 - leg.seconds, mpf(0)) / 1800
            forward = (leg.price - fixed) * multiplier + fixed
            total += leg.units * black(forward, leg.strike, self.volatility(leg, kind) * self.root, leg.call)
        return total

    def pnl(self, scenario):
        value = self.discount * self.value(mpf(scenario["spotShock"]), scenario["volShock"])
        change = value * (self.long if value >= 0 else self.short) - self.mark
        return -abs(change) if scenario["volShock"] in ("Linear", "Abs") else change

    def basis_moves(self):
        basis = self.m["basisContingency"]
        return [self.discount * self.value(num(basis, name), "None") - self.mark
                for name in ("scenarioSpotUp", "scenarioSpotDown")]

    def basis(self):
        basis = self.m["basisContingency"]
        factor = num(basis, "basisContAddFactor") + num(basis, "basisContMultFactor") * self.years
        return min(*self.basis_moves(), mpf(0)) * factor

    def naked(self):
        net = {}
        for leg in self.legs:
            net[leg.strike] = net.get(leg.strike, mpf(0)) + leg.units
        return sum((-units for units in net.values() if units < 0), mpf(0))


def margin(case):
    params, cash = case["params"], mpf(case.get("cash", {}).get("USDC", 0))
    legs = [Leg(position, case["market"]) for position in case.get("positions", [])]
    check(params, legs, case)
    rows_max = max(len(manager["scenarios"]) for manager in params["managers"].values())
    if not legs:
        return nothing(cash, rows_max)
    name = manager_of(params, legs)
    manager = params["managers"][name]
    for leg in legs:
        if leg.kind == "spot" and leg.base not in manager["collateral"]:
            raise Refused("does not take")
        if leg.kind == "spot" and leg.units < 0:
            raise Refused("short of a collateral")
    other = manager["otherContingency"]
    underlying = [row for row in case["market"]["instruments"] if row["baseCurrency"].lower() == name]
    spot_confidence = next(mpf(row["fields"]["indexConfidence"]) for row in underlying if "indexConfidence" in row["fields"])
    stable = mpf(case["market"]["instruments"][0]["fields"]["stablePrice"])
    spot_price = mpf(case["market"]["indexPrice"].get(f"{name}_usdc", "nan"))
    threshold = num(other, "confThreshold")
    perps = [leg for leg in legs if leg.kind == "perpetual"]
    perp_confidence = min([spot_confidence, *[leg.quote("confidence") for leg in perps]])
    value, exposure, oracle, haircut, haircut_initial = cash, mpf(0), mpf(0), mpf(0), mpf(0)
    for leg in perps:
        value += leg.units * (leg.price - leg.entry)
        exposure += leg.units * leg.price
        oracle += abs(leg.units) * spot_price * lacking(perp_confidence, threshold)
    for leg in legs:
        if leg.kind != "spot":
            continue
        terms = manager["collateral"][leg.base]
        worth = leg.units * leg.price / stable
        value += worth
        exposure += worth if terms["isRiskCancelling"] else 0
        haircut += worth * num(terms, "MMHaircut")
        haircut_initial += worth * num(terms, "IMHaircut")
        oracle += worth * lacking(min(spot_confidence, leg.quote("confidence")), threshold)
    dated = [Expiry(each, manager) for each in expiries(legs)]
    for each in dated:
        feeds = [leg.quote(q) for leg in each.legs for q in ("confidence", "volatilityConfidence", "rateConfidence")]
        oracle += sum(abs(leg.units) for leg in each.legs) * spot_price * lacking(min(perp_confidence, *feeds), threshold)
    rows = [(sum(each.pnl(row) for each in dated) + exposure * (mpf(row["spotShock"]) - 1)) * num(row, "dampeningFactor")
            for row in manager["scenarios"]]
    basis = sum((each.basis() for each in dated), mpf(0))
    span = min([basis, *rows])
    perp_units = sum((abs(leg.units) for leg in perps), mpf(0))
    naked = sum((each.naked() for each in dated), mpf(0))
    charged = spot_price if perps or dated else mpf(0)
    components = {
        "scenarioLoss": -span, "basisContingency": -basis,
        "perpContingency": perp_units * charged * num(other, "MMPerpPercent"),
        "perpContingencyInitial": perp_units * charged * num(other, "IMPerpPercent"),
        "optionContingency": naked * charged * num(other, "MMOptionPercent"),
        "optionContingencyInitial": naked * charged * num(other, "IMOptionPercent"),
        "collateralHaircut": haircut, "collateralHaircutInitial": haircut_initial,
        "oracleContingency": oracle * num(other, "confMargin"),
        "initialFactor": num(manager["margin"], "imFactor")
        + max(mpf(0), num(other, "pegLossThreshold") - stable) * num(other, "pegLossFactor"),
    }
    maintained = components["perpContingency"] + components["optionContingency"] + haircut
    added = (components["perpContingencyInitial"] + components["optionContingencyInitial"] + haircut_initial
             + components["oracleContingency"])
    moves = [sum((each.basis_moves()[side] for each in dated), mpf(0)) for side in (0, 1)]
    return {
        "equity": value + sum((each.mark for each in dated), mpf(0)),
        "initialMargin": -span * components["initialFactor"] + maintained + added,
        "maintenanceMargin": -span * num(manager["margin"], "mmFactor") + maintained,
        "components": components,
        "worstScenario": worst_scenario(span, rows, rows_max, bool(dated)),
        "scenarioPnl": rows + [mpf(0)] * (rows_max - len(rows)) + moves,
    }


def worst_scenario(span, rows, rows_max, has_options):
    """None where several scenarios are equally bad, so that rounding decides which is named."""
    if span >= 0:
        return -1
    if has_options and sum(abs(row - span) <= abs(span) * mpf("1e-12") for row in rows) > 1:
        return None
    return rows.index(span) if span in rows else rows_max


def nothing(cash, rows_max):
    names = ["scenarioLoss", "basisContingency", "perpContingency", "perpContingencyInitial", "optionContingency",
             "optionContingencyInitial", "collateralHaircut", "collateralHaircutInitial", "oracleContingency",
             "initialFactor"]
    return {"equity": cash, "initialMargin": 0, "maintenanceMargin": 0, "components": {name: 0 for name in names},
            "worstScenario": -1, "scenarioPnl": [0] * (rows_max + 2)}


if __name__ == "__main__":
    write("derive-pmrm", cases(), margin)
