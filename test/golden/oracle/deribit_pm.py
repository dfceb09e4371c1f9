#!/usr/bin/env python3
"""Oracle of the golden portfolios of deribit-pm: docs/models/deribit-pm.md written a second time, in Python.

It shares no line with src/: expected values come from mpmath (80 digits, its own normal CDF), inputs are exact 64-bit
floats.

Regenerate every file (needs `pip install mpmath`; the tests only read the JSON):

    python3 test/golden/oracle/deribit_pm.py            writes test/golden/deribit-pm/*.json
    python3 test/golden/oracle/deribit_pm.py --check    fails if a file differs from what would be written

The portfolios are in deribit_pm_cases.py. Files with published numbers are written from deribit_pm_published.py and
hold the venue's figures as they were printed, not the oracle's.
"""
import json
import pathlib
import sys

from mpmath import floor, log, exp, inf, mp, mpf, ncdf, nstr, sqrt

mp.dps = 80
DIGITS = 32
YEAR_MS = 365 * 24 * 3600 * 1000
EXTENDED = [mpf(x) for x in ("-0.66", "-0.33", "0.5", "1", "2", "3", "4", "5")]
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "deribit-pm"


def black76(forward, strike, volatility, years, call):
    """(value, delta), undiscounted."""
    deviation = volatility * sqrt(years)
    if deviation == 0:
        moneyness = forward - strike
        step = mpf(1) if moneyness > 0 else mpf(0) if moneyness < 0 else mpf("0.5")
        return (max(moneyness, mpf(0)), step) if call else (max(-moneyness, mpf(0)), step - 1)
    d1 = (log(forward / strike) + deviation**2 / 2) / deviation
    d2 = d1 - deviation
    sign = 1 if call else -1
    return sign * (forward * ncdf(sign * d1) - strike * ncdf(sign * d2)), sign * ncdf(sign * d1)


def round9(x):
    """Half away from zero."""
    scaled = floor(abs(x) * 10**9 + mpf("0.5")) / mpf(10) ** 9
    return scaled if x >= 0 else -scaled


class Contract:
    """One instrument of the case's market."""

    def __init__(self, row, as_of_ms):
        self.row = row
        self.kind = row["kind"]
        self.inverse = row["payoff"] == "inverse"
        self.size = mpf(row["contractSize"])
        self.forward = mpf(row["forward"])
        self.pair = (row["baseCurrency"] + "_" + row["quoteCurrency"]).lower()
        self.group = ((row["baseCurrency"] + "_" + row["settlementCurrency"]).lower(), self.pair)
        self.years = mpf(0) if row["expiryMs"] is None else mpf(row["expiryMs"] - as_of_ms) / YEAR_MS
        if self.kind == "option":
            self.strike = mpf(row["strike"])
            self.volatility = mpf(row["impliedVolatility"])
            self.call = row["optionType"] == "call"

    def option_worth(self, forward, volatility):
        value, delta = black76(forward, self.strike, volatility, self.years, self.call)
        return (value / forward, delta - value / forward) if self.inverse else (value, delta)

    def coins(self):
        return self.size / self.forward if self.inverse and self.kind != "option" else self.size

    def notional(self):
        return self.coins() if self.inverse else self.coins() * self.forward

    def value(self, entry):
        if self.kind == "spot":
            return self.size * self.forward
        if self.kind == "option":
            return self.size * self.option_worth(self.forward, self.volatility)[0]
        if self.inverse:
            return self.size * (1 / mpf(entry) - 1 / self.forward)
        return self.size * (self.forward - mpf(entry))

    def delta(self):
        if self.kind == "option":
            return self.size * self.option_worth(self.forward, self.volatility)[1]
        return self.coins()

    def volatility_at(self, mode, pair):
        days = max(365 * self.years, mpf(1))
        power = mpf(pair["short_term_vega_power"] if days < 30 else pair["long_term_vega_power"])
        scale = (30 / days) ** power
        if mode == "up":
            up = self.volatility * (1 + mpf(pair["volatility_range_up"]) * scale)
            return max(up, mpf(pair["min_volatility_for_shock_up"]))
        if mode == "down":
            return max(self.volatility * (1 - mpf(pair["volatility_range_down"]) * scale), mpf(0))
        return self.volatility

    def pnl(self, move, mode, pair):
        if self.kind == "option":
            shocked = self.option_worth(self.forward * (1 + move), self.volatility_at(mode, pair))[0]
            return self.size * (shocked - self.option_worth(self.forward, self.volatility)[0])
        if self.inverse:
            return self.size / self.forward * (1 - 1 / (1 + move))
        return self.size * self.forward * move

    def vector(self, pair, buckets):
        price_range = mpf(pair["price_range"])
        cells = []
        for step in range(-buckets, buckets + 1):
            for mode in ("up", "same", "down"):
                cells.append(self.pnl(price_range * step / buckets, mode, pair))
        for move in EXTENDED:
            weight = mpf(pair["extended_table_factor"]) * price_range / abs(move)
            if self.inverse:
                weight *= (1 + move) / (1 + (1 if move > 0 else -1) * price_range)
            cells.append(weight * self.pnl(move, "up", pair))
        return cells


