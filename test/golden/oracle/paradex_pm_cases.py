"""The golden portfolios of paradex-pm: two per parameter (where it binds low and high), then shapes and boundaries."""
import copy
import random

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
AS_OF_MS = 1776844800000 - 40 * 60000  # 22 Apr 2026 07:20 UTC: 40 minutes before an expiry

SHORT_TABLE = [(0.16, 0.4, 1), (0.08, 0.4, 1), (0.08, -0.22, 1), (0.0, 0.4, 1), (0.0, -0.22, 1), (-0.08, 0.4, 1),
               (-0.08, -0.22, 1), (-0.16, 0.4, 1), (-0.66, 0.4, 0.18), (2.0, 0.4, 0.06)]


def scenarios(step, up, down, weights):
    moves = [(4 * step, up, 1)]
    for k in (3, 2, 1, 0, -1, -2, -3):
        moves += [(round(k * step, 10), up, 1), (round(k * step, 10), down, 1)]
    moves.append((-4 * step, up, 1))
    moves += [(move, up, weight) for move, weight in zip((-0.66, -0.33, 0.5, 1, 2, 3, 4, 5), weights)]
    return [{"spot_shock": s, "vol_shock": v, "weight": w} for s, v, w in moves]


def asset(name, hedged, unhedged, floor, table):
    return {
        "base_asset": name, "hedged_margin_factor": hedged, "unhedged_margin_factor": unhedged, "mmf_factor": 0.5,
        "vol_shock_params": {"vega_power_short_dte": 0.3, "vega_power_long_dte": 0.13, "dte_floor_days": 1,
                             "min_vol_shock_up": floor},
        "scenarios": table,
    }


LARGE = scenarios(0.04, 0.4, -0.22, (0.18, 0.36, 0.24, 0.12, 0.06, 0.04, 0.03, 0.024))
SMALL = scenarios(0.07, 0.64, -0.352, (0.3, 0.5, 0.4, 0.2, 0.1, 0.07, 0.05, 0.04))
PARAMS = {
    "source": "golden portfolio", "date": "2026-04-22", "currency": "USDC", "normal_cdf": "abramowitz-stegun",
    "settlement_window_minutes": 30, "funding_provision_hours": 8,
    "taker_fee_rate": {"delta1": 0.0003, "option": 0.0002}, "option_fee_cap": 0.125,
    "assets": {"btc": asset("BTC", 0.01, 0.02, 0.4, LARGE), "hype": asset("HYPE", 0.015, 0.03, 0.6, SMALL)},
}


def instrument(name, kind, forward, **more):
    base = name.split("-")[0]
    return {"name": name, "kind": kind, "payoff": "linear", "baseCurrency": base, "quoteCurrency": "USDC",
            "settlementCurrency": "USDC", "contractSize": more.get("size", 1), "expiryMs": more.get("expiry"),
            "strike": more.get("strike"), "optionType": more.get("option"), "forward": forward,
            "impliedVolatility": more.get("volatility"), "fields": more.get("fields", {})}


def option(name, left_ms, volatility, mark, delta, rate=0.0):
    spot = {"BTC": 78000.0, "HYPE": 41.5}[name.split("-")[0]]
    strike, side = name.split("-")[3:]
    return instrument(name, "option", spot, expiry=AS_OF_MS + left_ms, strike=float(strike),
                      option="call" if side == "C" else "put", volatility=volatility,
                      fields={"markPrice": mark, "delta": delta, "interestRate": rate})


