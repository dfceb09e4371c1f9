"""The golden portfolios of paradex-xm: two per parameter (where it binds low and high), then shapes and boundaries."""
import copy
import random

DAY_MS = 24 * 3600 * 1000
AS_OF_MS = 1776816000000  # 22 Apr 2026 00:00 UTC


def side(premium, long_itm, short_itm, short_otm, put_cap):
    return {"premium_multiplier": premium, "long_itm": long_itm, "short_itm": short_itm, "short_otm": short_otm,
            "short_put_cap": put_cap}


LARGE = {"imf": side(1, 0.2, 0.15, 0.1, 0.5), "mmf": side(0.5, 0.1, 0.075, 0.05, 0.25)}
SMALL = {"imf": side(1, 0.3, 0.225, 0.15, 0.5), "mmf": side(0.5, 0.15, 0.113, 0.075, 0.25)}
PARAMS = {
    "source": "golden portfolio", "date": "2026-04-22", "currency": "USDC",
    "taker_fee_rate": {"delta1": 0.0003, "option": 0.0002}, "option_fee_cap": 0.125,
    "assets": {
        "btc": {"delta1_cross_margin_params": {"imf_base": 0.02, "mmf_factor": 0.5},
                "option_cross_margin_params": LARGE},
        "hype": {"delta1_cross_margin_params": {"imf_base": 0.05, "mmf_factor": 0.5},
                 "option_cross_margin_params": SMALL},
        "sol": {"delta1_cross_margin_params": None, "option_cross_margin_params": SMALL},
    },
}


def instrument(name, kind, forward, **more):
    base = name.split("-")[0]
    return {"name": name, "kind": kind, "payoff": "linear", "baseCurrency": base, "quoteCurrency": "USDC",
            "settlementCurrency": "USDC", "contractSize": 1, "expiryMs": more.get("expiry"),
            "strike": more.get("strike"), "optionType": more.get("option"), "forward": forward,
            "impliedVolatility": more.get("volatility"), "fields": more.get("fields", {})}


def option(name, days, mark):
    spot = {"BTC": 78000.0, "HYPE": 41.5, "SOL": 151.0}[name.split("-")[0]]
    strike, kind = name.split("-")[3:]
    return instrument(name, "option", spot, expiry=AS_OF_MS + round(days * DAY_MS), strike=float(strike),
                      option="call" if kind == "C" else "put", volatility=0.5, fields={"markPrice": mark})


MARKET = {
    "asOfMs": AS_OF_MS,
    "indexPrice": {"btc_usdc": 78000.0, "hype_usdc": 41.5, "sol_usdc": 151.0},
    "instruments": [
        instrument("BTC-USD-PERP", "perpetual", 77950.5),
        instrument("HYPE-USD-PERP", "perpetual", 41.53),
        instrument("SOL-USD-PERP", "perpetual", 151.2),
        instrument("BTC-USD-25SEP26", "future", 78950.25, expiry=AS_OF_MS + 156 * DAY_MS),
        option("BTC-USD-8MAY26-40000-C", 16, 38100.5),
        option("BTC-USD-8MAY26-79000-C", 16, 2310.25),
        option("BTC-USD-8MAY26-120000-C", 16, 8.5),
        option("BTC-USD-8MAY26-70000-P", 16, 598.3),
        option("BTC-USD-8MAY26-76000-P", 16, 1810.75),
        option("BTC-USD-8MAY26-130000-P", 16, 52050.5),
        option("BTC-USD-8MAY26-300000-C", 16, 0.0),
        option("HYPE-USD-8MAY26-42-C", 16, 2.71),
        option("HYPE-USD-8MAY26-36-P", 16, 1.02),
        option("SOL-USD-8MAY26-160-C", 16, 4.4),
        option("BTC-USD-21APR26-77000-C", -1, 900.0),
        option("BTC-USD-NOW-77000-C", 0, 1000.0),
        instrument("BTC-USD-SPOT", "spot", 77990.25),
    ],
}
PERP, HYPE, SOL, FUTURE, CALL_ITM, CALL, CALL_OTM, PUT_OTM, PUT, PUT_ITM, WORTHLESS, HYPE_CALL, HYPE_PUT, SOL_CALL, \
    EXPIRED, CALL_NOW, SPOT = [row["name"] for row in MARKET["instruments"]]


