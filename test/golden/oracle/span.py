#!/usr/bin/env python3
"""Oracle of `span`: golden portfolios with every number in 50 digits (mpmath), from the formulas of docs/models/span.md.

Usage: python3 test/golden/oracle/span.py   writes test/golden/span/*.json
"""
import copy
import json
import pathlib

from mpmath import mp, mpf

mp.dps = 50
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "span"
AS_OF = 1757635200000  # 2025-09-12
YEAR_MS = 365 * 24 * 3600 * 1000
EXPIRY = {"202510": 1761696000000, "202512": 1766966400000, "202603": 1774828800000, "202606": 1782777600000}
DELTA_ZERO = mpf("1e-9")


# --- parameters ---------------------------------------------------------------------------------------------------------
def classic_scenarios():
    out = []
    for k, move in enumerate([0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1, -1]):
        out.append(dict(priceMove=move, isExtreme=False, volatilityMove=1, weight=1, pairedScenario=2 * k + 1))
        out.append(dict(priceMove=move, isExtreme=False, volatilityMove=-1, weight=1, pairedScenario=2 * k))
    out.append(dict(priceMove=3, isExtreme=True, volatilityMove=0, weight=0.33, pairedScenario=14))
    out.append(dict(priceMove=-3, isExtreme=True, volatilityMove=0, weight=0.33, pairedScenario=15))
    return out


def delta_points():
    return [dict(priceMove=m, weight=p) for m, p in
            [(0, .27), (1 / 3, .217), (-1 / 3, .217), (2 / 3, .111), (-2 / 3, .111), (1, .037), (-1, .037)]]


def future_losses(psr):
    base = [0, 0, -1, -1, 1, 1, -2, -2, 2, 2, -3, -3, 3, 3]
    return [b * psr / 3 for b in base] + [-psr * .99, psr * .99]


def future(code, month, psr, price, factor=100.0, **more):
    return dict(name=f"X:{code}:FUT:{month}", combinedCommodity=code, exchange="X", product=code, type="FUT", month=month,
                valuation="futures", valueFactor=factor, settlementPrice=price, priceScanRange=dict(up=psr, down=psr),
                riskArray=dict(losses=future_losses(psr), compositeDelta=1.0), deltaScale=1, **more)


def option(code, month, kind, strike, price, losses, delta, factor=100.0, option_month=None, **more):
    om = option_month or month
    return dict(name=f"X:O{code}:OOF:{month}:{om}:{'C' if kind == 'call' else 'P'}:{strike:g}", combinedCommodity=code,
                exchange="X", product="O" + code, type="OOF", month=month, optionMonth=om, optionType=kind, strike=strike,
                valuation="premium", valueFactor=factor, settlementPrice=price, impliedVolatility=0.2,
                riskArray=dict(losses=losses, compositeDelta=delta), deltaScale=1, **more)


CALL = [-1500.5, 1400.25, -4200, -1600, 1100, 3900, -7300, -4900, 3100, 5900, -10500, -8400, 4900, 7600, -11300, 3100]
PUT = [-1400, 1300, -1000, -3300, -3900, 1300, 2700, 5100, -7000, -4400, 4300, 6900, -10200, -8100, 2900, -11000]
FARPUT = [-8, 6, 4, 9, -11, 2, 7, 12, -18, -3, 10, 14, -27, -9, 10, -30]


def base_params():
    commodity = lambda code, **more: dict(code=code, currency="USD", **more)
    aa = commodity(
        "AA",
        intraTiers=[dict(number=1, start="202510", end="202510"), dict(number=2, start="202512", end="202603"),
                    dict(number=3, start="202606", end="202612")],
        intraSpreads=[
            dict(kind="series", priority=1, charge=250, legs=[leg("202510", 1, "A"), leg("202512", 1, "B")]),
            dict(kind="series", priority=2, charge=300.5,
                 legs=[leg("202512", 1, "A"), leg("202603", 2, "B"), leg("202606", 1, "A")]),
            dict(kind="tier", priority=1, charge=400, legs=[leg("1", 1, "A"), leg("2", 1, "B")]),
            dict(kind="tier", priority=2, charge=350, legs=[leg("2", 1, "A"), leg("2", 1, "B")]),
            dict(kind="tier", priority=3, charge=600, legs=[leg("2", 1, "A"), leg("3", 1, "B")]),
            dict(kind="tier", priority=4, charge=700, legs=[leg("1", 2, "A"), leg("3", 1, "B")]),
        ],
        shortOptionMinimum=dict(method="sum", rate=50, tiers=[]),
        initialRatio=dict(member=1, hedger=1.05, speculator=1.1),
    )
    return dict(
        source="made up for test/golden/oracle/span.py", date="2025-09-12", unconfirmed=[],
        combinedCommodities=[aa, commodity("BB", shortOptionMinimum=dict(method="sum", rate=20)), commodity("CC")],
        contracts=[
            future("AA", "202510", 12000, 3600.0), future("AA", "202512", 12000, 3640.5),
            future("AA", "202603", 11000, 3670.25), future("AA", "202606", 10000, 3700.0),
            option("AA", "202512", "call", 3600, 120.4, CALL, 0.55), option("AA", "202512", "put", 3600, 95.1, PUT, -0.45),
            option("AA", "202512", "put", 3200, 1.5, FARPUT, -0.02),
            option("AA", "202603", "call", 3900, 44.2, [x / 2 for x in CALL], 0.3123),
            future("BB", "202512", 3000, 955.0, 50.0), future("BB", "202603", 2800, 960.0, 50.0),
            option("BB", "202512", "call", 1000, 20.25, [x / 4 for x in CALL], 0.35, 50.0),
            option("BB", "202512", "put", 900, 15.5, [x / 4 for x in PUT], -0.3, 50.0),
            future("CC", "202512", 5000, 80.0, 1000.0),
        ],
        interSpreads=[dict(priority=1, method="delta", rate=0.5,
                           legs=[inter("AA", 1, "A"), inter("BB", 2, "B")])],
    )


