#!/usr/bin/env python3
"""Oracle of the golden portfolios of var: docs/models/var.md written a second time, in Python.

It shares no line with src/: expected values come from mpmath (40 digits, its own normal distribution), inputs are exact
64-bit floats, levels the decimals that are written.

    python3 test/golden/oracle/var.py            writes test/golden/var/*.json (needs mpmath)
    python3 test/golden/oracle/var.py --check    fails if a file differs from what would be written
"""
import datetime
import math
import pathlib
from fractions import Fraction

from mpmath import log, mp, mpf, ncdf, power, sqrt

from golden_files import write_or_check
from var_cases import cases

mp.dps = 40
YEAR_MS = 365 * 24 * 3600 * 1000
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "var"
NAMES = ["historicalTail", "historicalDiversification", "correlationBreak", "stressedTail", "stressedDiversification",
         "base", "stressWeight", "buffer", "longRunMargin", "gridMargin", "floor", "liquidity", "bidAsk",
         "concentration", "addOn"]


def black(sign, forward, strike, deviation):
    if deviation == 0:
        return max(sign * (forward - strike), mpf(0))
    d1 = log(forward / strike) / deviation + deviation / 2
    return sign * (forward * ncdf(sign * d1) - strike * ncdf(sign * (d1 - deviation)))


# --- scenarios --------------------------------------------------------------------------------------------------------

def index_of(names, kind, instrument):
    base = instrument["baseCurrency"]
    pair = f"{base}_{instrument['quoteCurrency']}".lower()
    tried = [f"{kind}:{pair}", f"{kind}:{base}"]
    if instrument["expiryMs"] is not None:
        day = datetime.datetime.fromtimestamp(instrument["expiryMs"] / 1000, datetime.timezone.utc).strftime("%Y-%m-%d")
        tried = [f"{name}@{day}" for name in tried] + tried
    return next((names.index(name) for name in tried if name in names), None)


def mover(params, one_set, position):
    """value, scenario -> moved value; position None: nothing moves it."""
    if position is None:
        return lambda value, s: value
    factor = one_set["factors"][position]
    multiple = mpf(1)
    floor = params["riskFactors"].get(factor["name"])
    if one_set["role"] == "historical" and floor:
        multiple = max(mpf(1), mpf(floor["floor"]) * mpf(floor["longRunVolatility"]) / mpf(floor["volatility"]))
        multiple *= 1 + mpf(floor["buffer"])
    if factor.get("change") == "absolute":
        return lambda value, s: value + mpf(factor["moves"][s]) * multiple
    return lambda value, s: value * power(1 + mpf(factor["moves"][s]), multiple)


def rate_of(case, currency):
    def dollars(name):
        if name == "USD":
            return mpf(1)
        for quote in ("USD", "USDC", "USDT"):
            price = case["market"]["indexPrice"].get(f"{name}_{quote}".lower())
            if price is not None and quote != name:
                return mpf(price) * (dollars(quote) if quote != "USD" else 1)
        return mpf(1) if name in ("USDC", "USDT") else None
    if currency == case["params"]["reportingCurrency"]:
        return mpf(1)
    return dollars(currency) / dollars(case["params"]["reportingCurrency"])