def row_of(market, name):
    return next(row for row in market["instruments"] if row["name"] == name)


def held(name, quantity, entry=None):
    return {"instrument": name, "quantity": quantity,
            "entryPrice": row_of(MARKET, name)["forward"] if entry is None else entry}


def order(name, quantity, limit):
    return {"instrument": name, "quantity": quantity, "limitPrice": limit}


def case(name, description, positions, orders=(), cash=25000.0, change=None, market=None, **more):
    params, own_market = copy.deepcopy(PARAMS), copy.deepcopy(MARKET)
    if change:
        change(params)
    if market:
        market(own_market)
    used = {each["instrument"] for each in [*positions, *orders]} or {PERP}
    own_market["instruments"] = [row for row in own_market["instruments"] if row["name"] in used]
    return {"name": name, "description": description, "params": params, "market": own_market,
            "positions": list(positions), "orders": list(orders), "cash": {"USDC": cash}, **more}


def top(**values):
    return lambda params: params.update(values)


def delta1(**values):
    return lambda params: params["assets"]["btc"]["delta1_cross_margin_params"].update(values)


def both(name, value):
    """The same fraction for initial and maintenance margin."""
    def change(params):
        for which in ("imf", "mmf"):
            params["assets"]["btc"]["option_cross_margin_params"][which][name] = value
    return change


def one(which, name, value):
    return lambda params: params["assets"]["btc"]["option_cross_margin_params"][which].update({name: value})


OPTIONS = [held(CALL, 1.5), held(CALL_OTM, -2.0), held(PUT_OTM, -1.25), held(PUT_ITM, -0.4), held(CALL_ITM, 0.3)]


def parameter_cases():
    perpetual = [held(PERP, -1.0, 79000.0)]
    yield case("imf-base-low", "no initial margin", perpetual, change=delta1(imf_base=0))
    yield case("imf-base-high", "leverage of 2", perpetual, change=delta1(imf_base=0.5))
    yield case("mmf-factor-low", "no maintenance margin but the fee", perpetual, change=delta1(mmf_factor=0))
    yield case("mmf-factor-high", "maintenance above initial", perpetual, change=delta1(mmf_factor=1.5))
    for name, low, high, position in (
            ("premium_multiplier", 0, 4, [held(CALL, 1.5)]),
            ("long_itm", 0.01, 0.6, [held(CALL_ITM, 0.3)]),
            ("short_itm", 0, 0.4, [held(PUT_ITM, -0.4), held(CALL, -1.0)]),
            ("short_otm", 0, 0.3, [held(CALL_OTM, -2.0)]),
            ("short_put_cap", 0.02, 1, [held(PUT_ITM, -0.4), held(CALL, -0.2)])):
        label = name.replace("_", "-")
        yield case(f"{label}-low", f"{name} of {low} in both", position, change=both(name, low))
        yield case(f"{label}-high", f"{name} of {high} in both", position, change=both(name, high))
        yield case(f"{label}-initial", f"{name} of {high} for initial margin only", position,
                   change=one("imf", name, high))
        yield case(f"{label}-maintenance", f"{name} of {low} for maintenance margin only", position,
                   change=one("mmf", name, low))
    mixed = [*perpetual, held(CALL, 1.5), held(CALL_OTM, -2.0)]
    yield case("fee-rate-delta1-low", "perpetuals pay no fee", mixed,
               change=top(taker_fee_rate={"delta1": 0, "option": 0.0002}))
    yield case("fee-rate-delta1-high", "perpetuals pay 1%", mixed,
               change=top(taker_fee_rate={"delta1": 0.01, "option": 0.0002}))
    yield case("fee-rate-option-low", "options pay no fee", mixed,
               change=top(taker_fee_rate={"delta1": 0.0003, "option": 0}))
    yield case("fee-rate-option-high", "options pay 1%: the cap binds", mixed,
               change=top(taker_fee_rate={"delta1": 0.0003, "option": 0.01}))
    yield case("fee-cap-low", "no fee of options at all", mixed, change=top(option_fee_cap=0))
    yield case("fee-cap-high", "cap of the whole mark", mixed, change=top(option_fee_cap=1))
    yield case("market-fee-rate-low", "one option pays nothing", mixed, change=top(market_taker_fee_rate={CALL: 0}))
    yield case("market-fee-rate-high", "the perpetual pays 0.5%", mixed,
               change=top(market_taker_fee_rate={PERP: 0.005}))
    yield case("market-params-low", "one market with an IMF of 1%", mixed, change=top(markets={
        PERP: {"delta1_cross_margin_params": {"imf_base": 0.01, "mmf_factor": 0.4}}}))
    yield case("market-params-high", "one option with other fractions than its asset", mixed, change=top(markets={
        CALL_OTM: {"option_cross_margin_params": SMALL, "delta1_cross_margin_params": None}}))


