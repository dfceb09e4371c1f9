#!/usr/bin/env python3
"""Oracle of the golden portfolios of deribit-xpm: docs/models/deribit-xpm.md a second time, in Python.

It shares no line with src/: values come from mpmath with 80 digits, inputs are exact 64-bit floats. Every account is
revalued as a whole: what each coin's equity and positions are worth in USD in a scenario, less what they are worth now.

Regenerate: python3 test/golden/oracle/deribit_xpm.py [--check]
"""
from deribit_market import black76, years_of
from deribit_files import write_all
from mpmath import exp, floor, mpf

EXTENDED = [mpf(x) for x in ("-0.66", "-0.33", "0.5", "1", "2", "3", "4", "5")]


def round9(x):
    """Half away from zero."""
    scaled = floor(abs(x) * 10**9 + mpf("0.5")) / mpf(10) ** 9
    return scaled if x >= 0 else -scaled


class Position:
    def __init__(self, row, held, market):
        self.row, self.kind, self.inverse = row, row["kind"], row["payoff"] == "inverse"
        self.q, self.entry, self.size = mpf(held["quantity"]), mpf(held["entryPrice"]), mpf(row["contractSize"])
        self.forward, self.years = mpf(row["forward"]), years_of(row)
        index = mpf(market["indexPrice"][(row["baseCurrency"] + "_" + row["quoteCurrency"]).lower()])
        stable = mpf(row["fields"]["stablePrice"]) if row["quoteCurrency"] == "USDC" else mpf(1)
        self.index_usd = index if self.inverse or self.kind == "spot" else index * stable
        self.usd = index if self.inverse or self.kind == "spot" else stable
        self.coin = row["baseCurrency"].lower()
        self.currency = (row["baseCurrency"] if self.kind == "spot" else row["settlementCurrency"]).lower()

    def option(self, forward, volatility):
        """Worth of the position in settlement currency, and its delta in coin."""
        call = self.row["optionType"] == "call"
        value, delta = black76(forward, mpf(self.row["strike"]), volatility, self.years, call)
        if self.inverse:
            value, delta = value / forward, delta - value / forward
        return self.q * self.size * value, self.q * self.size * delta

    def worth(self, multiplier=mpf(1), volatility=None):
        """Settlement currency; of a spot holding, base currency."""
        forward = self.forward * multiplier
        if self.kind == "spot":
            return self.q * self.size
        if self.kind == "option":
            return self.option(forward, mpf(self.row["impliedVolatility"]) if volatility is None else volatility)[0]
        if self.inverse:
            return self.q * self.size * (1 / self.entry - 1 / forward)
        return self.q * self.size * (forward - self.entry)

    def delta(self):
        if self.kind == "option":
            return self.option(self.forward, mpf(self.row["impliedVolatility"]))[1]
        return self.q * self.size / self.forward if self.inverse else self.q * self.size

    def volatility_at(self, mode, pair):
        if self.kind != "option":
            return None
        volatility = mpf(self.row["impliedVolatility"])
        days = max(365 * self.years, mpf(1))
        scale = (30 / days) ** mpf(pair["short_term_vega_power" if days < 30 else "long_term_vega_power"])
        if mode == "up":
            up = volatility * (1 + mpf(pair["volatility_range_up"]) * scale)
            return max(up, mpf(pair["min_volatility_for_shock_up"]))
        if mode == "down":
            return max(volatility * (1 - mpf(pair["volatility_range_down"]) * scale), mpf(0))
        return volatility

    def notional(self):
        coins = self.size / self.forward if self.inverse and self.kind != "option" else self.size
        amount = coins if self.inverse or self.kind == "spot" else coins * self.forward
        return abs(self.q) * amount * self.usd


def scenarios(pair, buckets):
    reach = mpf(pair["price_range"])
    rows = [(reach * step / buckets, mode, mpf(1), False)
            for step in range(-buckets, buckets + 1) for mode in ("up", "same", "down")]
    return rows + [(m, "up", mpf(pair["extended_table_factor"]) * reach / abs(m), True) for m in EXTENDED]


