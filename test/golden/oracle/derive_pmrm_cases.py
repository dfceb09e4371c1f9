"""The golden portfolios of derive-pmrm: two per parameter (low and high, each binding), then shapes and refusals.

Prices and parameters are invented but of the usual size.
"""
import copy

from derive_account import changed, hold, instrument, market, option, perpetual, spot

DAY = 86400
INDEX = {"eth_usdc": 2010.5, "btc_usdc": 61234.25}
UP_DOWN = [(1.2, "Up"), (1.1, "Up"), (1.1, "None"), (1.1, "Down"), (1, "Up"), (1, "None"), (1, "Down"), (0.9, "Up"),
           (0.9, "None"), (0.9, "Down"), (0.8, "Up")]
TAILS = [(0.4, "Up", 0.25), (2.5, "Up", 0.1)]


def scenario(spot_shock, vol_shock, dampening=1):
    return {"spotShock": spot_shock, "volShock": vol_shock, "dampeningFactor": dampening}


def manager(scenarios=None):
    return {
        "scenarios": scenarios or [scenario(*row) for row in UP_DOWN + TAILS + [(1, "Linear"), (1, "Abs")]],
        "volShock": {"volRangeUp": 0.5, "volRangeDown": 0.275, "shortTermPower": 0.3, "longTermPower": 0.13,
                     "dteFloor": 86400, "minVolUpShock": 0.4},
        "margin": {"imFactor": 1.1, "mmFactor": 0.8, "longRateMultScale": 1, "longRateAddScale": 0.1,
                   "longBaseStaticDiscount": 0.97, "shortRateMultScale": 0.5, "shortRateAddScale": 0.02,
                   "shortBaseStaticDiscount": 1.001},
        "basisContingency": {"scenarioSpotUp": 1.05, "scenarioSpotDown": 0.94, "basisContAddFactor": 0.5,
                             "basisContMultFactor": 2},
        "otherContingency": {"pegLossThreshold": 0.99, "pegLossFactor": 4, "confThreshold": 0.55, "confMargin": 1.25,
                             "MMPerpPercent": 0.03, "IMPerpPercent": 0.01, "MMOptionPercent": 0.003,
                             "IMOptionPercent": 0.002},
        "skewShock": {"linearBaseCap": 0.25, "linearCBase": -0.1, "absBaseCap": 0.2, "absCBase": -0.08,
                      "minKStar": 0.01, "widthScale": 4, "volParamStatic": 0.6, "volParamScale": -0.1},
        "collateral": {"eth": {"isRiskCancelling": True, "MMHaircut": 0.056, "IMHaircut": 0.014},
                       "usdt": {"isRiskCancelling": False, "MMHaircut": 0.02, "IMHaircut": 0.03}},
    }


def params(scenarios=None):
    btc = manager()
    btc["collateral"] = {"btc": {"isRiskCancelling": True, "MMHaircut": 0.1, "IMHaircut": 0.02}}
    btc["scenarios"] = btc["scenarios"][:8]
    return {"source": "golden portfolio", "date": "2026-08-01", "currency": "USDC", "collateralOnlyManager": "eth",
            "managers": {"eth": manager(scenarios), "btc": btc}}