def contract(case, instrument):
    params, kind, inverse = case["params"], instrument["kind"], instrument["payoff"] == "inverse"
    size, forward = mpf(instrument["contractSize"]), mpf(instrument["forward"])
    years = mpf(0)
    if instrument["expiryMs"] is not None:
        years = mpf(instrument["expiryMs"] - case["market"]["asOfMs"]) / YEAR_MS
    volatility = mpf(instrument["impliedVolatility"] or 0)
    rate = rate_of(case, instrument["settlementCurrency"])

    def worth(price, sigma, time):
        if kind != "option":
            return -size / price if inverse else size * price
        sign = 1 if instrument["optionType"] == "call" else -1
        value = black(sign, price, mpf(instrument["strike"]), sigma * sqrt(time))
        return size * (value / price if inverse else value)

    now, rows = worth(forward, volatility, years), []
    for one_set in params["sets"]:
        names = [factor["name"] for factor in one_set["factors"]]
        price = mover(params, one_set, index_of(names, "price", instrument))
        sigma = mover(params, one_set, index_of(names, "volatility", instrument))
        currency = f"price:{instrument['settlementCurrency']}"
        money = mover(params, one_set, names.index(currency) if currency in names else None)
        days = one_set.get("days", 0)
        row = []
        for s in range(len(one_set["factors"][0]["moves"])):
            passed = mpf(days[s] if isinstance(days, list) else days) / 365
            least = mpf(params["volatilityMinimum"])
            moved = worth(price(forward, s), max(sigma(volatility, s), least), max(years - passed, mpf(0)))
            if kind in ("future", "perpetual"):
                row.append((moved - now) * money(rate, s))
            else:
                row.append(moved * money(rate, s) - now * rate)
        rows.append(row)
    notional = (size if inverse and kind == "option" else size / forward if inverse else size * forward) * rate
    delta = mpf(1)
    if kind == "option":
        sign = 1 if instrument["optionType"] == "call" else -1
        deviation = volatility * sqrt(years)
        delta = sign * ncdf(sign * (log(forward / mpf(instrument["strike"])) / deviation + deviation / 2))
    return {"now": now, "rate": rate, "rows": rows, "notional": notional, "delta": delta * notional, "size": size}


# --- tails ------------------------------------------------------------------------------------------------------------

def number(fraction):
    return mpf(fraction.numerator) / fraction.denominator


def quantile(ascending, p, kind):
    """Hyndman and Fan (1996); p a fraction."""
    n = len(ascending)
    m = {1: 0, 2: 0, 3: Fraction(-1, 2), 4: 0, 5: Fraction(1, 2), 6: p, 7: 1 - p, 8: (p + 1) / 3,
         9: p / 4 + Fraction(3, 8)}[kind]
    place = n * p + m
    j, g = math.floor(place), place - math.floor(place)
    at = lambda k: ascending[min(max(k, 1), n) - 1]
    gamma = {1: 1 if g > 0 else 0, 2: 1 if g > 0 else Fraction(1, 2), 3: 0 if g == 0 and j % 2 == 0 else 1}.get(kind, g)
    gamma = number(Fraction(gamma))
    return (1 - gamma) * at(j) + gamma * at(j + 1)


def weights_of(one_set):
    weights, n = one_set.get("weights"), len(one_set["factors"][0]["moves"])
    if weights is None or isinstance(weights, list):
        return weights
    raw = [mpf(weights["decay"]) ** (n - 1 - i) for i in range(n)]
    return [each / sum(raw) for each in raw]


def loss_of(one_set, pnl):
    tail, n = one_set["tail"], len(pnl)
    multiple = mpf(tail.get("multiple", 1))
    if tail["measure"] == "worst":
        return max(mpf(0), -min(pnl)) * multiple
    alpha = 1 - Fraction(str(tail["level"]))
    weights = weights_of(one_set)
    if weights is not None:
        total, reached = mpf(0), mpf(0)
        for i in sorted(range(n), key=lambda i: (pnl[i], i)):
            weight = mpf(weights[i])
            if reached + weight + mpf("1e-12") >= number(alpha):
                if tail["measure"] == "valueAtRisk":
                    return max(mpf(0), -pnl[i]) * multiple
                total += (number(alpha) - reached) * pnl[i]
                break
            total, reached = total + weight * pnl[i], reached + weight
        return max(mpf(0), -total / number(alpha)) * multiple
    if tail["measure"] == "expectedShortfall":
        count = n * alpha
        whole, worst = math.floor(count), sorted(pnl)
        total = sum(worst[:whole], mpf(0))
        if count > whole:
            total += number(count - whole) * worst[whole]
        return max(mpf(0), -total / number(count)) * multiple
    if tail.get("side", "pnl") == "pnl":
        return max(mpf(0), -quantile(sorted(pnl), alpha, tail["quantileType"])) * multiple
    return max(mpf(0), quantile(sorted(-x for x in pnl), 1 - alpha, tail["quantileType"])) * multiple