def leg(period, ratio, side):
    return dict(period=period, ratio=ratio, side=side)


def inter(code, ratio, side, **more):
    return dict(combinedCommodity=code, ratio=ratio, side=side, **more)


# --- calculation --------------------------------------------------------------------------------------------------------
def in_tier(month, tier):
    return tier["start"] <= month[: len(tier["start"])] and month[: len(tier["end"])] <= tier["end"]


def tier_number(month, tiers):
    for tier in tiers:
        if in_tier(month, tier):
            return tier["number"]
    return None


def cdf(x):
    return mp.ncdf(x)


def black(kind, f, k, v):
    """Undiscounted price and delta; v the standard deviation."""
    sign = 1 if kind == "call" else -1
    if f <= 0:
        return (mpf(0), mpf(0)) if kind == "call" else (k - f, mpf(-1))
    if v == 0:
        inside = sign * (f - k)
        return max(inside, mpf(0)), (mpf(sign) if inside > 0 else mpf(sign) / 2 if inside == 0 else mpf(0))
    d1 = mp.log(f / k) / v + v / 2
    return sign * (f * cdf(sign * d1) - k * cdf(sign * (d1 - v))), sign * cdf(sign * d1)


def generated(contract, instrument, params):
    g, r = contract["generation"], contract["priceScanRange"]
    factor = mpf(contract["valueFactor"])
    forward = mpf(instrument["forward"])
    years = mpf(instrument["expiryMs"] - AS_OF) / YEAR_MS
    later = max(years - mpf(g["lookAhead"]), mpf(0))
    rate = mpf(g["interestRate"])
    option_type = contract.get("optionType")
    vol = mpf(instrument["impliedVolatility"] or 0)
    k = mpf(contract["strike"]) if option_type else None
    now = mp.exp(-rate * years) * black(option_type, forward, k, vol * mp.sqrt(years))[0] if option_type else mpf(0)
    move_of = lambda share: share * (mpf(r["down"]) if share < 0 else mpf(r["up"])) / factor
    losses = []
    for s in params["scenarios"]:
        share = mpf(s["priceMove"])
        weight = mpf(s["weight"])
        if s["isExtreme"]:
            share, weight = mp.sign(share) * mpf(g["extremeMultiplier"]), mpf(g["extremeCover"])
        move = move_of(share)
        if option_type:
            vs = mpf(s["volatilityMove"])
            vr = vs * (mpf(g["volatilityScan"]["down"]) if vs < 0 else mpf(g["volatilityScan"]["up"]))
            shocked = max(vol * (1 + vr) if g["volatilityScanIs"] == "relative" else vol + vr, mpf(0))
            gain = mp.exp(-rate * later) * black(option_type, forward + move, k, shocked * mp.sqrt(later))[0] - now
        else:
            gain = move * mpf(g.get("futureScale", 1)) - mpf(g.get("futureDrift", 0))
        loss = -gain * factor * weight
        unit = mpf(g.get("rounding", 0))
        if unit:
            loss = mp.sign(loss) * mp.floor(abs(loss) / unit + mpf("0.5")) * unit
        losses.append(loss)
    delta = mpf(1)
    if option_type:
        delta = sum(mpf(p["weight"]) * mp.exp(-rate * later)
                    * black(option_type, forward + move_of(mpf(p["priceMove"])), k, vol * mp.sqrt(later))[1]
                    for p in params["deltaPoints"])
    price = mpf(contract["settlementPrice"]) if contract["settlementPrice"] is not None else (now if option_type else None)
    return losses, delta, price


