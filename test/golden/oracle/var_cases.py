"""Golden portfolios of var: the inputs."""
import copy
import random

AS_OF_MS = 1795176000000  # 20 Nov 2026 12:00 UTC
DAY_MS = 86_400_000


def moves(seed, count, scale, digits=4):
    rng = random.Random(seed)
    return [round(rng.gauss(0, scale) * (3 if rng.random() < 0.06 else 1), digits) for _ in range(count)]


def factors(seed, count, scale=1.0, bases=("BTC", "ETH", "SPX")):
    """A common part and one of its own."""
    sizes = {"BTC": 0.03, "ETH": 0.04, "SPX": 0.011}
    market = moves(seed, count, 1)
    found = []
    for place, base in enumerate(bases):
        own = moves(seed * 31 + place + 1, count, 1)
        mixed = [round(max(sizes[base] * scale * (0.7 * m + 0.7 * o), -0.9), 5) for m, o in zip(market, own)]
        found.append({"name": f"price:{base}", "moves": mixed})
        found.append({"name": f"volatility:{base}",
                      "moves": [round(max(0.06 * o - 0.5 * x, -0.6), 5) for o, x in zip(own, mixed)]})
    return found


def a_set(name, role, seed, count, tail, scale=1.0, **more):
    return {"name": name, "role": role, "tail": tail, "factors": factors(seed, count, scale), **more}


ES = {"measure": "expectedShortfall", "level": 0.93}
WORST = {"measure": "worst"}


def base_params():
    return {
        "source": "golden portfolios", "date": "2026-11-20", "reportingCurrency": "USD",
        "sets": [a_set("history", "historical", 5, 48, ES),
                 a_set("crises", "stressed", 11, 12, {"measure": "expectedShortfall", "level": 0.8}, 3.0)],
        "combination": {"rule": "max", "historicalWeight": 1, "stressedWeight": 0.25, "subSamples": "mean"},
        "correlationBreak": None,
        "diversification": {"account": 1, "groups": {}},
        "antiProcyclicality": {"buffer": 0, "stressWeight": 0, "longRunMultiple": 0},
        "gridMultiple": 0, "riskFactors": {}, "volatilityMinimum": 0.05, "underlyings": {},
        "liquidity": None, "bidAsk": None, "concentration": "none", "maintenanceFraction": 0.75,
    }


FIELDS = {"averageDailyVolume": 2500, "halfSpread": 1.5}


def row(name, kind, base, forward, payoff="linear", quote="USD", **more):
    terms = {"contractSize": 1, "expiryMs": None, "strike": None, "optionType": None}
    terms.update({key: more.pop(key) for key in list(more) if key in terms})
    return {"name": name, "kind": kind, "payoff": payoff, "baseCurrency": base, "quoteCurrency": quote,
            "settlementCurrency": base if payoff == "inverse" else quote, **terms, "forward": forward,
            "impliedVolatility": more.pop("volatility", None), "fields": more.pop("fields", dict(FIELDS)), **more}


def option(name, base, forward, strike, call, days, volatility, **more):
    return row(name, "option", base, forward, strike=strike, optionType="call" if call else "put",
               expiryMs=AS_OF_MS + round(days * DAY_MS), volatility=volatility, **more)