def group_margin(contracts, quantities, case):
    """Sections C to F."""
    first = contracts[0]
    pair = case["params"]["currency_pair"][first.pair]
    currency = case["params"]["currency"][first.row["baseCurrency"].lower()]
    buckets = case["params"]["general"]["buckets_count"]
    index = mpf(case["market"]["indexPrice"][first.pair])
    per_contract = [c.vector(pair, buckets) for c in contracts]
    pre = [sum(q * v[i] for q, v in zip(quantities, per_contract)) for i in range(len(per_contract[0]))]
    coin = index if first.inverse else mpf(1)
    price_range = mpf(pair["price_range"])
    aggregated = []
    for i, cell in enumerate(pre):
        if cell > 0:
            cell = min(cell * mpf(currency["pnl_offset"]), mpf(currency["max_offsetable_pnl"]) / coin)
        if i >= 3 * (2 * buckets + 1):
            move = EXTENDED[i - 3 * (2 * buckets + 1)]
            sign = 1 if move > 0 else -1
            dampener = (max(abs(move) / price_range, 1) - 1) * mpf(currency["extended_dampener"])
            if first.inverse:
                dampener /= (1 + sign * price_range) * index
            adjustment = min(dampener, abs(cell))
            cell = cell - adjustment if cell > 0 else cell + adjustment
        aggregated.append(cell)
    scale = sum(abs(q) * c.notional() for q, c in zip(quantities, contracts))
    lowest = min(aggregated)
    worst_scenario = next(i for i, cell in enumerate(aggregated) if cell - lowest <= scale * mpf("1e-40"))
    unrounded = max(mpf(0), -lowest)
    deltas = [q * c.delta() for q, c in zip(quantities, contracts)]

    by_expiry = {}
    for c, d in zip(contracts, deltas):
        if c.kind != "spot":
            by_expiry.setdefault(c.row["expiryMs"], [c.years, mpf(0)])[1] += d
    rolls = []
    for expiry in sorted(by_expiry, key=lambda e: -inf if e is None else e):
        years, net = by_expiry[expiry]
        rate = max(mpf(currency["min_annualised_move"]), exp(mpf(currency["annualised_move_risk"]) * years) - 1)
        charge = abs(net) * rate * (1 if first.inverse else index)
        rolls.append({"expiryMs": expiry, "netDelta": net, "rate": rate, "charge": charge})

    d1 = sum((d for c, q, d in zip(contracts, quantities, deltas) if c.kind == "option" and q > 0), mpf(0))
    d2 = sum((d for c, q, d in zip(contracts, quantities, deltas) if not (c.kind == "option" and q > 0)), mpf(0))
    d = min(max(d1 + d2, d2), 0) if d2 < 0 else max(min(d1 + d2, d2), 0)
    usd = min(
        max(abs(d) * index - mpf(pair["delta_total_liq_shock_threshold"]), 0) * abs(d) * mpf(pair["m_inc"]),
        mpf(pair["max_delta_shock"]) * abs(d) * index,
    )
    roll = sum(r["charge"] for r in rolls)
    return {
        "name": first.group[0],
        "pair": first.pair,
        "worstCaseUnrounded": unrounded,
        "worstCase": round9(unrounded),
        "worstScenario": worst_scenario,
        "rollShock": mpf(roll),
        "rollShocks": rolls,
        "deltaShock": usd / coin,
        "deltaShockSteps": {"d1": d1, "d2": d2, "d": mpf(d), "usd": mpf(usd)},
        "instruments": [
            {"name": c.row["name"], "cellsPerContract": v} for c, v in zip(contracts, per_contract)
        ],
        "preAggregated": pre,
        "aggregated": aggregated,
    }