class Commodity:
    def __init__(self, definition, params, market_contracts):
        self.d, self.params, self.all = definition, params, market_contracts
        self.held = []
        self.merged = self.target = False
        self.intra = self.spot = self.inter = mpf(0)

    def start(self):
        self.losses = self.sum_losses(self.held)
        self.net = self.sum_delta(self.held)
        self.months = {}
        for h in self.held:
            self.months[h["month"]] = self.months.get(h["month"], mpf(0)) + h["q"] * h["delta"]
        self.consumed = {m: mpf(0) for m in self.months}
        self.tier_left = {t["number"]: self.sum_delta(self.of_tier(t, "interTiers")) for t in self.d.get("interTiers", [])}

    def of_tier(self, tier, kind):
        return [h for h in self.held if tier_number(h["month"], self.d.get(kind, [])) == tier["number"]]

    def sum_losses(self, held):
        return [sum((h["q"] * h["losses"][s] for h in held), mpf(0)) for s in range(len(self.params["scenarios"]))]

    def sum_delta(self, held):
        return sum((h["q"] * h["delta"] for h in held), mpf(0))

    def spreads(self):
        for spread in self.d.get("intraSpreads", []):
            for side_a in (1, -1):
                picks = []
                for l in spread["legs"]:
                    sign = side_a if l["side"] == "A" else -side_a
                    if spread["kind"] == "series":
                        months = [m for m in self.months if m == l["period"]]
                    else:
                        months = sorted(m for m in self.months if str(tier_number(m, self.d["intraTiers"])) == l["period"])
                    pool = sum((max(sign * self.months[m], mpf(0)) for m in months), mpf(0))
                    picks.append((sign, months, mpf(l["ratio"]), pool))
                n = min(pool / ratio for _, _, ratio, pool in picks)
                if n <= DELTA_ZERO:
                    continue
                for sign, months, ratio, _ in picks:
                    need = n * ratio
                    for m in months:
                        take = min(max(sign * self.months[m], mpf(0)), need)
                        self.months[m] -= sign * take
                        self.consumed[m] += take
                        need -= take
                self.intra += n * mpf(spread["charge"])
                break
        for s in self.d.get("spotMonths", []):
            if s["month"] in self.months:
                self.spot += self.consumed[s["month"]] * mpf(s["chargeConsumed"])
                self.spot += abs(self.months[s["month"]]) * mpf(s["chargeOutright"])
        self.left = sum(self.months.values(), mpf(0))

    def risk(self, losses, delta, months=None):
        scan = max(losses)
        active = losses.index(scan)
        pair = lambda s: (losses[s] + losses[self.params["scenarios"][s]["pairedScenario"]]) / 2
        time, price = pair(0), pair(active) - pair(0)
        method = self.params["options"]["weightedPriceRisk"]
        if method == "file":
            method = self.d.get("weightedPriceRiskMethod", "normal")
        ranges = [c for c in self.all if c["combinedCommodity"] == self.d["code"] and (months is None or months(c["month"]))]
        futures = [c for c in ranges if c.get("optionType") is None]
        side = "up" if delta < 0 else "down"
        limits = [mpf(c["priceScanRange"][side]) / mpf(c.get("deltaScale", 1)) for c in (futures or ranges)
                  if c.get("priceScanRange")]
        if abs(delta) <= DELTA_ZERO:
            weighted = mpf(0)
        elif method == "scan-range":
            weighted = max(limits)
        else:
            weighted = max(price / abs(delta), mpf(0))
            if method == "scan-range-cap" and limits:
                weighted = min(weighted, max(limits))
        return dict(scan=scan, active=active, time=time, price=price, weighted=weighted)

    def assess(self):
        self.overall = self.risk(self.losses, self.net)
        self.scan = self.overall["scan"]
        if self.d.get("scanTiers") and not self.merged and not self.target:
            self.scan = sum((max(self.sum_losses(self.of_tier(t, "scanTiers"))) for t in self.d["scanTiers"]), mpf(0))

    def weighted(self, tier):
        for t in self.d.get("interTiers", []):
            if t["number"] == tier:
                held = self.of_tier(t, "interTiers")
                return self.risk(self.sum_losses(held), self.sum_delta(held), lambda m: in_tier(m, t))["weighted"]
        return self.overall["weighted"]

    def short_minimum(self):
        som = self.d.get("shortOptionMinimum", dict(method="sum", rate=0))
        buckets = [(t, mpf(t["rate"])) for t in som.get("tiers", [])] + [(None, mpf(som["rate"]))]
        total = mpf(0)
        for tier, rate in buckets:
            counts = dict(call=mpf(0), put=mpf(0))
            for h in self.held:
                if h["type"] is None or h["q"] >= 0:
                    continue
                own = next((t for t in som.get("tiers", []) if in_tier(h["optionMonth"], t)), None)
                if own is tier:
                    counts[h["type"]] -= h["q"]
            n = max(counts.values()) if som.get("method", "sum") == "greater" else sum(counts.values())
            total += n * rate
        return total


def join(commodities, spread, open_target):
    target = spread["target"]["combinedCommodity"]
    codes = [target] + [l["combinedCommodity"] for l in spread["legs"] if l["combinedCommodity"] != target]
    members = [c for c in codes if c in commodities and not commodities[c].merged]
    required = [l["combinedCommodity"] for l in spread["legs"] if l.get("isRequired")]
    if spread["target"].get("isRequired"):
        required.append(target)
    if len(members) < spread.get("minimumLegs", 2) or any(c not in members for c in required):
        return None
    if target not in commodities:
        commodities[target] = open_target(target)
    elif commodities[target].merged:
        return None
    joint = []
    for s in range(len(commodities[target].losses)):
        losses = [commodities[m].losses[s] for m in members]
        point = next((p for p in spread.get("points", []) if p["scenario"] == s), None)
        if point and point["aggregation"] == "largest":
            joint.append(sum((max(x, mpf(0)) for x in sorted(losses, reverse=True)[: point["largestCount"]]), mpf(0)))
        else:
            rate = mpf(point["rate"] if point else spread["rate"])
            joint.append(sum((x if x > 0 else x * rate for x in losses), mpf(0)))
    for m in members:
        if m != target:
            commodities[m].losses = [mpf(0)] * len(joint)
            commodities[m].merged = True
    commodities[target].losses, commodities[target].target = joint, True
    return members


def join_deltas(commodities, spread, members):
    target = spread["target"]["combinedCommodity"]
    for m in members:
        if m == target:
            continue
        ratio = next(l["ratio"] for l in spread["legs"] if l["combinedCommodity"] == m)
        scale = mpf(spread["target"]["ratio"]) / mpf(ratio)
        commodities[target].net += commodities[m].net * scale
        commodities[target].left += commodities[m].left * scale
        commodities[m].net = commodities[m].left = mpf(0)


def credits(commodities, spread):
    for side_a in (1, -1):
        counts = []
        for l in spread["legs"]:
            c = commodities.get(l["combinedCommodity"])
            sign = side_a if l["side"] == "A" else -side_a
            pool = mpf(0) if c is None else c.tier_left.get(l.get("tier"), c.left)
            counts.append(sign * pool / mpf(l["ratio"]))
        n = min(counts)
        if n <= DELTA_ZERO:
            continue
        for l in spread["legs"]:
            c = commodities[l["combinedCommodity"]]
            used = n * mpf(l["ratio"])
            rate = l.get("rate")
            if spread.get("creditMethod") == "flat":
                c.inter += n * mpf(spread["rate"]) / len(spread["legs"])
            else:
                c.inter += c.weighted(l.get("tier")) * used * mpf(spread["rate"] if rate is None else rate)
            consumed = used * (side_a if l["side"] == "A" else -side_a)
            c.left -= consumed
            if l.get("tier") in c.tier_left:
                c.tier_left[l["tier"]] -= consumed
        return