INSTRUMENTS = [
    row("BTC-SPOT", "spot", "BTC", 60123.5),
    row("BTC-PERP", "perpetual", "BTC", 60200.25, contractSize=0.1),
    row("BTC-INV", "perpetual", "BTC", 60190.5, "inverse", contractSize=10),
    row("BTC-INV-F", "future", "BTC", 61250.75, "inverse", contractSize=10, expiryMs=AS_OF_MS + 90 * DAY_MS),
    row("BTC-FUT", "future", "BTC", 61111.5, contractSize=0.1, expiryMs=AS_OF_MS + 30 * DAY_MS),
    option("BTC-C", "BTC", 60800.5, 62000, True, 30, 0.52),
    option("BTC-P", "BTC", 60800.5, 58000, False, 30, 0.55),
    option("BTC-NEAR", "BTC", 60140.5, 60000, True, 1.5, 0.6),
    option("BTC-INV-C", "BTC", 60850.5, 64000, True, 40, 0.5, payoff="inverse"),
    option("BTC-INV-P", "BTC", 60850.5, 55000, False, 40, 0.58, payoff="inverse"),
    row("ETH-PERP", "perpetual", "ETH", 3011.25),
    row("ETH-USDC", "perpetual", "ETH", 3009.5, quote="USDC"),
    row("ETH-INV", "perpetual", "ETH", 3012.75, "inverse", contractSize=1),
    option("ETH-P", "ETH", 3050.5, 2800, False, 60, 0.7),
    row("SPX-FUT", "future", "SPX", 6050.25, contractSize=50, expiryMs=AS_OF_MS + 28 * DAY_MS),
    option("SPX-P", "SPX", 6050.25, 5800, False, 28, 0.19, contractSize=100),
    option("SPX-C", "SPX", 6050.25, 6200, True, 28, 0.15, contractSize=100),
]
INDEX = {"btc_usd": 60100.5, "eth_usd": 3010.25, "spx_usd": 6030.5, "eth_usdc": 3009.75}


def case(name, description, positions, changes=None, market_changes=None, refusal=None, **more):
    params, instruments = base_params(), copy.deepcopy(INSTRUMENTS)
    if changes:
        changes(params)
    market = {"asOfMs": AS_OF_MS, "indexPrice": dict(INDEX), "instruments": instruments}
    if market_changes:
        market_changes(market)
    held = {each[0] for each in positions} | {each["instrument"] for each in more.get("orders", [])}
    market["instruments"] = [each for each in instruments if each["name"] in held] or instruments[:1]
    made = {"name": name, "description": description, "params": params, "market": market,
            "positions": [{"instrument": each[0], "quantity": each[1],
                           "entryPrice": each[2] if len(each) > 2 else each_forward(instruments, each[0])}
                          for each in positions],
            "orders": [], "cash": {"USD": 250000.25}, **more}
    if refusal:
        made["expectedRefusal"] = refusal
    return made


def each_forward(instruments, name):
    return next(each["forward"] for each in instruments if each["name"] == name)


def tail(**terms):
    return lambda params: params["sets"][0].update(tail=terms)


def setting(**terms):
    return lambda params: params.update(terms)


def groups(account, offset=0.5):
    return setting(diversification={"account": account, "groups": {
        "coins": {"offset": offset, "underlyings": ["btc", "eth"]}}})


MIXED = [("BTC-PERP", 40, 59000.5), ("BTC-C", -3), ("BTC-INV", 2000, 58000.5), ("ETH-PERP", -150, 3100.5),
         ("ETH-P", 20), ("SPX-FUT", 4, 6000.25), ("SPX-P", -6)]
HEDGED = [("BTC-PERP", 40), ("ETH-PERP", -80)]
SPREAD = [("BTC-PERP", 40), ("ETH-PERP", -80), ("SPX-FUT", -1)]
TERMS = {base: {"dailyVolume": volume, "halfSpread": 0.00025, "optionHalfSpread": 0.0015,
                "concentration": {"threshold": 100000.5, "rate": 0.0625}}
         for base, volume in (("btc", 5e6), ("eth", 2e6), ("spx", 4e7))}
TABLE = [[0.01, 0.005], [0.1, 0.125], [0.5, 0.6]]


def extra_set(role, seed, count, measure, scale=1.0, name="extra", **more):
    return lambda params: params["sets"].append(a_set(name, role, seed, count, measure, scale, **more))


def both(*changes):
    def apply(params):
        for each in changes:
            each(params)
    return apply