# --- one market for most cases ----------------------------------------------------------------------------------------
C5 = option("ETH", 5 * DAY, 2100, "call", 0.71, 2015.75)
P5 = option("ETH", 5 * DAY, 1900, "put", 0.78, 2015.75)
CHALF = option("ETH", DAY // 2, 2050, "call", 0.9, 2011.25)
QUIET = option("ETH", 40 * DAY, 2000, "put", 0.21, 2024.5)
C200 = option("ETH", 200 * DAY, 2400, "call", 0.62, 2075.125)
P200 = option("ETH", 200 * DAY, 1700, "put", 0.66, 2075.125)
C200B = option("ETH", 200 * DAY, 1700, "call", 0.66, 2075.125)
P200B = option("ETH", 200 * DAY, 2400, "put", 0.62, 2075.125)
PERP = perpetual("ETH", 2012.5)
ETH = spot("ETH", 2010.5)
USDT = spot("USDT", 0.998046875)
BTC_PERP = perpetual("BTC", 61250.5, {"indexConfidence": 0.9})
BTC = spot("BTC", 61234.25, {"indexConfidence": 0.9})
BTC_PUT = option("BTC", 12 * DAY, 60000, "put", 0.55, 61300, {"indexConfidence": 0.9})
ALL = [C5, P5, CHALF, QUIET, C200, P200, C200B, P200B, PERP, ETH, USDT, BTC_PERP, BTC, BTC_PUT]


def with_fields(rows, **fields):
    """The market with some quotes of ETH instruments changed."""
    rows = copy.deepcopy(rows)
    for row in rows:
        row["fields"].update(fields)
    return rows


SHORT_NEAR = [hold(C5, -10), hold(P5, -8)]
SHORT_FAR = [hold(C200, -6), hold(P200, -9)]
LONG_NEAR = [hold(C5, 10), hold(P5, 8)]
LONG_FAR = [hold(C200, 6), hold(P200, 9)]
CALENDAR = [hold(C5, 20), hold(C200, -20), hold(P200B, -4)]
PERPS = [hold(PERP, -7, 2001.5), hold(C5, -3)]
UP_ONLY = [scenario(1.01, "Up"), scenario(0.99, "Up")]
DOWN_ONLY = [scenario(1, "Down")]
STILL = [scenario(1, "None")]
SKEW = [scenario(1, "Linear"), scenario(1, "Abs")]
LINEAR = [scenario(1, "Linear")]
ABSOLUTE = [scenario(1, "Abs")]

# path, low, high, scenarios, positions
PARAMETERS = [
    ("volShock.volRangeUp", 0.1, 1.5, UP_ONLY, SHORT_NEAR),
    ("volShock.volRangeDown", 0.05, 0.6, DOWN_ONLY, LONG_NEAR),
    ("volShock.shortTermPower", 0, 1.1, UP_ONLY, SHORT_NEAR),
    ("volShock.longTermPower", 0, 1.3, UP_ONLY, SHORT_FAR),
    ("volShock.dteFloor", 3600, 40 * DAY, UP_ONLY, [hold(CHALF, -5)]),
    ("volShock.minVolUpShock", 0.05, 0.9, UP_ONLY, [hold(QUIET, -5)]),
    ("margin.imFactor", 0.5, 2.25, None, SHORT_NEAR),
    ("margin.mmFactor", 0.25, 1.5, None, SHORT_NEAR),
    ("margin.longRateMultScale", 0, 6, STILL, LONG_FAR),
    ("margin.longRateAddScale", 0, 0.7, STILL, LONG_FAR),
    ("margin.longBaseStaticDiscount", 0.5, 1.01, None, LONG_FAR),
    ("margin.shortRateMultScale", 0, 0.75, None, SHORT_FAR),
    ("margin.shortRateAddScale", 0, 0.0225, None, SHORT_FAR),
    ("margin.shortBaseStaticDiscount", 0.9, 1.5, None, SHORT_FAR),
    ("basisContingency.scenarioSpotUp", 1.01, 1.6, STILL, [hold(C200, -5), hold(C5, 1)]),
    ("basisContingency.scenarioSpotDown", 0.3, 0.99, STILL, [hold(P200, -5), hold(C5, 1)]),
    ("basisContingency.basisContAddFactor", 0, 3, STILL, CALENDAR),
    ("basisContingency.basisContMultFactor", 0, 9, STILL, CALENDAR),
    ("otherContingency.pegLossThreshold", 0.5, 1.25, None, SHORT_NEAR),
    ("otherContingency.pegLossFactor", 0, 20, None, SHORT_NEAR),
    ("otherContingency.confThreshold", 0.1, 1, None, PERPS),
    ("otherContingency.confMargin", 0, 3, None, PERPS),
    ("otherContingency.MMPerpPercent", 0, 0.5, None, PERPS),
    ("otherContingency.IMPerpPercent", 0, 0.5, None, PERPS),
    ("otherContingency.MMOptionPercent", 0, 0.5, None, PERPS),
    ("otherContingency.IMOptionPercent", 0, 0.5, None, PERPS),
    ("skewShock.linearBaseCap", 0.12, 2, LINEAR, SHORT_FAR),
    ("skewShock.linearCBase", -0.3, 0.5, LINEAR, SHORT_FAR),
    ("skewShock.absBaseCap", 0.07, 1.5, ABSOLUTE, SHORT_FAR),
    ("skewShock.absCBase", -0.25, 0.5, ABSOLUTE, SHORT_FAR),
    ("skewShock.minKStar", 3, 9, SKEW, SHORT_FAR),
    ("skewShock.widthScale", 0.5, 12, SKEW, SHORT_FAR),
    ("skewShock.volParamStatic", 0.2, 2.5, SKEW, SHORT_FAR),
    ("skewShock.volParamScale", -0.7, 1.75, SKEW, SHORT_FAR),
    ("collateral.eth.MMHaircut", 0, 0.9, None, [hold(ETH, 3), hold(C5, -2)]),
    ("collateral.eth.IMHaircut", 0, 0.8, None, [hold(ETH, 3), hold(C5, -2)]),
]


def low_confidence(rows):
    return with_fields(rows, confidence=0.4, stablePrice=0.96875)


def parameter_cases():
    for path, low, high, scenarios, positions in PARAMETERS:
        for side, value in (("low", low), ("high", high)):
            doubtful = "peg" in path or "confMargin" in path or (path.endswith("confThreshold") and side == "low")
            rows = low_confidence(ALL) if doubtful else ALL
            origin = params(scenarios)
            if path.startswith("skewShock"):  # the skew scenarios are small: nothing else may bind
                for name in ("basisContAddFactor", "basisContMultFactor"):
                    origin = changed(origin, f"managers.eth.basisContingency.{name}", 0)
            name = path.split(".")[-1] if not path.startswith("collateral") else "collateral-" + path.split(".")[-1]
            yield {"name": f"{name}-{side}", "description": f"{path} = {value}", "from": origin,
                   "params": changed(origin, f"managers.eth.{path}", value), "market": market(rows, INDEX),
                   "positions": positions, "cash": {"USDC": 1234.5}}


def case(name, description, positions, rows=ALL, parameters=None, cash=5000.25, **extra):
    return {"name": name, "description": description, "params": parameters or params(), "market": market(rows, INDEX),
            "positions": positions, "cash": {"USDC": cash}, **extra}


def scenario_cases():
    tail = params([scenario(0.2, "Up", 0.9), scenario(1.1, "None")])
    yield case("tail-dampened", "a tail binds after its dampening", [hold(P200, -4)], parameters=tail)
    zero = changed(tail, "managers.eth.scenarios", [scenario(0.2, "Up", 0), scenario(1.01, "None")])
    yield case("tail-dampened-away", "the same tail with dampening 0", [hold(P200, -4)], parameters=zero)
    amplified = params([scenario(1, "Linear", 3), scenario(1, "Abs", 2), scenario(1.1, "None")])
    yield case("skew-amplified", "skew scenarios with a dampening factor above 1", LONG_NEAR, parameters=amplified)
    crash = params([scenario(0, "Up"), scenario(1.1, "None")])
    yield case("spot-to-zero", "a scenario in which spot is worth nothing", [hold(P200, -4), hold(C5, 2)], parameters=crash)


def structure_cases():
    box = [hold(C200B, 5), hold(P200, -5), hold(C200, -5), hold(P200B, 5)]
    yield case("long-box", "value of an expiry stays positive: discounted", box)
    yield case("short-box", "value of an expiry stays negative: marked up", [{**leg, "quantity": -leg["quantity"]} for leg in box])
    capped = changed(params(), "managers.eth.margin.shortBaseStaticDiscount", 4)
    yield case("short-box-capped", "the mark-up is capped at the undiscounted value",
               [{**leg, "quantity": -leg["quantity"]} for leg in box], parameters=capped)
    yield case("value-changes-sign", "an expiry worth more than 0 in some scenarios and less in others",
               [hold(C5, 12), hold(P5, -14)])
    yield case("naked-shorts-net", "call and put of one strike: only what is short beyond the long is naked",
               [hold(C200B, -5), hold(P200, 3), hold(C200, 4), hold(P200B, -1)])
    yield case("naked-shorts-add", "two shorts of one strike add", [hold(C200B, -5), hold(P200, -3)])
    yield case("perpetual-hedge", "a perpetual against short calls", [hold(C5, -10), hold(PERP, 10, 1990.25)])
    yield case("covered-call", "risk-cancelling collateral hedges inside the scenarios", [hold(C5, -3), hold(ETH, 3)])
    uncancelled = changed(params(), "managers.eth.collateral.eth.isRiskCancelling", False)
    yield case("collateral-not-risk-cancelling", "the same collateral without cancelling risk", [hold(C5, -3), hold(ETH, 3)],
               parameters=uncancelled)
    yield case("two-collaterals", "one moves with spot, one does not", [hold(C5, -3), hold(ETH, 3), hold(USDT, 2500)],
               rows=with_fields(ALL, stablePrice=0.875))
    yield case("collateral-only", "no option or perpetual: the manager named for that", [hold(ETH, 2), hold(USDT, 100)])
    yield case("collateral-of-another-manager", "the named manager does not take BTC, another does", [hold(BTC, 0.5)])
    yield case("cash-only", "nothing to shock", [], cash=-17.5)
    yield case("perpetual-only", "scenarios of spot alone", [hold(PERP, 5, 2040.75)])
    yield case("other-manager", "BTC: its own manager, with fewer scenarios", [hold(BTC_PUT, -2), hold(BTC_PERP, 1, 60000),
                                                                             hold(BTC, 0.25)])
    yield case("long-only", "long options", LONG_NEAR + LONG_FAR)
    yield case("many-expiries", "options of four expiries", SHORT_NEAR + LONG_FAR + [hold(CHALF, 3), hold(QUIET, -4)])


def time_cases():
    minutes = [option("ETH", 900, strike, kind, 0.8, 2013.5) for strike in (1990, 2030) for kind in ("call", "put")]
    held = [hold(minutes[0], -4), hold(minutes[3], 2)]
    yield case("half-hour", "half of the forward is settled, fifteen minutes before expiry", held, rows=[PERP, *minutes])
    quoted = copy.deepcopy(minutes)
    for row in quoted:
        row["fields"]["settledForward"] = 700.25
    yield case("settled-forward-quoted", "the feed says how much of the forward is settled", held, rows=[PERP, *quoted])
    at_limit = [option("ETH", 1800, 2010, "call", 0.8, 2013.5)]
    yield case("half-hour-begins", "thirty minutes before expiry nothing is settled", [hold(at_limit[0], -4)], rows=[PERP, *at_limit])
    past = [option("ETH", -3600, 1990, "call", 0.8, 2013.5), option("ETH", -3600, 2050, "call", 0.8, 2013.5)]
    yield case("expired", "an hour after expiry: intrinsic value, no scenario moves it", [hold(past[0], -4), hold(past[1], -1)],
               rows=[PERP, *past])
    month = [option("ETH", 30 * DAY, 2100, "call", 0.7, 2020)]
    yield case("thirty-days", "at thirty days the volatility shock is its range", [hold(month[0], -5)], rows=[PERP, *month])
    floored = changed(params(), "managers.eth.volShock.dteFloor", 40 * DAY)
    yield case("thirty-days-floored", "thirty days still have the short power", [hold(month[0], -5)], rows=[PERP, *month],
               parameters=floored)
    negative = with_fields(ALL, interestRate=-0.08)
    yield case("negative-rate", "a negative rate counts as 0", LONG_FAR + [hold(P5, -8)], rows=negative)
    steep = with_fields(ALL, interestRate=0.6)
    yield case("steep-rate", "a rate of 60%", LONG_FAR + [hold(P5, -8)], rows=steep)


def volatility_cases():
    flat = changed(params(), "managers.eth.volShock.volRangeDown", 2)
    yield case("volatility-down-to-zero", "the down shock leaves no volatility", LONG_NEAR, parameters=flat)
    wild = changed(params(SKEW), "managers.eth.skewShock.linearBaseCap", 4)
    yield case("skew-below-zero", "a skew multiplier below 0 leaves no volatility", LONG_FAR + [hold(C5, 3)],
               parameters=changed(wild, "managers.eth.skewShock.widthScale", 0.25))
    huge = [option("ETH", 7 * DAY, 100, "call", 1886.25, 2013.5), option("ETH", 7 * DAY, 5600, "put", 950.5, 2013.5)]
    yield case("volatility-beyond-measure", "so high that calls are worth the forward", [hold(huge[0], -1), hold(huge[1], 2)],
               rows=[PERP, *huge])


def confidence_cases():
    for name, field, positions in (
        ("spot", "indexConfidence", [hold(PERP, 2, 2000), hold(C5, 2), hold(ETH, 1)]),
        ("forward-or-own", "confidence", [hold(PERP, 2, 2000), hold(C5, 2), hold(ETH, 1)]),
        ("volatility", "volatilityConfidence", [hold(PERP, 2, 2000), hold(C5, 2)]),
        ("rate", "rateConfidence", [hold(PERP, 2, 2000), hold(C5, 2)]),
    ):
        yield case(f"confidence-{name}", f"{field} of 0.3", positions, rows=with_fields(ALL, **{field: 0.3}))
    rows = copy.deepcopy(ALL)
    next(row for row in rows if row["name"] == "ETH-PERP")["fields"]["confidence"] = 0.2
    yield case("confidence-perpetual-held", "a doubtful perpetual makes options of its holder doubtful",
               [hold(PERP, 2, 2000), hold(C5, 2), hold(ETH, 1)], rows=rows)
    yield case("confidence-perpetual-not-held", "who does not hold it is not concerned", [hold(C5, 2), hold(ETH, 1)], rows=rows)
    yield case("confidence-at-threshold", "a confidence of exactly the threshold is enough", [hold(PERP, 2, 2000), hold(C5, 2)],
               rows=with_fields(ALL, confidence=0.5),
               parameters=changed(params(), "managers.eth.otherContingency.confThreshold", 0.5))


def size_cases():
    big = option("ETH", 5 * DAY, 2100, "call", 0.71, 2015.75, contractSize=10)
    mini = perpetual("ETH", 2012.5, contractSize=0.1)
    yield case("contract-sizes", "contracts of ten and of a tenth", [hold(big, -2), hold(mini, 75, 2000.5)],
               rows=[big, mini, USDT])


def refusal_cases():
    yield case("two-underlyings", "options of two underlyings", [hold(C5, -1), hold(BTC_PERP, 1, 60000)], refusal="two underlyings")
    yield case("collateral-not-taken", "the ETH manager takes no BTC", [hold(C5, -1), hold(BTC, 1)], refusal="does not take")
    yield case("collateral-short", "a short collateral", [hold(C5, -1), hold(ETH, -1)], refusal="short of a collateral")
    doge = spot("DOGE", 0.25)
    yield case("collateral-unknown", "no manager takes it", [hold(doge, 5)], rows=[*ALL, doge], refusal="no risk manager takes DOGE")
    sol = perpetual("SOL", 150)
    yield case("no-manager", "no parameters for the underlying", [hold(sol, 5, 150)], rows=[*ALL, sol],
               refusal="no section managers.sol")
    future = instrument("ETH-FUTURE", "future", "ETH", 2020, {}, expiryMs=C200["expiryMs"])
    yield case("dated-future", "a dated future", [hold(future, 1, 2000)], rows=[*ALL, future], refusal="dated futures")
    american = {**option("ETH", 5 * DAY, 2111, "call", 0.7, 2015.75), "exercise": "american"}
    yield case("american", "american exercise", [hold(american, 1)], rows=[*ALL, american], refusal="american exercise")
    tether = instrument("ETH_USDT-PERP", "perpetual", "ETH", 2012.5, {}, quoteCurrency="USDT", settlementCurrency="USDT")
    yield case("other-currency", "settled in another currency", [hold(tether, 1, 2000)], rows=[*ALL, tether],
               refusal="only linear instruments settled in USDC")
    yield case("open-order", "an open order", [hold(C5, 1)], refusal="open orders",
               orders=[{"instrument": C5["name"], "quantity": 1, "limitPrice": 10}])
    for field in ("confidence", "indexConfidence", "stablePrice", "volatilityConfidence", "rateConfidence", "interestRate"):
        rows = copy.deepcopy(ALL)
        del next(row for row in rows if row["name"] == C5["name"])["fields"][field]
        yield case(f"missing-{field}", f"no {field} for the option held", [hold(C5, 1)], rows=rows,
                   refusal=f"the market has no {field}")


def cases():
    return [*parameter_cases(), *scenario_cases(), *structure_cases(), *time_cases(), *volatility_cases(),
            *confidence_cases(), *size_cases(), *refusal_cases()]