def margin(params, instruments, positions, cash):
    by_name = {c["name"]: c for c in params["contracts"]}
    market_contracts = [by_name[i["name"]] for i in instruments if i["name"] in by_name]
    results = []
    currencies = []
    for p in positions:
        cur = next(i for i in instruments if i["name"] == p["instrument"])["settlementCurrency"]
        if cur not in currencies:
            currencies.append(cur)
    for cur in list(cash) + [c for c in currencies if c not in cash]:
        results.append(netting_set(params, instruments, positions, mpf(cash.get(cur, 0)), cur, by_name, market_contracts))
    return results


def netting_set(params, instruments, positions, cash, cur, by_name, market_contracts):
    definitions = {d["code"]: d for d in params["combinedCommodities"]}
    commodities = {}
    equity, pnl = cash, [mpf(0)] * len(params["scenarios"])

    def open_commodity(code):
        commodity = Commodity(definitions[code], params, market_contracts)
        commodity.start()
        commodity.left = mpf(0)
        return commodity

    for p in positions:
        instrument = next(i for i in instruments if i["name"] == p["instrument"])
        if instrument["settlementCurrency"] != cur:
            continue
        c = by_name[p["instrument"]]
        q, factor = mpf(p["quantity"]), mpf(c["valueFactor"])
        if c.get("riskArray"):
            losses, delta = [mpf(x) for x in c["riskArray"]["losses"]], mpf(c["riskArray"]["compositeDelta"])
            price = None if c["settlementPrice"] is None else mpf(c["settlementPrice"])
        else:
            losses, delta, price = generated(c, instrument, params)
        kind = c.get("optionType")
        code = c["combinedCommodity"]
        if code not in commodities:
            commodities[code] = Commodity(definitions[code], params, market_contracts)
        commodities[code].held.append(dict(
            q=q, losses=losses, delta=delta * mpf(c.get("deltaScale", 1)), month=c["month"], type=kind,
            optionMonth=c.get("optionMonth"), valuation=c["valuation"], price=price, factor=factor))
        pnl = [a - q * b for a, b in zip(pnl, losses)]
        if kind is None:
            entry = mpf(0) if c["type"] == "PHY" and c["valuation"] == "premium" else mpf(p["entryPrice"])
            equity += q * factor * (mpf(instrument["forward"]) - entry)
    commodities = dict(sorted(commodities.items()))
    for c in commodities.values():
        c.start()
    spreads = [s for s in params["interSpreads"] if not s.get("isSuper") or params["options"]["superSpreads"] == "apply"]
    spreads.sort(key=lambda s: s["priority"])
    joined = []
    for s in spreads:
        if s.get("isSuper"):
            members = join(commodities, s, open_commodity)
            if members:
                joined.append((s, members))
    for c in commodities.values():
        c.spreads()
    for s, members in joined:
        join_deltas(commodities, s, members)
    for c in commodities.values():
        c.assess()
    for s in spreads:
        if s.get("isSuper"):
            continue
        if s["method"] == "delta":
            credits(commodities, s)
            continue
        members = join(commodities, s, open_commodity)
        if members:
            join_deltas(commodities, s, members)
            for code in set(members) | {s["target"]["combinedCommodity"]}:
                commodities[code].assess()
    return finish(params, commodities, equity, pnl, cur)


def finish(params, commodities, equity, pnl, cur):
    kind = params["options"]["accountType"]
    total = {n: mpf(0) for n in ["scanRisk", "intracommodityCharge", "spotCharge", "intercommodityCredit",
                                 "shortOptionMinimum", "riskRequirement", "longOptionValue", "shortOptionValue",
                                 "netOptionValue", "contractsWithoutPrice"]}
    maintenance = initial = mpf(0)
    for c in commodities.values():
        som = c.short_minimum()
        req = max(c.scan + c.intra + c.spot - c.inter, som) * mpf(c.d.get("adjustment", {}).get(kind, 1))
        ini = req * mpf(c.d.get("initialRatio", {}).get(kind, 1))
        premium = [h for h in c.held if h["type"] and h["valuation"] == "premium"]
        lov = sum((h["q"] * h["price"] * h["factor"] for h in premium if h["q"] > 0 and h["price"] is not None), mpf(0))
        sov = -sum((h["q"] * h["price"] * h["factor"] for h in premium if h["q"] < 0 and h["price"] is not None), mpf(0))
        missing = sum((abs(h["q"]) for h in premium if h["price"] is None), mpf(0))
        cap = c.d.get("capNetOptionValue") or params["options"]["negativeRequirements"] == "floor"
        nov = lov - sov
        counted = min(nov, req) if cap else nov
        maintenance += req - counted
        initial += ini - (min(nov, ini) if cap else nov)
        for name, value in [("scanRisk", c.scan), ("intracommodityCharge", c.intra), ("spotCharge", c.spot),
                            ("intercommodityCredit", c.inter), ("shortOptionMinimum", som), ("riskRequirement", req),
                            ("longOptionValue", lov), ("shortOptionValue", sov), ("netOptionValue", counted),
                            ("contractsWithoutPrice", missing)]:
            total[name] += value
    out = dict(currency=cur, equity=text(equity), initialMargin=text(initial), maintenanceMargin=text(maintenance))
    if commodities:
        lead = max(commodities.values(), key=lambda c: c.scan)
        total.update(timeRisk=lead.overall["time"], priceRisk=lead.overall["price"],
                     weightedPriceRisk=lead.overall["weighted"], netDelta=lead.net)
        out["worstScenario"] = lead.overall["active"]
    out["components"] = {n: text(v) for n, v in total.items()}
    out["scenarioPnl"] = [text(x) for x in pnl]
    return out