def books():
    yield case("long-linear", "long linear perpetual", [("BTC-PERP", 10, 60000.5)])
    yield case("short-linear", "short linear future", [("BTC-FUT", -10, 60000.5)])
    yield case("long-inverse", "long inverse perpetual: coin at the moved rate", [("BTC-INV", 5000, 59000.25)])
    yield case("short-inverse", "short inverse future", [("BTC-INV-F", -5000, 62000.25)])
    yield case("coin-collateral", "coins as a spot position against a short inverse", [("BTC-SPOT", 2), ("BTC-INV", -9000)])
    yield case("short-straddle", "short call and put", [("BTC-C", -5), ("BTC-P", -5)])
    yield case("long-options", "long options lose their premium at most", [("BTC-C", 5), ("SPX-P", 3)])
    yield case("inverse-options", "inverse options", [("BTC-INV-C", -4), ("BTC-INV-P", 6)])
    yield case("two-settlements", "one class in two risk groups, USDC and coin",
               [("ETH-USDC", 90), ("ETH-INV", -150000), ("ETH-PERP", 5)])
    yield case("mixed", "three underlyings", MIXED)
    yield case("cash-only", "nothing held", [], cash={"USD": -17.5})
    yield case("usdc-reporting", "another reporting currency, at par", MIXED, setting(reportingCurrency="USDC"),
               cash={"USDC": 1000.5})


def measures():
    for kind in range(1, 10):
        yield case(f"var-type-{kind}", f"VaR as minus the type {kind} quantile of the P&L", MIXED,
                   tail(measure="valueAtRisk", level=0.95, quantileType=kind))
        yield case(f"var-loss-type-{kind}", f"VaR as the type {kind} quantile of the losses, n p whole", MIXED,
                   tail(measure="valueAtRisk", level=0.75, quantileType=kind, side="loss"))
    for kind in (1, 2, 3):
        yield case(f"var-whole-type-{kind}", f"VaR as minus the type {kind} quantile of the P&L, n p whole", MIXED,
                   tail(measure="valueAtRisk", level=0.75, quantileType=kind))
    yield case("es-whole", "expected shortfall of a whole number of scenarios", MIXED,
               tail(measure="expectedShortfall", level=0.875))
    yield case("worst", "worst scenario, times a multiple", MIXED, tail(measure="worst", multiple=1.3125))
    decay = {"weights": {"decay": 0.96}}
    for measure in ("valueAtRisk", "expectedShortfall"):
        terms = {"measure": measure, "level": 0.95}
        yield case(f"aged-{measure.lower()}", "weights by age", MIXED,
                   lambda p, terms=terms: p["sets"][0].update(tail=terms, **decay))
    given = [1 / 64 if s % 3 else 3 / 96 for s in range(48)]
    given = [each / sum(given) for each in given]
    yield case("given-weights", "weights as a list", MIXED,
               lambda p: p["sets"][0].update(tail={"measure": "expectedShortfall", "level": 0.9}, weights=given))


def diversification():
    yield case("no-cap", "everything may be offset", HEDGED, groups(1, 1))
    yield case("group-cap", "cap inside an offset group", HEDGED, groups(1, 0.25))
    yield case("group-none", "no offset inside a group", HEDGED, groups(1, 0))
    yield case("account-cap", "cap between groups", SPREAD, groups(0.125, 1))
    yield case("both-caps", "cap inside a group and between groups", SPREAD, groups(0.0625, 0.125))
    yield case("classes-alone", "cap between classes that no group names", SPREAD,
               setting(diversification={"account": 0.0625, "groups": {}}))


