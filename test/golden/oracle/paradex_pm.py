#!/usr/bin/env python3
"""Oracle of the golden portfolios of paradex-pm: docs/models/paradex-pm.md written a second time, in Python.

It shares no line with src/: expected values come from mpmath (60 digits), inputs are exact 64-bit floats.

Regenerate every file (needs `pip install mpmath`; the tests only read the JSON):

    python3 test/golden/oracle/paradex_pm.py            writes test/golden/paradex-pm/*.json
    python3 test/golden/oracle/paradex_pm.py --check    fails if a file differs from what would be written

The portfolios are in paradex_pm_cases.py.
"""
import pathlib

from mpmath import exp, log, mp, mpf, ncdf, sqrt

from golden_files import write_or_check

mp.dps = 60
DAY_MS = 24 * 3600 * 1000
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "paradex-pm"
COEFFICIENTS = [mpf(x) for x in ("0.254829592", "-0.284496736", "1.421413741", "-1.453152027", "1.061405429")]


def handbook_cdf(z):
    """Abramowitz and Stegun 7.1.26 for erf, coefficients as printed."""
    x = abs(z) / sqrt(mpf(2))
    t = 1 / (1 + mpf("0.3275911") * x)
    tail = sum(a * t ** (i + 1) for i, a in enumerate(COEFFICIENTS)) * exp(-x * x)
    return tail / 2 if z < 0 else 1 - tail / 2


def option_price(spot, strike, years, rate, volatility, call, cdf):
    sign = 1 if call else -1
    if years == 0 or volatility == 0:
        return max(mpf(0), sign * (spot - strike))
    deviation = volatility * sqrt(years)
    d1 = (log(spot / strike) + (rate + volatility**2 / 2) * years) / deviation
    d2 = d1 - deviation
    return sign * (spot * cdf(sign * d1) - strike * exp(-rate * years) * cdf(sign * d2))


class Contract:
    def __init__(self, row, case):
        self.row, self.kind, self.base = row, row["kind"], row["baseCurrency"].lower()
        self.size = mpf(row["contractSize"])
        self.spot = mpf(case["market"]["indexPrice"].get(f'{row["baseCurrency"]}_{row["quoteCurrency"]}'.lower(), "nan"))
        fields = row["fields"]
        self.mark = mpf(fields["markPrice"] if self.kind == "option" else row["forward"])
        self.params = case["params"]
        if self.kind == "spot":
            return
        self.delta = mpf(fields["delta"])
        rates = self.params["taker_fee_rate"]
        rate = self.params.get("market_taker_fee_rate", {}).get(
            row["name"], rates["option" if self.kind == "option" else "delta1"])
        rate = mpf(rate)
        if self.kind == "option":
            self.left_ms = row["expiryMs"] - case["market"]["asOfMs"]
            self.fee = min(rate * self.spot, mpf(self.params["option_fee_cap"]) * self.mark)
            self.funding = mpf(0)
        else:
            self.fee = rate * self.mark
            self.funding = mpf(fields["fundingRate"]) * mpf(self.params["funding_provision_hours"]) / 8 * self.spot

    def live(self):
        if self.kind != "option":
            return mpf(1)
        window = mpf(self.params["settlement_window_minutes"]) * 60000
        return mpf(1) if window == 0 or self.left_ms > window else self.left_ms / window if self.left_ms > 0 else mpf(0)

    def shocked(self, scenario):
        spot_shock, vol_shock = mpf(scenario["spot_shock"]), mpf(scenario["vol_shock"])
        if self.kind != "option":
            basis = (self.mark - self.spot) / self.spot
            return self.spot * (1 + spot_shock) * (1 + basis)
        shocks = self.params["assets"][self.base]["vol_shock_params"]
        days = mpf(self.left_ms) / DAY_MS
        power = mpf(shocks["vega_power_short_dte"] if days < 30 else shocks["vega_power_long_dte"])
        scale = (30 / max(mpf(shocks["dte_floor_days"]), days)) ** power
        volatility = mpf(self.row["impliedVolatility"]) * (1 + vol_shock * scale)
        if vol_shock > 0:
            volatility = max(volatility, mpf(shocks["min_vol_shock_up"]))
        cdf = handbook_cdf if self.params["normal_cdf"] == "abramowitz-stegun" else ncdf
        return option_price(self.spot * (1 + spot_shock), mpf(self.row["strike"]), days / 365,
                            mpf(self.row["fields"]["interestRate"]), max(volatility, mpf(0)),
                            self.row["optionType"] == "call", cdf)