def text(x):
    return mp.nstr(x, 30, strip_zeros=True, min_fixed=-40, max_fixed=40)


# --- cases --------------------------------------------------------------------------------------------------------------
cases = []


def instruments_of(params, prices=None, vols=None):
    out = []
    currency = {d["code"]: d["currency"] for d in params["combinedCommodities"]}
    by_month = {(c["combinedCommodity"], c["month"]): c["settlementPrice"] for c in params["contracts"] if c["type"] == "FUT"}
    for c in params["contracts"]:
        kind = "option" if c.get("optionType") else "spot" if c["type"] == "PHY" else "future"
        cur = currency[c["combinedCommodity"]]
        forward = by_month.get((c["combinedCommodity"], c["month"]), c["settlementPrice"])
        out.append(dict(
            name=c["name"], kind=kind, payoff="linear", baseCurrency=c["combinedCommodity"], quoteCurrency=cur,
            settlementCurrency=cur, contractSize=c["valueFactor"],
            expiryMs=None if kind == "spot" else EXPIRY[(c.get("optionMonth") or c["month"])[:6]], strike=c.get("strike"),
            optionType=c.get("optionType"), forward=(prices or {}).get(c["name"], forward),
            impliedVolatility=(vols or {}).get(c["name"], 0.2) if kind == "option" else None, fields={}))
    return out


def case(name, description, positions, change=None, cash=None, prices=None, vols=None, refusal=None, extra=None, orders=None):
    params = base_params()
    params["options"] = dict(accountType="speculator", negativeRequirements="offset", weightedPriceRisk="file",
                             superSpreads="apply")
    params["scenarios"] = classic_scenarios()
    params["deltaPoints"] = delta_points()
    if change:
        change(params)
    instruments = instruments_of(params, prices, vols) + (extra or [])
    held = []
    for entry in positions:
        instrument, quantity = entry[0], entry[1]
        price = entry[2] if len(entry) > 2 else 100.0
        held.append(dict(instrument=instrument, quantity=quantity, entryPrice=price))
    cash = {"USD": 1000} if cash is None else cash
    golden = dict(model="span", description=description, params=params,
                  market=dict(asOfMs=AS_OF, indexPrice={}, instruments=instruments), positions=held,
                  orders=orders or [], cash=cash)
    if refusal:
        golden["expectedRefusal"] = refusal
    else:
        golden["expected"] = margin(copy.deepcopy(params), instruments, held, cash)
    cases.append((name, golden))


A10, A12, A03, A06 = ("X:AA:FUT:202510", "X:AA:FUT:202512", "X:AA:FUT:202603", "X:AA:FUT:202606")
B12, B03, C12 = "X:BB:FUT:202512", "X:BB:FUT:202603", "X:CC:FUT:202512"
AC, AP, AFP = "X:OAA:OOF:202512:202512:C:3600", "X:OAA:OOF:202512:202512:P:3600", "X:OAA:OOF:202512:202512:P:3200"
AC2 = "X:OAA:OOF:202603:202603:C:3900"
BC, BP = "X:OBB:OOF:202512:202512:C:1000", "X:OBB:OOF:202512:202512:P:900"


def cc(params, code):
    return next(d for d in params["combinedCommodities"] if d["code"] == code)


def contract(params, name):
    return next(c for c in params["contracts"] if c["name"] == name)


def setting(code, **values):
    return lambda params: cc(params, code).update(values)


def option_setting(**values):
    return lambda params: params["options"].update(values)


def both(*changes):
    def run(params):
        for c in changes:
            c(params)
    return run