MARKET = {
    "asOfMs": AS_OF_MS,
    "indexPrice": {"btc_usdc": 78000.0, "hype_usdc": 41.5},
    "instruments": [
        instrument("BTC-USD-PERP", "perpetual", 77950.5, fields={"delta": 0.99934658, "fundingRate": 0.00017403}),
        instrument("HYPE-USD-PERP", "perpetual", 41.53, fields={"delta": 1.0, "fundingRate": -0.00046}),
        option("BTC-USD-22APR26-77000-C", 40 * 60000, 0.62, 1005.25, 0.97),
        option("BTC-USD-22APR26-78500-C", 40 * 60000, 0.55, 12.5, 0.1),
        option("BTC-USD-23APR26-78000-P", DAY_MS // 2, 0.5, 580.5, -0.49),
        option("BTC-USD-8MAY26-78000-C", 16 * DAY_MS, 0.42746687, 2755.661, 0.51),
        option("BTC-USD-8MAY26-70000-P", 16 * DAY_MS, 0.51, 598.3, -0.15),
        option("BTC-USD-22MAY26-80000-C", 30 * DAY_MS, 0.44, 2980.1, 0.44),
        option("BTC-USD-25SEP26-90000-C", 156 * DAY_MS, 0.47, 5230.7, 0.37, 0.03),
        option("BTC-USD-25SEP26-60000-P", 156 * DAY_MS, 0.52, 2210.9, -0.14, 0.03),
        option("BTC-USD-25SEP26-600000-C", 156 * DAY_MS, 0.9, 0.0, 0.0, 0.03),
        option("HYPE-USD-8MAY26-42-C", 16 * DAY_MS, 0.81, 2.71, 0.52),
        option("HYPE-USD-8MAY26-36-P", 16 * DAY_MS, 0.88, 1.02, -0.2),
        instrument("BTC-USD-SPOT", "spot", 77990.25),
        instrument("SOL-USD-SPOT", "spot", 151.5),
        instrument("ETH-USD-PERP", "perpetual", 2350.0, fields={"delta": 1.0, "fundingRate": 0.0001}),
        instrument("BTC-USD-25SEP26", "future", 78950.0, expiry=AS_OF_MS + 156 * DAY_MS, fields={"delta": 1.0}),
        option("BTC-USD-NOW-77000-C", 0, 0.6, 1001.0, 1.0),
    ],
}
NAMES = [row["name"] for row in MARKET["instruments"]]
PERP, HYPE, CALL_NEAR, CALL_FAR_NEAR, PUT_HALF_DAY, CALL, PUT, CALL_30, CALL_LONG, PUT_LONG, WORTHLESS, HYPE_CALL, \
    HYPE_PUT, SPOT_BTC, SPOT_SOL, ETH, FUTURE, CALL_NOW = NAMES


def held(name, quantity, entry=None):
    row = next(each for each in MARKET["instruments"] if each["name"] == name)
    return {"instrument": name, "quantity": quantity, "entryPrice": row["forward"] if entry is None else entry}


def order(name, quantity, limit):
    return {"instrument": name, "quantity": quantity, "limitPrice": limit}


def case(name, description, positions, orders=(), cash=10000.0, change=None, market=None, **more):
    params, own_market = copy.deepcopy(PARAMS), copy.deepcopy(MARKET)
    if change:
        change(params)
    if market:
        market(own_market)
    used = {each["instrument"] for each in [*positions, *orders]} or {PERP}
    own_market["instruments"] = [row for row in own_market["instruments"] if row["name"] in used]
    return {"name": name, "description": description, "params": params, "market": own_market,
            "positions": list(positions), "orders": list(orders), "cash": {"USDC": cash}, **more}


def btc(**values):
    def change(params):
        for name, value in values.items():
            shocks = params["assets"]["btc"]["vol_shock_params"]
            (shocks if name in shocks else params["assets"]["btc"])[name] = value
    return change


def top(**values):
    return lambda params: params.update(values)


def row_of(market, name):
    return next(row for row in market["instruments"] if row["name"] == name)


HEDGED = [held(PERP, -0.9, 77000.0), held(CALL, 1.7)]
MIXED = [held(PERP, 0.35, 76500.0), held(CALL, -0.8), held(PUT, -1.1), held(PUT_LONG, 0.7)]
SHORT_VOL = [held(CALL, -1.0), held(PUT, -1.0)]
LONG_VOL = [held(CALL_LONG, 0.6), held(PUT_LONG, 1.4)]
NEAR = [held(PUT_HALF_DAY, -1.0), held(PERP, -0.3, 78100.0)]


def parameter_cases():
    tail = lambda weight: lambda params: params["assets"]["btc"]["scenarios"][-1].update(weight=weight)
    first = lambda name, value: lambda params: params["assets"]["btc"]["scenarios"][0].update({name: value})
    neutral = [held(PERP, 1.0, 78000.0), held(CALL, -1.9)]
    yield case("hedged-factor-low", "hedged margin factor 0: hedged deltas cost nothing", neutral,
               change=btc(hedged_margin_factor=0, unhedged_margin_factor=0.5))
    yield case("hedged-factor-high", "hedged margin factor so high that the minimum delta binds", neutral,
               change=btc(hedged_margin_factor=0.4))
    yield case("unhedged-factor-low", "unhedged margin factor 0: the scan binds", MIXED,
               change=btc(unhedged_margin_factor=0))
    yield case("unhedged-factor-high", "unhedged margin factor 25%: the minimum delta binds", MIXED,
               change=btc(unhedged_margin_factor=0.25))
    yield case("mmf-factor-low", "maintenance is provisions only", MIXED, change=btc(mmf_factor=0))
    yield case("mmf-factor-high", "maintenance above initial", MIXED, change=btc(mmf_factor=1.25))
    yield case("vega-power-short-low", "power 0: the same volatility shock at every tenor", SHORT_VOL,
               change=btc(vega_power_short_dte=0))
    yield case("vega-power-short-high", "power 0.9 at 16 days", SHORT_VOL, change=btc(vega_power_short_dte=0.9))
    yield case("vega-power-long-low", "power 0 at 156 days", LONG_VOL, change=btc(vega_power_long_dte=0))
    yield case("vega-power-long-high", "power 1 at 156 days", LONG_VOL, change=btc(vega_power_long_dte=1))
    yield case("dte-floor-low", "half a day to expiry, floor a quarter of a day: not reached", NEAR,
               change=btc(dte_floor_days=0.25))
    yield case("dte-floor-high", "half a day to expiry, floor ten days", NEAR, change=btc(dte_floor_days=10))
    yield case("min-vol-up-low", "no floor of the volatility that is shocked up", SHORT_VOL,
               change=btc(min_vol_shock_up=0))
    yield case("min-vol-up-high", "a floor of 150%", SHORT_VOL, change=btc(min_vol_shock_up=1.5))
    yield case("spot-shock-low", "the first scenario moves nothing", [held(PERP, -1.0, 78000.0)],
               change=first("spot_shock", 0.0), tiedScenarios=True)
    yield case("spot-shock-high", "the first scenario moves the price by 45%", [held(PERP, -1.0, 78000.0)],
               change=first("spot_shock", 0.45))
    yield case("vol-shock-low", "a shock that takes all volatility away", [held(CALL, -0.5), held(PERP, 0.5, 78000.0)],
               change=first("vol_shock", -2.5))
    yield case("vol-shock-high", "a shock of 300% at 30 days", [held(CALL, -0.5), held(PERP, 0.5, 78000.0)],
               change=first("vol_shock", 3.0))
    yield case("weight-low", "the farthest scenario has no weight", [held(CALL_LONG, -1.0), held(PERP, 0.4, 78000.0)],
               change=tail(0))
    yield case("weight-high", "the farthest scenario counts in full and binds",
               [held(CALL_LONG, -1.0), held(PERP, 0.4, 78000.0)], change=tail(1))
    yield case("settlement-window-low", "40 minutes left, window of 30: in full", [held(CALL_NEAR, -1.0)])
    yield case("settlement-window-high", "40 minutes left, window of 100: 40% of the P&L", [held(CALL_NEAR, -1.0)],
               change=top(settlement_window_minutes=100))
    yield case("funding-hours-low", "no funding provision", [held(PERP, 2.0, 78000.0)],
               change=top(funding_provision_hours=0))
    yield case("funding-hours-high", "funding of a day", [held(PERP, 2.0, 78000.0)],
               change=top(funding_provision_hours=24))
    yield case("fee-rate-delta1-low", "perpetuals pay no fee", HEDGED,
               change=top(taker_fee_rate={"delta1": 0, "option": 0.0002}))
    yield case("fee-rate-delta1-high", "perpetuals pay 1%", HEDGED,
               change=top(taker_fee_rate={"delta1": 0.01, "option": 0.0002}))
    yield case("fee-rate-option-low", "options pay no fee", HEDGED,
               change=top(taker_fee_rate={"delta1": 0.0003, "option": 0}))
    yield case("fee-rate-option-high", "options pay 1%, the cap binds", HEDGED,
               change=top(taker_fee_rate={"delta1": 0.0003, "option": 0.01}))
    yield case("fee-cap-low", "no fee of options at all", LONG_VOL, change=top(option_fee_cap=0))
    yield case("fee-cap-high", "cap of the whole mark: it does not bind", LONG_VOL, change=top(option_fee_cap=1))
    yield case("market-fee-rate-low", "the perpetual pays nothing, the option as ever", HEDGED,
               change=top(market_taker_fee_rate={PERP: 0}))
    yield case("market-fee-rate-high", "the perpetual pays 0.5%, the option as ever", HEDGED,
               change=top(market_taker_fee_rate={PERP: 0.005}))
    yield case("normal-cdf-exact", "exact normal distribution", MIXED, change=top(normal_cdf="exact"))
    yield case("normal-cdf-handbook", "the approximation of the venue", MIXED)


def structure_cases():
    yield case("empty", "cash only", [], tiedScenarios=True)
    yield case("negative-cash", "a debt and nothing else", [], cash=-250.5, tiedScenarios=True)
    yield case("long-perpetual", "falls by 16%", [held(PERP, 0.5, 78100.0)])
    yield case("short-perpetual", "rises by 16%, pays no funding", [held(PERP, -0.5, 78100.0)])
    yield case("short-pays-funding", "a negative rate: shorts pay", [held(HYPE, -100.0, 41.0)])
    yield case("options-only", "no perpetual in the market at all", SHORT_VOL)
    yield case("long-option-deep", "an option without value", [held(WORTHLESS, 3.0)], tiedScenarios=True)
    yield case("orders-only", "no position", [], [order(PERP, 0.7, 78500.0), order(CALL, -0.4, 2500.0)])
    yield case("order-improves", "a sell far above every price: delta and fee, no scan loss", [],
               [order(PERP, -0.1, 700000.0)], tiedScenarios=True)
    yield case("orders-both-sides", "two buys and a sell in one market, besides a position", [held(PERP, -1.0, 78000.0)],
               [order(PERP, 3.0, 77000.0), order(PERP, 0.5, 79000.0), order(PERP, -2.0, 79500.0)])
    yield case("order-closes", "an order against the position nets in funding, not in delta",
               [held(PERP, 1.0, 78000.0)], [order(PERP, -1.0, 77950.5)])
    yield case("order-turns-funding", "orders turn what is received into what is paid", [held(PERP, -0.2, 78000.0)],
               [order(PERP, 1.1, 77000.0)])
    yield case("option-orders", "buy and sell orders of options, in the half day before expiry too", MIXED,
               [order(PUT_HALF_DAY, 1.2, 640.0), order(PUT_HALF_DAY, -0.6, 320.0), order(CALL_LONG, -0.5, 5400.0)])
    yield case("hedged", "long calls against a short perpetual: minimum delta binds", HEDGED)
    yield case("minimum-binds-maintenance", "the minimum delta of the positions binds maintenance",
               [held(PERP, -0.12, 77000.0), held(PUT, -0.8), held(PUT_LONG, 0.9)],
               change=btc(unhedged_margin_factor=0.3))
    yield case("window-order", "orders in the settlement window are scaled too", [held(CALL_FAR_NEAR, 2.0)],
               [order(CALL_NEAR, -1.5, 800.0)], change=top(settlement_window_minutes=60))
    yield case("expiry-now", "at expiry nothing of the window is left", [held(CALL_NOW, 2.0), held(PERP, -0.1, 78000.0)])
    yield case("thirty-days", "the long vega power begins at 30 days", [held(CALL_30, -2.0)],
               change=btc(vega_power_long_dte=2))
    yield case("below-thirty-days", "a minute less than 30 days: the short power", [held(CALL_30, -2.0)],
               change=btc(vega_power_short_dte=2),
               market=lambda m: row_of(m, CALL_30).update(expiryMs=AS_OF_MS + 30 * DAY_MS - 60000))
    yield case("interest", "interest of 8%", LONG_VOL,
               market=lambda m: [row_of(m, name)["fields"].update(interestRate=0.08) for name in (CALL_LONG, PUT_LONG)])
    yield case("spot-balance", "coins beside a perpetual, at their whole value", [held(SPOT_BTC, 0.25), held(PERP, 0.1, 78000.0)])
    yield case("spot-only", "a coin without parameters or index price", [held(SPOT_SOL, 12.0)], tiedScenarios=True)
    yield case("spot-debt", "a borrowed coin counts by its size", [held(SPOT_SOL, -3.0)], tiedScenarios=True)
    yield case("two-underlyings", "BTC and HYPE: two scans, added",
               [*MIXED, held(HYPE, -120.0, 40.9), held(HYPE_CALL, 200.0), held(HYPE_PUT, -50.0)],
               [order(HYPE, 30.0, 41.0)])
    yield case("underlying-of-orders", "positions in one underlying, orders in another", MIXED,
               [order(HYPE_CALL, -40.0, 2.5), order(HYPE, 15.0, 42.0)])
    yield case("contract-size", "contracts of a thousandth", [held(PERP, 500.0, 78100.0)],
               [order(PERP, -700.0, 77000.0)], market=lambda m: row_of(m, PERP).update(contractSize=0.001))
    yield case("short-table", "one asset with fewer scenarios than the other",
               [held(PERP, 0.3, 78000.0), held(CALL, -0.4), held(HYPE, 10.0, 41.0)],
               change=lambda p: p["assets"]["btc"].update(
                   scenarios=[{"spot_shock": s, "vol_shock": v, "weight": w} for s, v, w in SHORT_TABLE]))
    yield case("vanishing-volatility", "implied volatility of 1e-9 and no floor", [held(CALL, 1.0)],
               change=lambda p: (btc(min_vol_shock_up=0)(p), top(normal_cdf="exact")(p)),
               market=lambda m: row_of(m, CALL).update(impliedVolatility=1e-9), tiedScenarios=True)
    yield random_case("random-btc", 11, ["BTC"], 8, 3)
    yield random_case("random-hype", 12, ["HYPE"], 3, 4)
    yield random_case("random-both", 13, ["BTC", "HYPE"], 11, 6)


def refusal_cases():
    yield case("no-parameters", "an underlying without parameters", [held(ETH, 1.0)],
               expectedRefusal="the parameters have no section assets.eth")
    yield case("dated-future", "nobody has published a scenario price", [held(FUTURE, 1.0)],
               expectedRefusal="no portfolio margin of dated futures")
    yield case("spot-order", "an open order in a spot market", [held(PERP, 1.0, 78000.0)], [order(SPOT_BTC, 1.0, 77000.0)],
               expectedRefusal="open order in a spot market")
    yield case("other-currency", "a contract that settles in another currency", [held(PERP, 1.0, 78000.0)],
               market=lambda m: row_of(m, PERP).update(quoteCurrency="USDT", settlementCurrency="USDT"), expectedRefusal="settles in USDT")
    yield case("no-delta", "an option without a delta", [held(CALL, 1.0)],
               market=lambda m: row_of(m, CALL)["fields"].pop("delta"), expectedRefusal="delta")
    yield case("no-funding-rate", "a perpetual without a funding rate", [held(PERP, 1.0, 78000.0)],
               market=lambda m: row_of(m, PERP)["fields"].pop("fundingRate"), expectedRefusal="fundingRate")


def published_cases():
    """paradex-py@334a7f81, tests/margin: BTC fixture of 22 Apr 2026; figures as that engine gives them."""
    midnight = 1776816000000

    def market(m):
        m["asOfMs"] = midnight
        m["indexPrice"]["btc_usdc"] = 77939.768
        row_of(m, PERP).update(forward=77888.84, fields={"delta": 0.99934658, "fundingRate": -0.00017403})
        row_of(m, CALL).update(forward=77939.768, impliedVolatility=0.42746687, expiryMs=1778227200000, fields={
            "markPrice": 2455.661, "delta": 0.47715119, "interestRate": 0.0})

    yield case("published-fixture", "the fixture of paradex-py, figures of that engine",
               [held(PERP, -0.0005, 77888.84), held(CALL, 0.001)], cash=10.25, market=market,
               change=top(taker_fee_rate={"delta1": 0, "option": 0}),
               expected={"currency": "USDC", "equity": 12.705661, "initialMargin": 0.4226685153516464,
                         "maintenanceMargin": 0.2147252221320832,
                         "components": {"scanRisk": 0.4158865864391264, "deltaMinimum": 0.4069978754726951,
                                        "fundingProvision": 0.00678192891252}, "worstScenario": 8})


def random_case(name, seed, bases, positions, orders):
    draw = random.Random(seed)
    rows = [row for row in MARKET["instruments"] if row["name"].split("-")[0] in bases
            and row["kind"] in ("perpetual", "option") and row["name"] not in (CALL_NOW, ETH)]
    scale = {"BTC": 1, "HYPE": 800}
    size = lambda row: round(draw.uniform(-3, 3) * scale[row["baseCurrency"]], 4)
    chosen = draw.sample(rows, min(positions, len(rows)))
    opened = [draw.choice(rows) for _ in range(orders)]
    price = lambda row: row["fields"].get("markPrice", row["forward"])
    return case(name, "drawn at random", [held(row["name"], size(row)) for row in chosen],
                [order(row["name"], size(row), round(max(price(row), 0.5) * draw.uniform(0.9, 1.1), 6)) for row in opened],
                cash=round(draw.uniform(-5000, 50000), 2))


def cases():
    return [*parameter_cases(), *structure_cases(), *refusal_cases(), *published_cases()]
