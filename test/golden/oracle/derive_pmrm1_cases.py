"""The golden portfolios of derive-pmrm1: two per parameter (low and high, each binding), then shapes and refusals.

Prices and parameters are invented but of the usual size; the market is that of the derive-pmrm cases.
"""
import copy

from derive_account import changed, hold, market, option, perpetual
from derive_pmrm_cases import (
    ALL, BTC, BTC_PERP, BTC_PUT, C5, C200, C200B, CALENDAR, CHALF, DAY, ETH, INDEX, LONG_FAR, LONG_NEAR, P5, P200,
    P200B, PERP, PERPS, QUIET, SHORT_FAR, SHORT_NEAR, USDT, low_confidence, with_fields,
)

GRID = [(1.15, "Up"), (1.15, "None"), (1.15, "Down"), (1.05, "Up"), (1.05, "Down"), (1, "Up"), (1, "None"), (1, "Down"),
        (0.9, "Up"), (0.9, "None"), (0.85, "Down"), (0.8, "Up")]


def rows(pairs):
    return [{"spotShock": spot, "volShock": vol} for spot, vol in pairs]


def manager(base, scenarios=None):
    return {
        "baseAsset": base,
        "scenarios": rows(scenarios or GRID),
        "volShock": {"volRangeUp": 0.45, "volRangeDown": 0.3, "shortTermPower": 0.3, "longTermPower": 0.13, "dteFloor": 86400},
        "margin": {"imFactor": 1.3, "baseStaticDiscount": 0.95, "rateMultScale": 4, "rateAddScale": 0.05},
        "basisContingency": {"scenarioSpotUp": 1.05, "scenarioSpotDown": 0.95, "basisContAddFactor": 0.75,
                             "basisContMultFactor": 1.2},
        "otherContingency": {"pegLossThreshold": 0.98, "pegLossFactor": 2, "confThreshold": 0.6, "confMargin": 0.5,
                             "basePercent": 0.02, "perpPercent": 0.025, "optionPercent": 0.01},
    }


def params(scenarios=None):
    return {"source": "golden portfolio", "date": "2026-08-01", "currency": "USDC", "collateralOnlyManager": "eth",
            "managers": {"eth": manager("eth", scenarios), "btc": manager("btc", GRID[:5])}}


UP_ONLY = [(1.01, "Up"), (0.99, "Up")]
DOWN_ONLY = [(1, "Down")]
STILL = [(1, "None")]
BASE_CALL = [hold(ETH, 3), hold(C5, -2)]

PARAMETERS = [
    ("volShock.volRangeUp", 0.1, 1.5, UP_ONLY, SHORT_NEAR),
    ("volShock.volRangeDown", 0.05, 0.5, DOWN_ONLY, LONG_NEAR),
    ("volShock.shortTermPower", 0, 1.1, UP_ONLY, SHORT_NEAR),
    ("volShock.longTermPower", 0, 1.3, UP_ONLY, SHORT_FAR),
    ("volShock.dteFloor", 3600, 40 * DAY, [(1.1, "Up")], [hold(CHALF, -5)]),
    ("margin.imFactor", 0.75, 2.5, None, SHORT_NEAR),
    ("margin.baseStaticDiscount", 0.5, 1.01, None, LONG_FAR),
    ("margin.rateMultScale", 0, 9, None, LONG_FAR),
    ("margin.rateAddScale", 0, 0.7, None, LONG_FAR),
    ("basisContingency.scenarioSpotUp", 1.01, 1.6, STILL, [hold(C200, -5), hold(C5, 1)]),
    ("basisContingency.scenarioSpotDown", 0.3, 0.99, STILL, [hold(P200, -5), hold(C5, 1)]),
    ("basisContingency.basisContAddFactor", 0, 3, STILL, CALENDAR),
    ("basisContingency.basisContMultFactor", 0, 9, STILL, CALENDAR),
    ("otherContingency.pegLossThreshold", 0.5, 1.25, None, SHORT_NEAR),
    ("otherContingency.pegLossFactor", 0, 20, None, SHORT_NEAR),
    ("otherContingency.confThreshold", 0.1, 1, None, PERPS),
    ("otherContingency.confMargin", 0, 3, None, PERPS),
    ("otherContingency.basePercent", 0, 0.5, None, BASE_CALL),
    ("otherContingency.perpPercent", 0, 0.5, None, PERPS),
    ("otherContingency.optionPercent", 0, 0.5, None, PERPS),
]


def parameter_cases():
    for path, low, high, scenarios, positions in PARAMETERS:
        for side, value in (("low", low), ("high", high)):
            doubtful = "peg" in path or "confMargin" in path or (path.endswith("confThreshold") and side == "low")
            origin = params(scenarios)
            yield {"name": f"{path.split('.')[-1]}-{side}", "description": f"{path} = {value}", "from": origin,
                   "params": changed(origin, f"managers.eth.{path}", value),
                   "market": market(low_confidence(ALL) if doubtful else ALL, INDEX),
                   "positions": positions, "cash": {"USDC": 1234.5}}