def build():
    case("future-long", "one long future: scenario 13", [(A12, 3, 3600.0)])
    case("future-short", "one short future: scenario 11", [(A12, -3, 3700.0)])
    case("calendar-series", "series spread, side A long", [(A10, 2), (A12, -2)])
    case("calendar-series-reversed", "series spread, side A short", [(A10, -2), (A12, 2)])
    case("butterfly", "three legs 1:2:1, and what is left goes to tiers", [(A12, 2), (A03, -3), (A06, 1)])
    case("butterfly-odd", "three legs, one leg short of the ratio", [(A12, 2), (A03, -1), (A06, 5)])
    case("tier-spread", "tier to tier, front months first", [(A10, 5), (A12, -1), (A03, -7), (A06, 2)])
    case("tier-same", "same-tier spread with fractional delta", [(A12, 1.5), (AC2, -4), (A03, -0.25)])
    case("tier-ratio-two", "tier spread with ratio 2:1", [(A10, 5), (A06, -2)])
    case("conversion", "net delta zero: no weighted price risk", [(A12, 1), (AC, -1), (AP, 1)])
    case("option-long", "excess long option value offsets", [(AC, 2)])
    case("option-short", "premium on top of the risk", [(AC, -2)])
    case("option-short-far", "short option minimum binds", [(AFP, -10)])
    case("straddle-short", "short calls and puts", [(AC, -3), (AP, -3)])
    case("equal-losses", "equal losses: the lowest scenario is active", [(A12, 0.5), (A03, -0.5)])
    case("three-commodities", "three combined commodities, one currency", [(A12, 2), (BC, -4), (C12, -1)], cash={"USD": 250000.5})
    for kind in ["member", "hedger"]:
        case(f"account-type-{kind}", "initial ratio of the account type", [(A12, 2), (AC, -1)], option_setting(accountType=kind))
    case("initial-ratio-low", "ratio below one", [(A12, 2)], setting("AA", initialRatio=dict(member=1, hedger=1, speculator=0.9)))
    case("initial-ratio-high", "ratio of two, long option", [(A12, 2), (AC, 3)],
         setting("AA", initialRatio=dict(member=1, hedger=1, speculator=2)))
    case("adjustment-low", "maintenance adjustment below one", [(A12, 2)],
         setting("AA", adjustment=dict(member=1, hedger=1, speculator=0.85)))
    case("adjustment-high", "maintenance adjustment above one, minimum binds", [(AFP, -4)],
         setting("AA", adjustment=dict(member=1, hedger=1, speculator=1.35)))
    case("floor-binds", "long option: counts as zero", [(AC, 2), (C12, 1)], option_setting(negativeRequirements="floor"))
    case("floor-idle", "floor without effect on short options", [(AC, -2), (C12, 1)], option_setting(negativeRequirements="floor"))
    case("cap-binds", "capped net option value of one combined commodity", [(AC, 2), (BC, 3)], setting("AA", capNetOptionValue=True))
    case("cap-idle", "cap without effect", [(AC, 1), (A12, -4)], setting("AA", capNetOptionValue=True))
    inter_book = [(A12, 3), (B12, -4), (BC, -1)]
    case("inter-credit", "delta-based credit, side A long", inter_book)
    case("inter-credit-reversed", "delta-based credit, side A short", [(A12, -3), (B12, 4)])
    case("inter-same-side", "no credit: both long", [(A12, 3), (B12, 4)])
    case("inter-options", "credit weighted by options' price risk", [(AC, -3), (AP, 2), (B12, 5)])
    case("inter-rate-low", "credit rate 5%", inter_book, lambda p: p["interSpreads"][0].update(rate=0.05))
    case("inter-rate-high", "credit rate 100%: short option minimum of BB may bind", inter_book,
         lambda p: p["interSpreads"][0].update(rate=1.0))
    case("inter-ratio-low", "ratio 1:1", inter_book, lambda p: p["interSpreads"][0]["legs"][1].update(ratio=1))
    case("inter-ratio-high", "ratio 1:9.5", inter_book, lambda p: p["interSpreads"][0]["legs"][1].update(ratio=9.5))
    case("inter-flat-low", "flat credit", inter_book, lambda p: p["interSpreads"][0].update(creditMethod="flat", rate=100))
    case("inter-flat-high", "flat credit larger than the risk", inter_book,
         lambda p: p["interSpreads"][0].update(creditMethod="flat", rate=90000))
    case("inter-leg-rate", "a leg with its own rate", inter_book, lambda p: p["interSpreads"][0]["legs"][0].update(rate=0.8))
    case("inter-leg-rate-zero", "a leg without credit", inter_book, lambda p: p["interSpreads"][0]["legs"][0].update(rate=0))
    second = dict(priority=2, method="delta", rate=0.3, legs=[inter("AA", 1, "A"), inter("CC", 1, "B")])
    case("inter-priority", "what the first spread leaves goes to the second", [(A12, 3), (B12, -2), (C12, -5)],
         lambda p: p["interSpreads"].append(second))
    case("inter-priority-reversed", "the other order", [(A12, 3), (B12, -2), (C12, -5)],
         lambda p: p["interSpreads"].append(dict(second, priority=0)))
    case("inter-after-intra", "credits on what intracommodity spreads leave", [(A10, 4), (A06, -1), (B12, -9)])
    for method in ["normal", "scan-range-cap", "scan-range"]:
        case(f"price-risk-{method}", "short call: price risk above the scan range", [(AC, -3), (B12, 5)],
             setting("AA", weightedPriceRiskMethod=method))
        case(f"price-risk-option-{method}", "one method for all", [(AC, -3), (B12, 5)], option_setting(weightedPriceRisk=method))
    case("scan-range-asymmetric", "the scan range of the losing side caps", [(AC, -3), (B12, 5)], both(
        setting("AA", weightedPriceRiskMethod="scan-range-cap"),
        lambda p: [contract(p, n).update(priceScanRange=dict(up=9000, down=15000)) for n in (A10, A12, A03, A06)]))
    case("scan-range-asymmetric-long", "the other side", [(AC, 3), (B12, -5)], both(
        setting("AA", weightedPriceRiskMethod="scan-range"),
        lambda p: [contract(p, n).update(priceScanRange=dict(up=9000, down=15000)) for n in (A10, A12, A03, A06)]))
    spot = [dict(month="202510", chargeConsumed=75, chargeOutright=400.5)]
    case("spot-outright", "delivery month outright", [(A10, -3)], setting("AA", spotMonths=spot))
    case("spot-consumed", "delivery month in a spread", [(A10, 3), (A12, -2)], setting("AA", spotMonths=spot))
    case("spot-two-months", "two delivery months", [(A10, 3), (A12, -5)], setting(
        "AA", spotMonths=spot + [dict(month="202512", chargeConsumed=0, chargeOutright=90)]))
    case("spot-absent", "a delivery month that is not held", [(A06, 3)], setting("AA", spotMonths=spot))
    case("minimum-rate-low", "short option minimum 0", [(AFP, -10)], setting("AA", shortOptionMinimum=dict(method="sum", rate=0)))
    case("minimum-rate-high", "short option minimum 900", [(AFP, -10), (AC, -1)],
         setting("AA", shortOptionMinimum=dict(method="sum", rate=900)))
    case("minimum-greater-calls", "the greater of calls and puts", [(AC, -5), (AP, -3), (A12, 1)],
         setting("AA", shortOptionMinimum=dict(method="greater", rate=9000)))
    case("minimum-greater-puts", "the greater: puts", [(AC, -2), (AP, -4)],
         setting("AA", shortOptionMinimum=dict(method="greater", rate=9000)))
    tiers = [dict(number=1, start="202512", end="202512", rate=5000), dict(number=2, start="202603", end="202612", rate=7000)]
    case("minimum-tiers", "rates by tier", [(AC, -2), (AC2, -3)], setting("AA", shortOptionMinimum=dict(method="sum", rate=1, tiers=tiers)))
    case("minimum-tiers-greater", "the greater by tier, and what no tier covers", [(AC, -2), (AP, -3), (AC2, -3)],
         setting("AA", shortOptionMinimum=dict(method="greater", rate=8000, tiers=tiers[:1])))
    two = [dict(number=1, start="202510", end="202512"), dict(number=2, start="202603", end="202612")]
    case("scan-tiers", "scanning by tier: losses of tiers add up", [(A12, 2), (A03, -3), (AC, -1)], setting("AA", scanTiers=two))
    case("scan-tiers-one", "positions in one tier only", [(A12, 2), (AC, -1)], setting("AA", scanTiers=two))
    tiered = lambda p: p["interSpreads"][0]["legs"][0].update(tier=2)
    case("inter-tiers", "credit to a tier of its own", [(A12, 2), (A03, 3), (AC2, -1), (B12, -9)],
         both(setting("AA", interTiers=two), tiered))
    case("inter-tiers-other", "the tier is not held", [(A12, 2), (B12, -9)], both(setting("AA", interTiers=two), tiered))
    case("inter-tiers-cap", "scan range of the tier caps", [(A12, -2), (AC2, -6), (B12, 9)], both(
        setting("AA", interTiers=two, weightedPriceRiskMethod="scan-range-cap"), tiered))
    scanning = dict(priority=1, method="scanning", rate=0.7, legs=[inter("AA", 2, "A"), inter("BB", 3, "B")],
                    target=dict(combinedCommodity="BB", ratio=3, isRequired=False), minimumLegs=2)

    def scan_based(**more):
        return lambda p: p.update(interSpreads=[dict(scanning, **more)])
    pair = [(A12, 2), (B12, -5), (BC, -1)]
    case("scanning-spread", "joint scan, 70% of gains", pair, scan_based())
    case("scanning-rate-low", "no gains count", pair, scan_based(rate=0))
    case("scanning-rate-high", "all gains count", pair, scan_based(rate=1))
    case("scanning-one-leg", "one member is not enough", [(A12, 2)], scan_based())
    case("scanning-required", "a required leg is missing", [(A12, 2), (B12, -1)],
         scan_based(legs=scanning["legs"] + [inter("CC", 1, "A", isRequired=True)]))
    case("scanning-required-there", "three members", [(A12, 2), (B12, -1), (C12, -2)],
         scan_based(legs=scanning["legs"] + [inter("CC", 1, "A", isRequired=True)]))
    case("scanning-minimum-three", "three members are asked for", [(A12, 2), (B12, -1)],
         scan_based(legs=scanning["legs"] + [inter("CC", 1, "A")], minimumLegs=3))
    case("scanning-target-absent", "the target is not held", [(A12, 2), (B12, -3)],
         scan_based(target=dict(combinedCommodity="CC", ratio=1, isRequired=False)))
    case("scanning-target-required", "the target is required and not held", [(A12, 2), (B12, -3)],
         scan_based(target=dict(combinedCommodity="CC", ratio=1, isRequired=True)))
    case("scanning-largest-one", "the largest loss only", pair, scan_based(
        points=[dict(scenario=s, aggregation="largest", rate=0, largestCount=1) for s in range(16)]))
    case("scanning-largest-two", "the two largest of three", pair + [(C12, 2)], scan_based(
        legs=scanning["legs"] + [inter("CC", 1, "A")],
        points=[dict(scenario=s, aggregation="largest", rate=0, largestCount=2) for s in range(8, 16)]))
    case("scanning-point-rates", "a rate per scenario", pair, scan_based(
        points=[dict(scenario=s, aggregation="sum", rate=s / 20) for s in range(16)]))
    then = dict(priority=2, method="delta", rate=0.4, legs=[inter("BB", 1, "A"), inter("CC", 1, "B")])
    case("scanning-then-delta", "the target's joint delta takes part in a later credit", [(A12, 2), (B12, 5), (C12, -3)],
         lambda p: p.update(interSpreads=[dict(scanning), then]))
    case("super-spread", "joint scan before the intracommodity spreads", [(A10, 3), (A12, -1), (B12, -5)], scan_based(isSuper=True))
    case("super-then-delta", "super spread, then a credit", [(A12, 2), (B12, 5), (C12, -3)],
         lambda p: p.update(interSpreads=[dict(scanning, isSuper=True), then]))
    case("super-ignored", "not granted", [(A10, 3), (A12, -1), (B12, -5)],
         both(scan_based(isSuper=True), option_setting(superSpreads="ignore")))
    case("delta-scale-low", "a mini contract", [(A12, 10), (B12, -4)], lambda p: contract(p, A12).update(deltaScale=0.1))
    case("delta-scale-high", "a large contract", [(A12, 1), (A10, -20)], lambda p: contract(p, A12).update(deltaScale=10))
    case("futures-style", "futures-style options have no option value", [(AC, -2), (AP, 1)],
         lambda p: [contract(p, n).update(valuation="futures") for n in (AC, AP)])
    case("no-price", "option without a price: in the scan, not in the option value", [(AC, -2), (AP, 4)],
         lambda p: contract(p, AP).update(settlementPrice=None))
    case("value-factor-low", "small value factor", [(AC, 3), (A12, -1, 3600.0)],
         lambda p: [contract(p, n).update(valueFactor=0.01) for n in (AC, A12)])
    case("value-factor-high", "large value factor", [(AC, 3), (A12, -1, 3600.0)],
         lambda p: [contract(p, n).update(valueFactor=1e5) for n in (AC, A12)])
    case("negative-price", "a future below zero", [(A10, 2, 35.5)], prices={A10: -37.63})
    case("charge-low", "spread charge zero", [(A10, 2), (A12, -2)], lambda p: cc(p, "AA")["intraSpreads"][0].update(charge=0))
    case("charge-high", "spread charge above the outright", [(A10, 2), (A12, -2)],
         lambda p: cc(p, "AA")["intraSpreads"][0].update(charge=99999.75))
    case("paired-with-itself", "pairs read from the parameters", [(AC, -2), (B12, 3)],
         lambda p: [s.update(pairedScenario=i) for i, s in enumerate(p["scenarios"])])
    case("paired-crosswise", "extremes paired with each other", [(AC, -2), (B12, 3)], lambda p: (
        p["scenarios"][14].update(pairedScenario=15), p["scenarios"][15].update(pairedScenario=14)))
    case("fewer-scenarios", "an odd number of scan points", [(A12, 2), (AC, -3), (B12, -3)], shorten(7))
    case("two-currencies", "no netting between currencies", [(A12, 2), (B12, -5)], setting("BB", currency="EUR"),
         cash={"USD": 10, "EUR": 20})
    case("cash-only", "an account without positions", [], cash={"USD": 42.5})
    generation_cases()
    refusals()