def netting_set(currency, held, case):
    contracts = [Contract(row, case["market"]["asOfMs"]) for row, _ in held]
    quantities = [mpf(position["quantity"]) for _, position in held]
    values = [c.value(position.get("entryPrice", 0)) for c, (_, position) in zip(contracts, held)]
    equity = mpf(case["cash"].get(currency, 0)) + sum(q * v for q, v in zip(quantities, values))
    names = []
    for c in contracts:
        if c.group not in names:
            names.append(c.group)
    groups = []
    for name in names:
        members = [i for i, c in enumerate(contracts) if c.group == name]
        groups.append(group_margin([contracts[i] for i in members], [quantities[i] for i in members], case))
    matrix = sum((g["worstCase"] + g["rollShock"] + g["deltaShock"] for g in groups), mpf(0))
    maintenance = mpf(case["params"]["general"]["mm_factor"]) * matrix
    initial = round9(matrix + mpf(case.get("addOn", {}).get(currency, 0)))
    if equity < 0 or (maintenance > 0 and equity <= maintenance):
        status = "liquidation"
    else:
        status = "margin-call" if equity < initial else "healthy"
    largest = max((g["worstCase"] for g in groups), default=None)
    return {
        "settlementCurrency": currency,
        "equity": mpf(equity),
        "worstCase": sum((g["worstCase"] for g in groups), mpf(0)),
        "rollShock": sum((g["rollShock"] for g in groups), mpf(0)),
        "deltaShock": sum((g["deltaShock"] for g in groups), mpf(0)),
        "riskMatrixMargin": matrix,
        "initialMargin": initial,
        "maintenanceMargin": maintenance,
        "marginRatio": None if equity == 0 else maintenance / equity,
        "status": status,
        "worstScenario": next((g["worstScenario"] for g in groups if g["worstCase"] == largest), -1),
        "notional": sum((abs(q) * c.notional() for q, c in zip(quantities, contracts)), mpf(0)),
        "positions": [
            {"name": c.row["name"], "valuePerContract": v, "value": q * v, "delta": q * c.delta()}
            for c, q, v in zip(contracts, quantities, values)
        ],
        "groups": groups,
    }


def account(case):
    rows = {row["name"]: row for row in case["market"]["instruments"]}
    order = list(rows)
    positions = sorted(case["positions"], key=lambda p: order.index(p["instrument"]))
    held = [(rows[p["instrument"]], p) for p in positions]
    currencies = []
    for currency in [row["settlementCurrency"] for row, _ in held] + list(case["cash"]):
        if currency not in currencies:
            currencies.append(currency)
    members = {c: [h for h in held if h[0]["settlementCurrency"] == c] for c in currencies}
    return {"nettingSets": [netting_set(c, members[c], case) for c in currencies]}


def plain(value):
    """Decimals as strings: a JSON number would be a 64-bit float again."""
    if isinstance(value, mpf):
        return nstr(value, DIGITS, strip_zeros=True)
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value


def write(number, name, content, check):
    path = FOLDER / f"{number:03d}-{name}.json"
    text = json.dumps(content, indent=1) + "\n"
    if check and (not path.exists() or path.read_text() != text):
        raise SystemExit(f"{path.name} is not what the oracle writes")
    if not check:
        path.write_text(text)
    return path.name


def main():
    from deribit_pm_cases import cases
    from deribit_pm_published import published

    check = "--check" in sys.argv[1:]
    names = []
    for number, case in enumerate(cases(), 1):
        name = case.pop("name")
        names.append(write(number, name, {**case, "expected": plain(account(case))}, check))
    for number, case in enumerate(published(), 901):
        names.append(write(number, case.pop("name"), case, check))
    stale = sorted(p.name for p in FOLDER.glob("*.json") if p.name not in names)
    if stale:
        raise SystemExit(f"files that no case writes: {', '.join(stale)}")
    print(f"{len(names)} golden portfolios {'checked' if check else 'written'}")


if __name__ == "__main__":
    main()