def structure_cases():
    yield case("empty", "cash only", [])
    yield case("long-perpetual", "a gain since entry", [held(PERP, 0.5, 70000.0)])
    yield case("short-perpetual", "a loss since entry, equity below zero", [held(PERP, -2.0, 60000.0)])
    yield case("future", "a dated future has the fractions of the perpetual", [held(FUTURE, -0.7, 79100.0)])
    yield case("open-sizes", "short 1, buy 3, sell 2: the sell side is larger", [held(PERP, -1.0, 78000.0)],
               [order(PERP, 3.0, 77000.0), order(PERP, -2.0, 79000.0)])
    yield case("orders-reduce", "orders that close cost nothing but leave the position", [held(PERP, 2.0, 78000.0)],
               [order(PERP, -1.5, 78000.0)])
    yield case("orders-turn", "a sell larger than the long position", [held(PERP, 2.0, 78000.0)],
               [order(PERP, -5.0, 78000.0)])
    yield case("orders-only", "no position", [], [order(PERP, 0.4, 77900.0), order(CALL, -1.0, 2400.0)])
    yield case("open-loss-buy", "a buy above the mark", [], [order(PERP, 0.4, 80000.0)])
    yield case("open-loss-sell", "a sell below the mark, one above", [held(PERP, 1.0, 78000.0)],
               [order(PERP, -0.6, 75000.0), order(PERP, -0.3, 79000.0)])
    yield case("option-orders", "open sizes of options on both sides", [held(CALL, 1.0), held(PUT, -1.0)],
               [order(CALL, -4.0, 2200.0), order(CALL, 2.0, 2500.0), order(PUT, 5.0, 1700.0), order(PUT, -0.5, 1900.0)])
    yield case("option-sides", "the buy side is larger in size, the sell side in margin", [],
               [order(CALL_OTM, 9.0, 8.0), order(CALL_OTM, -1.0, 9.0)])
    yield case("options", "long and short, in and out of the money", OPTIONS)
    yield case("worthless", "an option with a mark of 0: no premium, no fee", [held(WORTHLESS, 3.0)],
               [order(WORTHLESS, -1.0, 0.5)])
    yield case("expiry-now", "an option at expiry is margined as ever", [held(CALL_NOW, -1.0)])
    yield case("spot-balance", "a coin at its whole value", [held(SPOT, 0.25), held(PERP, 0.1, 78000.0)])
    yield case("spot-debt", "a borrowed coin counts by its size", [held(SPOT, -0.1)])
    yield case("two-underlyings", "requirements of markets are added", [*OPTIONS, held(HYPE, -120.0, 40.0),
               held(HYPE_CALL, -30.0), held(HYPE_PUT, 55.0), held(SOL_CALL, -2.0)], [order(HYPE, 500.0, 41.6)])
    yield case("contract-size", "contracts of a thousandth", [held(PERP, 500.0, 78100.0), held(CALL, -300.0)],
               [order(PERP, -700.0, 77000.0), order(CALL, 20.0, 2500.0)],
               market=lambda m: [row_of(m, name).update(contractSize=0.001) for name in (PERP, CALL)])
    for seed in (21, 22, 23):
        yield random_case(seed)