def shorten(count):
    def run(params):
        params["scenarios"] = [dict(s, pairedScenario=min(s["pairedScenario"], count - 1)) for s in params["scenarios"][:count]]
        for c in params["contracts"]:
            c["riskArray"]["losses"] = c["riskArray"]["losses"][:count]
    return run


def generation(**more):
    base = dict(volatilityScan=dict(up=0.3, down=0.25), volatilityScanIs="relative", lookAhead=1 / 365, interestRate=0.04,
                extremeMultiplier=3, extremeCover=0.33, futureScale=1, futureDrift=0, rounding=0)
    base.update(more)

    def run(params):
        for c in params["contracts"]:
            c["riskArray"] = None
            c["generation"] = dict(base)
            c.setdefault("priceScanRange", dict(up=12000.0, down=12000.0))
    return run


def generation_cases():
    book = [(A12, 2), (AC, -3), (AP, 1), (BC, -2)]
    case("generated", "arrays made from the market", book, generation())
    for name, low, high in [("lookAhead", 0, 0.02), ("interestRate", -0.01, 0.2), ("extremeMultiplier", 1, 40),
                            ("extremeCover", 0, 1), ("futureScale", 0.9, 1.000725), ("futureDrift", -8.72, 8.72)]:
        for suffix, value in [("low", low), ("high", high)]:
            case(f"generated-{name.lower()}-{suffix}", f"{name} {value}", book, generation(**{name: value}))
    case("generated-volatility-relative-low", "no volatility scan", book, generation(volatilityScan=dict(up=0, down=0)))
    case("generated-volatility-relative-high", "volatility to zero", book, generation(volatilityScan=dict(up=2, down=1.5)))
    case("generated-volatility-absolute-low", "absolute", book,
         generation(volatilityScanIs="absolute", volatilityScan=dict(up=0.01, down=0.02)))
    case("generated-volatility-absolute-high", "absolute", book,
         generation(volatilityScanIs="absolute", volatilityScan=dict(up=0.5, down=0.19)))
    case("generated-rounding-low", "cents", book, generation(rounding=0.01))
    case("generated-rounding-high", "tens", book, generation(rounding=10))
    asym = lambda p: [c.update(priceScanRange=dict(up=9000.0, down=14000.0)) for c in p["contracts"]]
    case("generated-asymmetric", "other range down", book, both(generation(), asym))
    case("generated-range-low", "no price scan range", book,
         both(generation(), lambda p: [c.update(priceScanRange=dict(up=0, down=0)) for c in p["contracts"]]))
    case("generated-mark", "no settlement price: the model's value is the option value", book,
         both(generation(), lambda p: contract(p, AC).update(settlementPrice=None)))
    case("generated-volatility-high", "another volatility", book, generation(), vols={AC: 0.9, AP: 0.05})
    case("generated-bad-volatility", "volatility zero", [(AC, 1)], generation(), vols={AC: 0}, refusal="is bad")
    case("generated-no-volatility", "volatility missing", [(AC, 1)], generation(), vols={AC: None}, refusal="is bad")