def group_of(params, base):
    return next((name for name, group in params["diversification"]["groups"].items()
                 if base in group["underlyings"]), f"of {base} alone")


def capped(joint, parts, offset):
    return parts[0] if len(parts) == 1 else max(joint, (1 - mpf(offset)) * sum(parts))


def break_of(params, pnl, joint):
    rule = params.get("correlationBreak")
    if not rule:
        return mpf(0)
    alpha = 1 - Fraction(str(rule["level"]))
    full = -quantile(sorted(pnl), alpha, 5)
    excess = [max(mpf(0), -quantile(sorted(pnl[i:i + rule["window"]]), alpha, 5) - full)
              for i in range(0, len(pnl) - rule["window"] + 1, rule["step"])]
    scaled = mpf(rule["scale"]) * sqrt(sum(x * x for x in excess) / len(excess))
    return max(mpf(rule["floor"]) * joint, min(mpf(rule["cap"]) * joint, scaled))


def set_tail(params, one_set, index, held):
    count = len(one_set["factors"][0]["moves"])
    by_class = {}
    for base, quantity, each in held:
        row = by_class.setdefault(base, [mpf(0)] * count)
        by_class[base] = [a + quantity * b for a, b in zip(row, each["rows"][index])]
    by_group = {}
    for base, row in by_class.items():
        by_group.setdefault(group_of(params, base), []).append(row)
    losses, total = [], [mpf(0)] * count
    for name, rows in by_group.items():
        joint = [sum(cells) for cells in zip(*rows)]
        offset = params["diversification"]["groups"].get(name, {"offset": 1})["offset"]
        losses.append(capped(loss_of(one_set, joint), [loss_of(one_set, row) for row in rows], offset))
        total = [a + b for a, b in zip(total, joint)]
    joint = loss_of(one_set, total)
    return {
        "role": one_set["role"], "joint": joint, "pnl": total,
        "capped": capped(joint, losses, params["diversification"]["account"]),
        "break": break_of(params, total, joint) if one_set["role"] == "historical" else mpf(0),
    }


def factor_at(table, share):
    if len(table) == 1 or share <= mpf(table[0][0]):
        return mpf(table[0][1])
    for (x0, y0), (x1, y1) in zip(table, table[1:]):
        if share <= mpf(x1) or [x1, y1] == table[-1]:
            return mpf(y0) + (share - mpf(x0)) * (mpf(y1) - mpf(y0)) / (mpf(x1) - mpf(x0))


# --- the account ------------------------------------------------------------------------------------------------------

def role_of(tails, role, how):
    own = [each for each in tails if each["role"] == role]
    if not own:
        return {"joint": mpf(0), "capped": mpf(0), "break": mpf(0), "largest": None}
    largest = max(own, key=lambda each: each["capped"] + each["break"])
    if how == "max":
        return {**largest, "largest": largest}
    return {**{item: sum(each[item] for each in own) / len(own) for item in ("joint", "capped", "break")},
            "largest": largest}


