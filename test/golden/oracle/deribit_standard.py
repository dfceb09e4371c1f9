"""Deribit standard margin a second time, in Python: docs/models/deribit-sm.md and docs/models/deribit-xsm.md.

It shares no line with src/: values come from mpmath with 80 digits, inputs are exact 64-bit floats.
"""
from deribit_market import black76, years_of
from mpmath import mpf


def mark_share(row):
    """Mark of an option in units of the underlying (coin)."""
    quoted = row["fields"].get("markPrice")
    forward = mpf(row["forward"])
    if quoted is not None:
        return mpf(quoted) / forward
    call = row["optionType"] == "call"
    return black76(forward, mpf(row["strike"]), mpf(row["impliedVolatility"]), years_of(row), call)[0] / forward


def short_option(row, rates):
    """(initial, maintenance) of one short contract in coin, per coin of contract size."""
    s, k, m = mpf(row["forward"]), mpf(row["strike"]), mark_share(row)
    a, least, c = (mpf(rates[name]) for name in ("initial_rate", "initial_minimum", "maintenance_rate"))
    if row["optionType"] == "call":
        return max(a - max(mpf(0), k - s) / s, least) + m, c + m
    maintenance = max(c, c * m) + m
    return max(max(a - max(mpf(0), s - k) / s, least) + m, maintenance), maintenance


def position(row, held, params):
    """Amounts in the settlement currency: margins, what the balance gains, worth of options, notional."""
    q, size, f = mpf(held["quantity"]), mpf(row["contractSize"]), mpf(row["forward"])
    inverse = row["payoff"] == "inverse"
    product = (row["baseCurrency"] + "_" + row["settlementCurrency"]).lower()
    zero = mpf(0)
    result = {"future": (zero, zero), "option": (zero, zero), "balance": zero, "value": zero}
    if row["kind"] == "spot":
        return {**result, "balance": q * size, "notional": abs(q) * size}
    if row["kind"] == "option":
        unit = size if inverse else size * f
        initial, maintenance = short_option(row, params["options"][product])
        short = -q if q < 0 else zero
        result["option"] = (short * unit * initial, short * unit * maintenance)
        return {**result, "value": q * unit * mark_share(row), "notional": abs(q) * unit}
    rates = params["futures"][product]
    coins = abs(q) * size / f if inverse else abs(q) * size
    amount = coins if inverse else coins * f
    entry = mpf(held["entryPrice"])
    rate = mpf(rates["rate_per_coin"]) * coins
    result["future"] = ((mpf(rates["initial_rate"]) + rate) * amount, (mpf(rates["maintenance_rate"]) + rate) * amount)
    gain = q * size * (1 / entry - 1 / f) if inverse else q * size * (f - entry)
    return {**result, "balance": gain, "notional": amount}


def requirement(currency, positions, cash, haircuts):
    """`positions`: (amounts of `position`, conversion, currency of the balance)."""
    def total(key, part=None):
        return sum(((p[key] if part is None else p[key][part]) * c for p, c, _ in positions), mpf(0))

    balances = {}
    for amounts, conversion, name in positions:
        balances[name] = balances.get(name, mpf(0)) + amounts["balance"] * conversion
    components = {
        "futuresInitialMargin": total("future", 0), "futuresMaintenanceMargin": total("future", 1),
        "optionsInitialMargin": total("option", 0), "optionsMaintenanceMargin": total("option", 1),
        "optionValue": total("value"), "addOn": mpf(0),
    }
    haircut = mpf(0)
    if haircuts is not None:
        haircut = sum((mpf(haircuts[n]["haircut"]) * max(b, mpf(0)) for n, b in balances.items() if n != "usd"), mpf(0))
        components["haircut"] = haircut
    return {
        "currency": currency, "equity": mpf(cash) + sum(balances.values(), mpf(0)),
        "initialMargin": components["futuresInitialMargin"] + components["optionsInitialMargin"] + haircut,
        "maintenanceMargin": components["futuresMaintenanceMargin"] + components["optionsMaintenanceMargin"],
        "components": components, "worstScenario": -1,
    }


def segregated_account(case):
    rows = {row["name"]: row for row in case["market"]["instruments"]}
    currencies = []
    for name in [rows[p["instrument"]]["settlementCurrency"] for p in case["positions"]] + list(case["cash"]):
        if name not in currencies:
            currencies.append(name)
    sets = []
    for currency in currencies:
        held = [p for p in case["positions"] if rows[p["instrument"]]["settlementCurrency"] == currency]
        amounts = [(position(rows[p["instrument"]], p, case["params"]), mpf(1), currency) for p in held]
        sets.append(requirement(currency, amounts, case["cash"].get(currency, 0), None))
    return sets


def cross_account(case):
    rows = {row["name"]: row for row in case["market"]["instruments"]}
    amounts = []
    for held in case["positions"]:
        row = rows[held["instrument"]]
        index = mpf(case["market"]["indexPrice"][(row["baseCurrency"] + "_" + row["quoteCurrency"]).lower()])
        if row["kind"] == "spot":
            conversion, currency = index, row["baseCurrency"].lower()
        elif row["payoff"] == "inverse":
            conversion, currency = index, row["settlementCurrency"].lower()
        else:
            conversion = mpf(1) if row["quoteCurrency"] == "USD" else mpf(row["fields"]["stablePrice"])
            currency = row["settlementCurrency"].lower()
        amounts.append((position(row, held, case["params"]), conversion, currency))
    return [requirement("USD", amounts, case["cash"].get("USD", 0), case["params"]["collateral"])]