def refusals():
    stranger = dict(name="X:ZZ:FUT:202512", kind="future", payoff="linear", baseCurrency="ZZ", quoteCurrency="USD",
                    settlementCurrency="USD", contractSize=1, expiryMs=EXPIRY["202512"], strike=None, optionType=None,
                    forward=1.0, impliedVolatility=None, fields={})
    case("refused-unknown", "a contract that the file lacks", [("X:ZZ:FUT:202512", 1)], extra=[stranger],
         refusal="the risk-parameter file has no contract of this name")
    case("refused-commodity", "a combined commodity with an unpublished method", [(A12, 1)],
         setting("AA", refusal="its delivery charge is by basis risk"), refusal="its delivery charge is by basis risk")
    case("refused-inter", "an intercommodity spread with an unpublished method", [(B12, 1)],
         lambda p: p["interSpreads"][0].update(refusal="a spread that is not published"), refusal="a spread that is not published")
    case("refused-orders", "open orders", [(A12, 1)], orders=[dict(instrument=A12, quantity=1, limitPrice=3600.0)],
         refusal="open orders")
    case("refused-future-price", "a future without a price", [(A12, 1)], prices={A12: None}, refusal="X:AA:FUT:202512 is bad")


build()
FOLDER.mkdir(exist_ok=True)
for old in FOLDER.glob("*.json"):
    old.unlink()
for number, (name, golden) in enumerate(cases, 1):
    (FOLDER / f"{number:03d}-{name}.json").write_text(json.dumps(golden) + "\n")
print(len(cases), "golden portfolios")