def margin(case):
    params, market = case["params"], case["market"]
    equity, held, terms = mpf(case["cash"].get(params["reportingCurrency"], 0)), [], []
    for position in case["positions"]:
        instrument = next(each for each in market["instruments"] if each["name"] == position["instrument"])
        each, quantity = contract(case, instrument), mpf(position["quantity"])
        base = instrument["baseCurrency"].lower()
        held.append((base, quantity, each))
        gain = each["now"]
        if instrument["kind"] in ("future", "perpetual"):
            entry = mpf(position["entryPrice"])
            gain -= -each["size"] / entry if instrument["payoff"] == "inverse" else each["size"] * entry
        equity += quantity * gain * each["rate"]
        terms.append((base, quantity, each, instrument))
    if held:
        tails = [set_tail(params, one_set, index, held) for index, one_set in enumerate(params["sets"])]
    else:
        zeros = lambda one_set: [mpf(0)] * len(one_set["factors"][0]["moves"])
        tails = [{"role": s["role"], "joint": mpf(0), "capped": mpf(0), "break": mpf(0), "pnl": zeros(s)}
                 for s in params["sets"]]
    rule, tools = params["combination"], params["antiProcyclicality"]
    historical = role_of(tails, "historical", rule["subSamples"])
    stressed = role_of(tails, "stressed", rule["subSamples"])
    h = mpf(rule["historicalWeight"]) * (historical["capped"] + historical["break"])
    s = mpf(rule["stressedWeight"]) * stressed["capped"]
    base = h + s if rule["rule"] == "blend" else max(h, s)
    stress_weight = mpf(tools["stressWeight"]) * (stressed["capped"] - base)
    buffer = (base + stress_weight) * mpf(tools["buffer"])
    long_run = mpf(tools["longRunMultiple"]) * role_of(tails, "longRun", "max")["capped"]
    grid = mpf(params["gridMultiple"]) * role_of(tails, "grid", "max")["capped"]
    core = max(base + stress_weight + buffer, long_run, grid)
    first = next(index for index, one_set in enumerate(params["sets"]) if one_set["role"] == "historical")
    liquidity, bid_ask, concentration = charges(params, terms, tails[first]["joint"], first)
    total = core + liquidity + bid_ask + concentration
    worst = (historical if stressed["largest"] is None or h >= s else stressed)["largest"]
    place, offset = next(k for k, each in enumerate(tails) if each is worst), 0
    for each in tails[:place]:
        offset += len(each["pnl"])
    lowest = min(worst["pnl"])
    amounts = [historical["joint"], historical["capped"] - historical["joint"], historical["break"], stressed["joint"],
               stressed["capped"] - stressed["joint"], base, stress_weight, buffer, long_run, grid,
               core - (base + stress_weight + buffer), liquidity, bid_ask, concentration, mpf(0)]
    return {
        "currency": params["reportingCurrency"],
        "equity": equity,
        "initialMargin": total,
        "maintenanceMargin": mpf(params["maintenanceFraction"]) * total,
        "components": dict(zip(NAMES, amounts)),
        "worstScenario": offset + worst["pnl"].index(lowest) if lowest < 0 else -1,
        "scenarioPnl": [x for each in tails for x in each["pnl"]],
    }


def charges(params, terms, joint, first):
    rule, spread = params.get("liquidity"), params.get("bidAsk")
    one_set, alone, charged, bid_ask, deltas = params["sets"][first], mpf(0), mpf(0), mpf(0), {}
    for base, quantity, each, instrument in terms:
        side = 1 if quantity > 0 else -1
        tail = abs(quantity) * loss_of(one_set, [side * x for x in each["rows"][first]])
        own = params["underlyings"].get(base, {})
        alone += tail
        if rule:
            per = 1 / mpf(instrument["fields"]["averageDailyVolume"]) if rule["volume"] == "market" \
                else each["notional"] / mpf(own["dailyVolume"])
            charged += tail * factor_at(rule["table"], abs(quantity) * per)
        if spread:
            part = mpf(instrument["fields"]["halfSpread"]) / mpf(instrument["forward"]) \
                if spread["spread"] == "market" \
                else mpf(own["optionHalfSpread" if instrument["kind"] == "option" else "halfSpread"])
            bid_ask += mpf(spread["multiple"]) * abs(quantity) * each["notional"] * part
        deltas[base] = deltas.get(base, mpf(0)) + quantity * each["delta"]
    netting = max(joint / alone if alone > 0 else mpf(0), mpf(rule["netFloor"]) if rule else mpf(0))
    concentration = mpf(0)
    if params["concentration"] == "underlying":
        for base, delta in deltas.items():
            limit = params["underlyings"][base]["concentration"]
            concentration += mpf(limit["rate"]) * max(mpf(0), abs(delta) - mpf(limit["threshold"]))
    return netting * charged, bid_ask, concentration


if __name__ == "__main__":
    write_or_check("var", FOLDER, cases(), margin)