def combinations():
    yield case("stress-binds", "the stressed tail is larger", MIXED,
               setting(combination={"rule": "max", "historicalWeight": 1, "stressedWeight": 1, "subSamples": "mean"}))
    yield case("blend", "weighted sum of historical and stressed", MIXED,
               setting(combination={"rule": "blend", "historicalWeight": 0.75, "stressedWeight": 0.25, "subSamples": "mean"}))
    second = extra_set("historical", 23, 40, {"measure": "valueAtRisk", "level": 0.9, "quantileType": 5}, 1.2)
    yield case("mean-of-samples", "two historical sub-samples", MIXED, second)
    yield case("largest-sample", "the larger of two sub-samples", MIXED, both(second, setting(
        combination={"rule": "max", "historicalWeight": 1, "stressedWeight": 0.25, "subSamples": "max"})))
    yield case("stress-weight", "25% weight of the stressed margin, then the buffer", MIXED,
               setting(antiProcyclicality={"buffer": 0.25, "stressWeight": 0.25, "longRunMultiple": 0}))
    yield case("long-run-floor", "floor of the long run binds", MIXED, both(
        extra_set("longRun", 41, 50, ES, 2.5),
        setting(antiProcyclicality={"buffer": 0.125, "stressWeight": 0, "longRunMultiple": 1})))
    grid = extra_set("grid", 43, 15, WORST, 3)
    yield case("grid-floor", "floor of the grid binds", MIXED, both(grid, setting(gridMultiple=0.9)))
    yield case("grid-below", "floor of the grid does not bind", MIXED, both(grid, setting(gridMultiple=0.125)))
    for name, floor, cap in (("inside", 0, 9), ("floor", 0.5, 9), ("cap", 0, 0.01)):
        yield case(f"break-{name}", f"correlation break: {name}", MIXED, setting(correlationBreak={
            "scale": 1.25, "window": 12, "step": 3, "level": 0.85, "floor": floor, "cap": cap}))
    yield case("no-stress", "historical set alone", MIXED, lambda p: (
        p.update(sets=p["sets"][:1]), p["combination"].update(stressedWeight=0)))


def factor_cases():
    floors = {"price:BTC": {"volatility": 0.4, "longRunVolatility": 0.6, "floor": 0.9, "buffer": 0.25},
              "volatility:BTC": {"volatility": 1, "longRunVolatility": 0.5, "floor": 1, "buffer": 0.125}}
    yield case("factor-floors", "floor and buffer of risk factors, of historical sets only", MIXED,
               setting(riskFactors=floors))

    def absolute(p):
        p["riskFactors"] = {"volatility:BTC": floors["price:BTC"], "price:SPX": floors["price:BTC"]}
        for each in p["sets"]:
            for factor in each["factors"]:
                if factor["name"] == "price:SPX":
                    factor.update(change="absolute", moves=[round(6000 * x, 2) for x in factor["moves"]])
                if factor["name"] == "volatility:BTC":
                    factor.update(change="absolute", moves=[round(0.5 * x, 4) for x in factor["moves"]])
    yield case("absolute-moves", "moves in points", MIXED, absolute)
    yield case("least-volatility", "no volatility below the minimum", [("BTC-C", -5), ("BTC-P", 5)],
               setting(volatilityMinimum=0.5))

    def finer(p):
        for each in p["sets"]:
            count = len(each["factors"][0]["moves"])
            each["factors"] += [{"name": "price:btc_usd@2026-12-20", "moves": moves(7, count, 0.05)},
                                {"name": "volatility:BTC@2026-12-20", "moves": moves(8, count, 0.1)},
                                {"name": "price:eth_usdc", "moves": moves(9, count, 0.06)}]
    yield case("finer-factors", "factors of an expiry and of a pair come first",
               [("BTC-FUT", 10), ("BTC-C", -2), ("BTC-PERP", -8), ("ETH-USDC", 30), ("ETH-PERP", -25)], finer)
    yield case("days", "days that pass: the same for all", [("BTC-C", -3), ("BTC-NEAR", 4)],
               lambda p: [each.update(days=2) for each in p["sets"]])
    yield case("days-by-scenario", "days of their own, some beyond the expiry", [("BTC-NEAR", -4), ("BTC-P", 2)],
               lambda p: [each.update(days=[s % 4 for s in range(len(each["factors"][0]["moves"]))]) for each in p["sets"]])