def coin_requirement(coin, positions, equity, index, params):
    """(worst case, roll shock, delta shock, worst scenario, cells): `equity` in USD, of the coin's bucket."""
    pair, currency = params["currency_pair"][coin + "_usd"], params["currency"][coin]
    held = [p for p in positions if p.kind != "spot" and p.coin == coin]
    cells = []
    for move, mode, weight, extended in scenarios(pair, params["general"]["buckets_count"]):
        pnl = equity * move
        for p in held:
            change = p.worth(1 + move, p.volatility_at(mode, pair)) - p.worth()
            pnl += change * p.usd * (1 + move if p.inverse else 1)
        cell = pnl * weight
        if cell > 0:
            cell = min(cell * mpf(currency["pnl_offset"]), mpf(currency["max_offsetable_pnl"]))
        if extended:
            dampener = (max(abs(move) / mpf(pair["price_range"]), 1) - 1) * mpf(currency["extended_dampener"])
            cell -= min(dampener, abs(cell)) * (1 if cell > 0 else -1)
        cells.append(cell)
    scale = abs(equity) + sum((p.notional() for p in held), mpf(0))
    lowest = min(cells)
    worst_scenario = next(i for i, cell in enumerate(cells) if cell - lowest <= scale * mpf("1e-40"))
    expiries = {}
    for p in held:
        key = (p.row["settlementCurrency"], p.row["expiryMs"])
        expiries.setdefault(key, [p, mpf(0)])[1] += p.delta()
    roll = mpf(0)
    for p, net in expiries.values():
        rate = max(mpf(currency["min_annualised_move"]), exp(mpf(currency["annualised_move_risk"]) * p.years) - 1)
        roll += abs(net) * rate * p.index_usd
    is_long = [p.kind == "option" and p.q > 0 for p in held]
    d1 = sum((p.delta() for p, long in zip(held, is_long) if long), mpf(0))
    d2 = sum((p.delta() for p, long in zip(held, is_long) if not long), mpf(0)) + equity / index
    d = abs(min(max(d1 + d2, d2), 0) if d2 < 0 else max(min(d1 + d2, d2), 0))
    excess = max(d * index - mpf(pair["delta_total_liq_shock_threshold"]), mpf(0))
    shock = min(excess * d * mpf(pair["m_inc"]), mpf(pair["max_delta_shock"]) * d * index)
    return round9(max(mpf(0), -lowest)), roll, shock, worst_scenario, cells


def account(case):
    params, market = case["params"], case["market"]
    rows = {row["name"]: row for row in market["instruments"]}
    positions = [Position(rows[p["instrument"]], p, market) for p in case["positions"]]
    order = sorted(positions, key=lambda p: (p.row["settlementCurrency"], p.coin))
    equities = {}
    for p in positions:
        equities[p.currency] = equities.get(p.currency, mpf(0)) + p.worth() * p.usd
    bucket_of = {}
    for name, entry in params["currency"].items():
        if entry["equity_side_impact"] == "both":
            bucket_of[name] = entry.get("bucket", name)
    coins = []
    for p in order:
        for coin in ([p.coin] if p.kind != "spot" else []) + [bucket_of.get(p.currency)]:
            if coin is not None and coin not in coins:
                coins.append(coin)
    parts = []
    for coin in coins:
        equity = sum((v for name, v in equities.items() if bucket_of.get(name) == coin), mpf(0))
        if coin + "_usd" in market["indexPrice"]:
            index = mpf(market["indexPrice"][coin + "_usd"])
        else:
            index = next(p.index_usd for p in positions if p.coin == coin)
        parts.append(coin_requirement(coin, positions, equity, index, params))
    worst, roll, shock = (sum((part[i] for part in parts), mpf(0)) for i in range(3))
    haircut = sum((mpf(params["currency"][n]["haircut"]) * max(v, 0) for n, v in equities.items() if n != "usd"), mpf(0))
    matrix = worst + roll + shock
    largest = max((part[0] for part in parts), default=mpf(0))
    binding = [part[3] for part in parts if part[0] == largest and largest > 0]
    result = {
        "currency": "USD", "equity": mpf(case["cash"].get("USD", 0)) + sum(equities.values(), mpf(0)),
        "initialMargin": round9(matrix + haircut),
        "maintenanceMargin": mpf(params["general"]["mm_factor"]) * matrix,
        "components": {
            "worstCase": worst, "rollShock": roll, "deltaShock": shock, "riskMatrixMargin": matrix,
            "haircut": mpf(haircut), "addOn": mpf(0),
        },
        "worstScenario": binding[0] if binding else -1,
    }
    if parts:
        result["scenarioPnl"] = [sum(column, mpf(0)) for column in zip(*(part[4] for part in parts))]
    return [result]


def main():
    from deribit_xpm_cases import cases

    write_all("deribit-xpm", cases(), account)


if __name__ == "__main__":
    main()