def underlying_margin(asset, positions, orders):
    """Of one underlying: positions [(contract, quantity)], orders [(contract, quantity, limit)]."""
    spot = (positions or orders)[0][0].spot
    pnl, position_pnl = [], []
    for scenario in asset["scenarios"]:
        weight = mpf(scenario["weight"])
        held = sum((c.live() * weight * (c.shocked(scenario) - c.mark) * c.size * q for c, q in positions), mpf(0))
        opened = mpf(0)
        for c, q, limit in orders:
            gap = limit - c.shocked(scenario) if q > 0 else c.shocked(scenario) - limit
            opened -= c.live() * weight * max(mpf(0), gap) * c.size * abs(q)
        position_pnl.append(held)
        pnl.append(held + opened)
    hedged_factor, unhedged_factor = mpf(asset["hedged_margin_factor"]), mpf(asset["unhedged_margin_factor"])
    deltas = [c.delta * c.size * q for c, q in positions]
    order_deltas = [c.delta * c.size * q for c, q, _ in orders]
    held_long, held_short = sum(d for d in deltas if d > 0), -sum(d for d in deltas if d < 0)
    long = held_long + sum(d for d in order_deltas if d > 0)
    short = held_short - sum(d for d in order_deltas if d < 0)
    unhedged = max(mpf(0), long - held_short, short - held_long)
    hedged = max(mpf(0), max(long, short) - unhedged)
    net, gross = sum(deltas, mpf(0)), sum((abs(d) for d in deltas), mpf(0))
    scan, position_scan = max(mpf(0), -min(pnl)), max(mpf(0), -min(position_pnl))
    minimum = (hedged * hedged_factor + unhedged * unhedged_factor) * spot
    position_minimum = (unhedged_factor * abs(net) + hedged_factor * (gross - abs(net)) / 2) * spot
    funding = sum((c.funding * c.size * q for c, q in positions), mpf(0))
    order_funding = sum((c.funding * c.size * q for c, q, _ in orders), mpf(0))
    fee = sum((c.fee * c.size * abs(q) for c, q in positions), mpf(0))
    order_fee = sum((c.fee * c.size * abs(q) for c, q, _ in orders), mpf(0))
    return pnl, {
        "scanRisk": scan, "deltaMinimum": minimum, "netInitial": max(scan, minimum),
        "fundingProvision": max(mpf(0), funding - order_funding), "feeProvision": fee + order_fee,
        "spotBalance": mpf(0), "positionScanRisk": position_scan, "positionDeltaMinimum": position_minimum,
        "netMaintenance": mpf(asset["mmf_factor"]) * max(position_scan, position_minimum),
        "positionFundingProvision": max(mpf(0), funding), "positionFeeProvision": fee,
        "positionDeltaValue": net * spot, "orderDeltaValue": sum(order_deltas, mpf(0)) * spot,
        "longDeltaValue": long * spot, "shortDeltaValue": short * spot, "unhedgedDeltaValue": unhedged * spot,
        "hedgedDeltaValue": hedged * spot,
    }


NAMES = ["scanRisk", "deltaMinimum", "netInitial", "fundingProvision", "feeProvision", "spotBalance",
         "positionScanRisk", "positionDeltaMinimum", "netMaintenance", "positionFundingProvision",
         "positionFeeProvision", "positionDeltaValue", "orderDeltaValue", "longDeltaValue", "shortDeltaValue",
         "unhedgedDeltaValue", "hedgedDeltaValue"]


def account_margin(case):
    contracts = {row["name"]: Contract(row, case) for row in case["market"]["instruments"]}
    currency = case["params"]["currency"]
    equity = mpf(case["cash"].get(currency, 0))
    total = {name: mpf(0) for name in NAMES}
    by_base = {}
    for p in case["positions"]:
        c, q = contracts[p["instrument"]], mpf(p["quantity"])
        equity += q * c.size * (c.mark - (mpf(p["entryPrice"]) if c.kind == "perpetual" else 0))
        if c.kind == "spot":
            total["spotBalance"] += abs(q) * c.size * c.mark
        else:
            by_base.setdefault(c.base, ([], []))[0].append((c, q))
    for o in case["orders"]:
        c = contracts[o["instrument"]]
        by_base.setdefault(c.base, ([], []))[1].append((c, mpf(o["quantity"]), mpf(o["limitPrice"])))
    count = max(len(asset["scenarios"]) for asset in case["params"]["assets"].values())
    pnl = [mpf(0)] * count
    worst, largest = -1, mpf(0)
    # Accounts walk their underlyings by name.
    for base in sorted(by_base):
        of_group, components = underlying_margin(case["params"]["assets"][base], *by_base[base])
        for s, value in enumerate(of_group):
            pnl[s] += value
            if -value > largest:
                largest, worst = -value, s
        for name, value in components.items():
            total[name] += value
    initial = total["netInitial"] + total["fundingProvision"] + total["feeProvision"] + total["spotBalance"]
    maintenance = (total["netMaintenance"] + total["positionFundingProvision"] + total["positionFeeProvision"]
                   + total["spotBalance"])
    return {"currency": currency, "equity": equity, "initialMargin": initial, "maintenanceMargin": maintenance,
            "components": total, "worstScenario": worst, "scenarioPnl": pnl}


if __name__ == "__main__":
    import paradex_pm_cases

    write_or_check("paradex-pm", FOLDER, paradex_pm_cases.cases(), account_margin)