def case(name, description, positions, instruments=ALL, parameters=None, cash=5000.25, **extra):
    return {"name": name, "description": description, "params": parameters or params(),
            "market": market(instruments, INDEX), "positions": positions, "cash": {"USDC": cash}, **extra}


def structure_cases():
    box = [hold(C200B, 5), hold(P200, -5), hold(C200, -5), hold(P200B, 5)]
    yield case("long-box", "value of an expiry stays positive: discounted", box)
    yield case("short-box", "value of an expiry stays negative: not marked up",
               [{**leg, "quantity": -leg["quantity"]} for leg in box])
    yield case("value-changes-sign", "an expiry worth more than 0 in some scenarios and less in others",
               [hold(C5, 12), hold(P5, -14)])
    yield case("naked-shorts-net", "call and put of one strike net", [hold(C200B, -5), hold(P200, 3), hold(C200, 4), hold(P200B, -1)])
    yield case("naked-shorts-add", "two shorts of one strike add", [hold(C200B, -5), hold(P200, -3)])
    yield case("perpetual-hedge", "a perpetual against short calls", [hold(C5, -10), hold(PERP, 10, 1990.25)])
    yield case("covered-call", "base hedges inside the scenarios", BASE_CALL)
    yield case("base-while-depegged", "base over the stable price, its charges on the spot value", BASE_CALL,
               instruments=with_fields(ALL, stablePrice=0.875, indexConfidence=0.5))
    yield case("base-only", "no option or perpetual", [hold(ETH, 2)])
    yield case("base-of-another-manager", "the named manager does not take BTC", [hold(BTC, 0.5)])
    yield case("cash-only", "nothing to shock", [], cash=250.125)
    yield case("perpetual-only", "scenarios of spot alone", [hold(PERP, 5, 2040.75)])
    yield case("other-manager", "BTC: its own manager, with fewer scenarios",
               [hold(BTC_PUT, -2), hold(BTC_PERP, 1, 60000), hold(BTC, 0.25)])
    yield case("many-expiries", "options of four expiries", SHORT_NEAR + LONG_FAR + [hold(CHALF, 3), hold(QUIET, -4)])
    rates = with_fields(ALL, interestRate=-0.08)
    yield case("negative-rate", "a negative rate counts as 0", LONG_FAR, instruments=rates)
    flat = changed(params(), "managers.eth.volShock.volRangeDown", 2)
    yield case("volatility-down-to-zero", "the down shock leaves no volatility", LONG_NEAR, parameters=flat)


def time_cases():
    minutes = [option("ETH", 900, strike, kind, 0.8, 2013.5) for strike in (1990, 2030) for kind in ("call", "put")]
    held = [hold(minutes[0], -4), hold(minutes[3], 2)]
    yield case("half-hour", "half of the forward is settled", held, instruments=[PERP, *minutes])
    quoted = copy.deepcopy(minutes)
    for row in quoted:
        row["fields"]["settledForward"] = 1501.5
    yield case("settled-forward-quoted", "the feed says how much is settled", held, instruments=[PERP, *quoted])
    past = [option("ETH", -60, 1990, "call", 0.8, 2013.5)]
    yield case("expired", "after expiry: intrinsic value", [hold(past[0], -4)], instruments=[PERP, *past])


def confidence_cases():
    for field in ("indexConfidence", "confidence", "volatilityConfidence", "rateConfidence"):
        yield case(f"confidence-{field}", f"{field} of 0.3", [hold(PERP, 2, 2000), hold(C5, 2), hold(ETH, 1)],
                   instruments=with_fields(ALL, **{field: 0.3}))


def refusal_cases():
    yield case("two-underlyings", "options of two underlyings", [hold(C5, -1), hold(BTC_PERP, 1, 60000)], refusal="two underlyings")
    yield case("base-not-taken", "the ETH manager takes no BTC", [hold(C5, -1), hold(BTC, 1)], refusal="does not take")
    yield case("base-short", "a short base", [hold(C5, -1), hold(ETH, -1)], refusal="short of a collateral")
    yield case("base-unknown", "no manager takes it", [hold(USDT, 5)], refusal="no risk manager takes USDT")
    sol = perpetual("SOL", 150)
    yield case("no-manager", "no parameters for the underlying", [hold(sol, 5, 150)], instruments=[*ALL, sol],
               refusal="no section managers.sol")
    yield case("open-order", "an open order", [hold(C5, 1)], refusal="open orders",
               orders=[{"instrument": C5["name"], "quantity": 1, "limitPrice": 10}])
    broken = copy.deepcopy(ALL)
    del next(row for row in broken if row["name"] == C5["name"])["fields"]["interestRate"]
    yield case("missing-rate", "no rate for the option held", [hold(C5, 1)], instruments=broken,
               refusal="the market has no interestRate")


def cases():
    return [*parameter_cases(), *structure_cases(), *time_cases(), *confidence_cases(), *refusal_cases()]