def random_case(seed):
    draw = random.Random(seed)
    rows = [row for row in MARKET["instruments"] if row["name"] not in (SOL, EXPIRED, SPOT)]
    scale = {"BTC": 1, "HYPE": 800, "SOL": 300}
    price = lambda row: row["fields"].get("markPrice", row["forward"])
    size = lambda row: round(draw.uniform(-3, 3) * scale[row["baseCurrency"]], 4)
    opened = [draw.choice(rows) for _ in range(8)]
    return case(f"random-{seed}", "drawn at random", [held(row["name"], size(row)) for row in draw.sample(rows, 9)],
                [order(row["name"], size(row), round(max(price(row), 0.5) * draw.uniform(0.9, 1.1), 6)) for row in opened],
                cash=round(draw.uniform(-5000, 50000), 2))


def refusal_cases():
    yield case("no-perpetual-params", "options of SOL have fractions, its perpetual has none", [held(SOL, 1.0)],
               expectedRefusal="the parameters have no section assets.sol.delta1_cross_margin_params")
    yield case("no-option-params", "an asset without option fractions", [held(CALL, 1.0)],
               change=lambda p: p["assets"]["btc"].update(option_cross_margin_params=None),
               expectedRefusal="the parameters have no section assets.btc.option_cross_margin_params")
    yield case("spot-order", "an open order in a spot market", [held(PERP, 1.0, 78000.0)], [order(SPOT, 1.0, 77000.0)],
               expectedRefusal="open order in a spot market")
    yield case("no-mark", "an option without a mark price", [held(CALL, 1.0)],
               market=lambda m: row_of(m, CALL)["fields"].pop("markPrice"), expectedRefusal="markPrice")


def published_cases():
    """docs.paradex.trade, cross margin requirement: 5,400 USD; liquidations: equity 80, maintenance 88.80 USD."""
    no_fees = {"delta1": 0, "option": 0}
    yield case("published-net-initial", "example of the page on cross margin", [held(PERP, -1.0, 90000.0)],
               [order(PERP, 3.0, 90000.0), order(PERP, -2.0, 90000.0)], cash=0.0, change=top(taker_fee_rate=no_fees),
               market=lambda m: row_of(m, PERP).update(forward=90000.0),
               expected={"currency": "USDC", "equity": 0, "initialMargin": 5400, "maintenanceMargin": 900,
                         "components": {"netInitial": 5400, "openLoss": 0}})

    def half(params):
        top(taker_fee_rate=no_fees)(params)
        params["assets"]["eth"] = params["assets"]["btc"]

    def crash(market):
        row_of(market, PERP).update(forward=54800.0)
        row_of(market, HYPE).update(forward=3400.0, baseCurrency="ETH")

    yield case("published-liquidation", "example of the page on liquidations: MMF of 1%",
               [held(PERP, 0.1, 60000.0), held(HYPE, -1.0, 3000.0)], cash=1000.0, change=half, market=crash,
               expected={"currency": "USDC", "equity": 80, "initialMargin": 177.6, "maintenanceMargin": 88.8,
                         "components": {"netMaintenance": 88.8}})
    yield case("published-fixture", "the fixture of paradex-py, figures of that engine without fees",
               [held(PERP, -0.0005, 77888.84), held(CALL, 0.001)], cash=10.25, change=top(taker_fee_rate=no_fees),
               market=lambda m: (m["indexPrice"].update(btc_usdc=77939.768), row_of(m, PERP).update(forward=77888.84),
                                 row_of(m, CALL).update(strike=78000.0, fields={"markPrice": 2455.661})),
               expected={"currency": "USDC", "equity": 12.705661, "initialMargin": 3.2345494,
                         "maintenanceMargin": 1.6172747, "components": {"netInitial": 3.2345494}})


def cases():
    return [*parameter_cases(), *structure_cases(), *refusal_cases(), *published_cases()]