def charges():
    def liquidity(volume, table=TABLE, floor=0.0625):
        return setting(liquidity={"table": table, "netFloor": floor, "volume": volume}, underlyings=TERMS)
    yield case("liquidity-market", "volume of the market in contracts", MIXED, liquidity("market"))
    yield case("liquidity-underlying", "volume of the underlying, beyond the last point", MIXED, liquidity("underlying"))
    yield case("liquidity-level", "one point: one factor", MIXED, liquidity("underlying", [[0.2, 0.3]]))
    yield case("liquidity-floor", "least share of the charges", HEDGED, liquidity("underlying", floor=0.95))
    for spread in ("market", "underlying"):
        yield case(f"spread-{spread}", f"half spread of the {spread}", [*MIXED, ("BTC-INV-C", -2)], setting(
            bidAsk={"multiple": 1.5, "spread": spread}, underlyings=TERMS))
    yield case("concentration", "net delta above the threshold", MIXED, setting(
        concentration="underlying", underlyings=TERMS))
    yield case("everything", "all parts at once", MIXED, both(
        liquidity("market"), groups(0.25, 0.375), extra_set("grid", 43, 15, WORST, 2, "grid"),
        extra_set("historical", 29, 36, {"measure": "valueAtRisk", "level": 0.9, "quantileType": 7}, 1, "second"),
        extra_set("longRun", 47, 30, ES, 1.5, "long"), setting(
            bidAsk={"multiple": 1, "spread": "market"}, concentration="underlying", gridMultiple=0.5,
            antiProcyclicality={"buffer": 0.25, "stressWeight": 0.25, "longRunMultiple": 1},
            correlationBreak={"scale": 2, "window": 10, "step": 5, "level": 0.8, "floor": 0.01, "cap": 0.3})))


def refusals():
    one = [("BTC-C", 1)]
    at = lambda name, **terms: lambda m: next(x for x in m["instruments"] if x["name"] == name).update(terms)
    lacking = lambda name: lambda p: p["sets"][1].update(
        factors=[each for each in p["sets"][1]["factors"] if each["name"] != name])
    rule = {"table": TABLE, "netFloor": 0, "volume": "market"}
    yield case("refused-american", "american exercise", one, None, at("BTC-C", exercise="american"), "american exercise")
    yield case("refused-price", "no price factor", one, lacking("price:BTC"), None, "the set crises has no scenarios of price:BTC")
    yield case("refused-volatility", "no volatility factor", one, lacking("volatility:BTC"), None,
               "the set crises has no scenarios of volatility:BTC")
    yield case("refused-currency", "nothing moves the currency", [("BTC-PERP", 1)], None,
               at("BTC-PERP", quoteCurrency="EUR", settlementCurrency="EUR"), "no scenarios of price:EUR")
    yield case("refused-volume", "no volume", one, setting(liquidity=rule), at("BTC-C", fields={}), "averageDailyVolume")
    yield case("refused-bad-volume", "volume of nothing", one, setting(liquidity=rule),
               at("BTC-C", fields={"averageDailyVolume": 0}), "is bad")
    yield case("refused-terms", "no figures of the underlying", one, setting(concentration="underlying"), None,
               "underlyings.btc.concentration")
    yield case("refused-spread", "no spread of options", one, setting(
        bidAsk={"multiple": 1, "spread": "underlying"}, underlyings={"btc": {"halfSpread": 0.001}}), None,
        "underlyings.btc.optionHalfSpread")
    yield case("refused-expired", "expiry passed", one, None, at("BTC-C", expiryMs=AS_OF_MS - DAY_MS), "is bad")
    yield case("refused-orders", "an open order", one, None, None, "open orders",
               orders=[{"instrument": "BTC-C", "quantity": 1, "limitPrice": 1000}])

    def gone(p):
        for factor in p["sets"][0]["factors"]:
            if factor["name"] == "price:BTC":
                factor.update(change="absolute", moves=[-70000 if s == 3 else 0 for s in range(48)])
    yield case("refused-no-price", "an absolute move below nothing", [("BTC-PERP", 1)], gone, None, "is bad")
    yield case("refused-bad-volatility", "volatility of nothing", one, None, at("BTC-C", impliedVolatility=0), "is bad")


def cases():
    return [*books(), *measures(), *diversification(), *combinations(), *factor_cases(), *charges(), *refusals()]
