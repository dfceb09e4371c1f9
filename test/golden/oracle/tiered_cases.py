"""Golden portfolios of the tiered models: two per parameter (low and high), then structure. Run: python3 tiered_cases.py

Every parameter of the base parameters is moved down and up in a portfolio that it binds in; the numbers are invented but
of the usual size.
"""
import copy
import json
import os
import shutil

from mpmath import nstr

import tiered

HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF_MS = 1785542400000
DAY_MS = 24 * 3600 * 1000


def instrument(name, kind, base, quote, forward, size=1, days=None, strike=None, option=None, **fields):
    return {"name": name, "kind": kind, "payoff": "linear", "baseCurrency": base, "quoteCurrency": quote,
            "settlementCurrency": quote, "contractSize": size,
            "expiryMs": None if days is None else AS_OF_MS + round(days * DAY_MS), "strike": strike,
            "optionType": option, "forward": forward, "impliedVolatility": 0.5 if option else None, "fields": fields}


class Writer:
    def __init__(self, model, params, instruments, index=None):
        self.model, self.params, self.instruments, self.index = model, params, instruments, index or {}
        self.number = 0
        self.folder = os.path.join(HERE, "..", model)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def add(self, name, description, positions, cash=None, orders=(), change=None, instruments=None, index=None,
            refusal=None):
        """change: (path, value) of a parameter, path like symbols.btc_usdt.brackets.0.maintMarginRatio"""
        params = copy.deepcopy(self.params)
        for path, value in change or ():
            target = params
            *way, last = path.split(".")
            for part in way:
                target = target[int(part)] if isinstance(target, list) else target[part]
            if value is None and isinstance(target, dict) and last in target and last != "upTo":
                del target[last]
            else:
                target[int(last) if isinstance(target, list) else last] = value
        portfolio = {
            "model": self.model, "description": description, "params": params,
            "market": {"asOfMs": AS_OF_MS, "indexPrice": index or self.index,
                       "instruments": copy.deepcopy(instruments or self.instruments)},
            "positions": [{"instrument": i, "quantity": q, "entryPrice": e} for i, q, e in positions],
            "orders": [{"instrument": i, "quantity": q, "limitPrice": p} for i, q, p in orders],
            "cash": cash or {},
        }
        if refusal is None:
            portfolio["expected"] = [
                {name_: (nstr(value, 25) if name_ not in ("currency", "components") else
                         value if name_ == "currency" else {k: nstr(v, 25) for k, v in value.items()})
                 for name_, value in each.items()} for each in tiered.margin(portfolio)]
        else:
            portfolio["expectedRefusal"] = refusal
        self.number += 1
        with open(os.path.join(self.folder, f"{self.number:03d}-{name}.json"), "w") as file:
            json.dump(portfolio, file, indent=1)
            file.write("\n")

    def both(self, name, what, path, low, high, positions, **more):
        """The parameter at a low and at a high value."""
        for side, value in (("low", low), ("high", high)):
            change = [(path, value), *more.get("also", ())]
            rest = {key: each for key, each in more.items() if key != "also"}
            self.add(f"{name}-{side}", f"{what}: {value}", positions, change=change, **rest)


def binance():
    def bracket(floor, rate, leverage):
        return {"notionalFloor": floor, "maintMarginRatio": rate, "initialLeverage": leverage}
    params = {"source": "golden portfolio", "date": "2026-08-01", "symbols": {
        "btc_usdt": {"brackets": [bracket(0, 0.004, 125), bracket(50000, 0.005, 100), bracket(250000, 0.01, 50),
                                  bracket(1000000, 0.025, 20), bracket(10000000, 0.05, 10)]},
        "eth_usdt": {"brackets": [bracket(0, 0.005, 100), bracket(100000, 0.0125, 40)]},
        "btc_usdc": {"brackets": [bracket(0, 0.005, 75)]}}}
    instruments = [instrument("BTCUSDT", "perpetual", "BTC", "USDT", 64123.45),
                   instrument("ETHUSDT", "perpetual", "ETH", "USDT", 3123.71),
                   instrument("BTCUSDC", "perpetual", "BTC", "USDC", 64100.25),
                   instrument("BTCUSDT-SEP", "future", "BTC", "USDT", 64890.5, days=50),
                   instrument("XRPUSDT", "perpetual", "XRP", "USDT", 0.61),
                   instrument("BTC-OPTION", "option", "BTC", "USDT", 64000, days=20, strike=60000, option="call"),
                   instrument("OLD", "future", "BTC", "USDT", 64890.5, days=-1),
                   instrument("BTC-SPOT", "spot", "BTC", "USDT", 64100)]
    writer = Writer("binance-usdm", params, instruments)
    cash = {"USDT": 250000}
    small, large, huge = [("BTCUSDT", 0.5, 63000)], [("BTCUSDT", -31.7, 65000.5)], [("BTCUSDT", 400.25, 61000)]
    at = "symbols.btc_usdt.brackets"
    for place, positions, low, high in ((0, small, 0.003, 0.0045), (1, [("BTCUSDT", 2.5, 60000)], 0.0045, 0.009),
                                        (2, [("BTCUSDT", -12.5, 60000)], 0.006, 0.02), (3, large, 0.015, 0.04),
                                        (4, huge, 0.03, 0.1)):
        writer.both(f"rate-of-bracket-{place}", "maintenance margin rate", f"{at}.{place}.maintMarginRatio", low, high,
                    positions, cash=cash)
        writer.both(f"leverage-of-bracket-{place}", "largest leverage", f"{at}.{place}.initialLeverage", 3, 150,
                    positions, cash=cash)
    for place, low, high in ((1, 20000, 200000), (2, 60000, 900000), (3, 300000, 9000000), (4, 2000000, 24000000)):
        writer.both(f"floor-of-bracket-{place}", "notional floor", f"{at}.{place}.notionalFloor", low, high, huge,
                    cash=cash)
    writer.both("chosen-leverage", "leverage of the account", "symbols.btc_usdt.leverage", 2, 110, small, cash=cash)
    writer.add("at-a-floor", "a notional at the floor of a bracket", [("BTCUSDT", 1, 50000)], cash,
               instruments=[instrument("BTCUSDT", "perpetual", "BTC", "USDT", 250000)])
    writer.add("cross-pnl", "losses of one position, gains of another",
               [("BTCUSDT", 3, 70000), ("ETHUSDT", -210, 3500)], cash)
    writer.add("several-contracts", "perpetual and future of one coin do not net",
               [("BTCUSDT", 3, 64000), ("BTCUSDT-SEP", -3, 64500)], cash)
    writer.add("two-currencies", "USDT and USDC are netting sets of their own",
               [("BTCUSDT", 1.25, 64000), ("BTCUSDC", -0.75, 64500)], {"USDT": 9000, "USDC": 12000.5})
    writer.add("cash-only", "no position", [], {"USDT": 12.5})
    writer.add("negative-wallet", "a negative wallet", [("ETHUSDT", 1, 3000)], {"USDT": -50})
    writer.add("contract-size", "contracts of a thousandth", [("KBTC", 1234, 64000)], cash,
               instruments=[instrument("KBTC", "perpetual", "BTC", "USDT", 64001.5, size=0.001)])
    writer.add("no-parameters", "a symbol without brackets", [("XRPUSDT", 100, 0.6)], cash,
               refusal="the parameters have no section symbols.xrp_usdt")
    writer.add("option", "options are refused", [("BTC-OPTION", -1, 100)], cash,
               refusal="Binance has not published how it margins written options")
    writer.add("spot", "spot is refused", [("BTC-SPOT", 1, 100)], cash, refusal="spot is no margin asset")
    writer.add("open-order", "orders are refused", small, cash, orders=[("BTCUSDT", 1, 60000)], refusal="open orders")
    writer.add("expired", "an expired future", [("OLD", 1, 64000)], cash, refusal="a price or volatility of OLD is bad")


def hyperliquid():
    params = {"source": "golden portfolio", "date": "2026-08-01", "transferRate": 0.1, "assets": {
        "btc": {"marginTiers": [{"lowerBound": 0, "maxLeverage": 40}, {"lowerBound": 150000000, "maxLeverage": 20}]},
        "eth": {"marginTiers": [{"lowerBound": 0, "maxLeverage": 25}, {"lowerBound": 100000000, "maxLeverage": 15}]}}}
    instruments = [instrument("BTC", "perpetual", "BTC", "USDC", 64123.5),
                   instrument("ETH", "perpetual", "ETH", "USDC", 3123.7),
                   instrument("DOGE", "perpetual", "DOGE", "USDC", 0.21),
                   instrument("BTC-FUT", "future", "BTC", "USDC", 64123.5, days=30)]
    writer = Writer("hyperliquid", params, instruments)
    cash = {"USDC": 1000000}
    small, large = [("BTC", -2.5, 60000)], [("BTC", 3456.75, 61000)]
    at = "assets.btc.marginTiers"
    writer.both("leverage-of-tier-0", "largest leverage", f"{at}.0.maxLeverage", 25, 50, small, cash=cash)
    writer.both("leverage-of-tier-1", "largest leverage", f"{at}.1.maxLeverage", 3, 30, large, cash=cash)
    writer.both("bound-of-tier-1", "lower bound", f"{at}.1.lowerBound", 1000000, 200000000, large, cash=cash)
    writer.both("transfer-rate", "part that a transfer must leave", "transferRate", 0.01, 0.25, small, cash=cash)
    writer.both("chosen-leverage", "leverage of the account", "assets.btc.leverage", 2, 45, small, cash=cash)
    writer.add("two-assets", "two assets", [("BTC", 1, 64000), ("ETH", -100, 3000)], cash)
    writer.add("hedge-does-not-net", "no offset between assets", [("BTC", 1, 64000), ("ETH", -20.5, 3100)], cash)
    writer.add("third-tier", "three tiers", large, cash, change=[(at, [
        {"lowerBound": 0, "maxLeverage": 50}, {"lowerBound": 1000000, "maxLeverage": 20},
        {"lowerBound": 50000000, "maxLeverage": 5}])])
    writer.add("cash-only", "no position", [], {"USDC": 0.25})
    writer.add("no-parameters", "an asset without a table", [("DOGE", 1, 0.2)], cash,
               refusal="the parameters have no section assets.doge")
    writer.add("dated-future", "futures are refused", [("BTC-FUT", 1, 64000)], cash,
               refusal="only perpetuals are margined")
    writer.add("open-order", "orders are refused", [], cash, orders=[("BTC", 1, 60000)], refusal="open orders")


def bybit():
    params = {"source": "golden portfolio", "date": "2026-08-01", "symbols": {
        "btc_usdt": {"riskLimits": [{"floor": 0, "maintenanceMargin": 0.005, "initialMargin": 0.01},
                                    {"floor": 2000000, "maintenanceMargin": 0.01, "initialMargin": 0.0175},
                                    {"floor": 4000000, "maintenanceMargin": 0.015, "initialMargin": 0.025}]},
        "eth_usdc": {"riskLimits": [{"floor": 0, "maintenanceMargin": 0.01, "initialMargin": 0.02}]}},
        "options": {"initialRate": 0.15, "initialRateLeast": 0.1, "maintenanceRate": 0.03,
                    "liquidationFeeRate": 0.002}}
    instruments = [instrument("BTCUSDT", "perpetual", "BTC", "USDT", 64123.5),
                   instrument("ETHUSDC", "perpetual", "ETH", "USDC", 3123.75),
                   instrument("CALL-OTM", "option", "BTC", "USDC", 64200, days=20, strike=70000, option="call", markPrice=512.25),
                   instrument("CALL-ITM", "option", "BTC", "USDC", 64200, days=20, strike=50000, option="call", markPrice=14300.5),
                   instrument("CALL-FAR", "option", "BTC", "USDC", 64200, days=20, strike=120000, option="call", markPrice=3),
                   instrument("PUT-OTM", "option", "BTC", "USDC", 64200, days=20, strike=60000, option="put", markPrice=910.5),
                   instrument("PUT-ZERO", "option", "BTC", "USDC", 64200, days=20, strike=20000, option="put", markPrice=0),
                   instrument("OLD-CALL", "option", "BTC", "USDC", 64200, days=-1, strike=20000, option="call", markPrice=5),
                   instrument("TODAY", "option", "BTC", "USDC", 64200, days=0, strike=64000, option="call", markPrice=100),
                   instrument("NO-MARK", "option", "BTC", "USDC", 64200, days=20, strike=61000, option="put"),
                   instrument("SOLUSDT", "perpetual", "SOL", "USDT", 150),
                   instrument("BTC-SPOT", "spot", "BTC", "USDC", 64100)]
    writer = Writer("bybit-linear", params, instruments, {"btc_usdc": 64150.5, "btc_usdt": 64100})
    cash = {"USDT": 250000, "USDC": 100000}
    small, middle, large = [("BTCUSDT", 5.5, 63000)], [("BTCUSDT", -45.25, 65000.5)], [("BTCUSDT", 120.5, 61000)]
    at = "symbols.btc_usdt.riskLimits"
    for place, positions, low, high in ((0, small, 0.001, 0.009), (1, middle, 0.006, 0.014), (2, large, 0.011, 0.05)):
        writer.both(f"maintenance-of-tier-{place}", "maintenance margin rate", f"{at}.{place}.maintenanceMargin", low,
                    high, positions, cash=cash)
        writer.both(f"initial-of-tier-{place}", "initial margin rate", f"{at}.{place}.initialMargin", 0.002, 0.2,
                    positions, cash=cash)
    writer.both("floor-of-tier-1", "floor", f"{at}.1.floor", 100000, 3900000, large, cash=cash)
    writer.both("floor-of-tier-2", "floor", f"{at}.2.floor", 2500000, 7000000, large, cash=cash)
    writer.both("chosen-leverage", "leverage of the account", "symbols.btc_usdt.leverage", 5, 90, small, cash=cash)
    writer.both("option-initial-rate", "rate on the index", "options.initialRate", 0.12, 0.3, [("CALL-ITM", -2, 14000)],
                cash=cash)
    writer.both("option-initial-least", "least rate on the index", "options.initialRateLeast", 0.05, 0.14,
                [("CALL-FAR", -2, 2)], cash=cash)
    writer.both("option-maintenance-rate", "rate on index or mark", "options.maintenanceRate", 0.01, 0.4,
                [("PUT-OTM", -3, 900)], cash=cash)
    writer.both("option-liquidation-fee", "fee on the index", "options.liquidationFeeRate", 0, 0.5,
                [("PUT-OTM", -3, 900)], cash=cash)
    writer.add("entry-above-mark", "premium received above the mark", [("CALL-OTM", -1.5, 800.25)], cash)
    writer.add("entry-below-mark", "premium received below the mark", [("CALL-OTM", -1.5, 200)], cash)
    writer.add("long-options", "long options need nothing", [("CALL-ITM", 3, 14000), ("PUT-OTM", 2, 900)], cash)
    writer.add("long-and-short", "no offset between options", [("CALL-ITM", 3, 14000), ("CALL-OTM", -3, 500)], cash)
    writer.add("short-straddle", "both sides short", [("CALL-OTM", -1, 500), ("PUT-OTM", -1, 900)], cash)
    writer.add("worthless-put", "mark of zero", [("PUT-ZERO", -10, 1)], cash)
    writer.add("expiring-now", "at its expiry", [("TODAY", -1, 100)], cash)
    writer.add("linear-and-options", "contracts and options of one currency",
               [("ETHUSDC", -40, 3000), ("CALL-OTM", -1, 500)], cash)
    writer.add("mark-above-index", "the mark is larger than the index", [("CALL-ITM", -1, 100)], cash,
               index={"btc_usdc": 9000.5})
    writer.add("published-maintenance", "help centre 000001546: 1,260 USDC", [("CALL", -1, 300)], {"USDC": 10000},
               instruments=[instrument("CALL", "option", "BTC", "USDC", 30000, days=30, strike=31000, option="call",
                                       markPrice=300)], index={"btc_usdc": 30000})
    writer.add("missing-mark", "no mark price", [("NO-MARK", -1, 900)], cash, refusal="the market has no markPrice")
    writer.add("expired", "an expired option", [("OLD-CALL", -1, 9)], cash,
               refusal="a price or volatility of OLD-CALL is bad")
    writer.add("no-index", "no index price", [("CALL-OTM", -1, 9)], cash, index={"eth_usdc": 1},
               refusal="a price or volatility of CALL-OTM is bad")
    writer.add("no-parameters", "a symbol without risk limits", [("SOLUSDT", 1, 150)], cash,
               refusal="the parameters have no section symbols.sol_usdt")
    writer.add("spot", "spot collateral is refused", [("BTC-SPOT", 1, 1)], cash, refusal="collateral value ratios")
    writer.add("open-order", "orders are refused", small, cash, orders=[("BTCUSDT", 1, 60000)], refusal="open orders")


def dydx():
    def tier(imf, fraction, lower=0, upper=0, **more):
        return {"initialMarginPpm": imf, "maintenanceFractionPpm": fraction, "openInterestLowerCap": lower,
                "openInterestUpperCap": upper, **more}
    params = {"source": "golden portfolio", "date": "2026-08-01", "liquidityTiers": {
        "large": tier(20000, 600000), "mid": tier(50000, 600000, 40000000, 100000000),
        "isolated": tier(50000, 600000, 500000, 1000000, isIsolated=True)},
        "markets": {"btc": {"atomicResolution": -10, "priceExponent": -5, "liquidityTier": "large"},
                    "eth": {"atomicResolution": -9, "priceExponent": -6, "liquidityTier": "mid"},
                    "shib": {"atomicResolution": 0, "priceExponent": -14, "liquidityTier": "large"},
                    "pepe": {"atomicResolution": -3, "priceExponent": -16, "liquidityTier": "isolated"}}}
    def market(interest):
        fields = {} if interest is None else {"openInterest": interest}
        return [instrument("BTC-USD", "perpetual", "BTC", "USDC", 64123.45678),
                instrument("ETH-USD", "perpetual", "ETH", "USDC", 3123.456789, **fields),
                instrument("SHIB-USD", "perpetual", "SHIB", "USDC", 0.00002345678901),
                instrument("PEPE-USD", "perpetual", "PEPE", "USDC", 0.00001),
                instrument("DOGE-USD", "perpetual", "DOGE", "USDC", 0.2)]
    writer = Writer("dydx", params, market(20000))
    cash = {"USDC": 25000.123456}
    btc, eth = [("BTC-USD", 1.2345678901, 60000)], [("ETH-USD", -12.345678901, 3200)]
    writer.both("initial-margin", "base initial margin fraction", "liquidityTiers.large.initialMarginPpm", 0, 1000000,
                btc, cash=cash)
    writer.both("maintenance-fraction", "maintenance fraction", "liquidityTiers.large.maintenanceFractionPpm", 1,
                1000000, btc, cash=cash)
    writer.both("lower-cap", "lower cap of open interest", "liquidityTiers.mid.openInterestLowerCap", 1, 62000000, eth,
                cash=cash)
    writer.both("upper-cap", "upper cap of open interest", "liquidityTiers.mid.openInterestUpperCap", 40000001,
                8000000000, eth, cash=cash)
    writer.both("atomic-resolution", "resolution of the base currency", "markets.btc.atomicResolution", -4, -10, btc,
                cash=cash)
    writer.both("price-exponent", "exponent of the oracle price", "markets.btc.priceExponent", -8, 0, btc, cash=cash)
    for name, interest in (("zero", 0), ("at-lower", 12805.888), ("middle", 22345.6789), ("above-upper", 99999)):
        writer.add(f"open-interest-{name}", f"open interest of {interest}", eth, cash, instruments=market(interest))
    writer.add("long-and-short", "two markets", btc + eth, cash)
    writer.add("rounds-up", "a requirement of less than a quantum", [("BTC-USD", 1e-10, 60000)], cash)
    writer.add("tiny-price", "a price of many decimals", [("SHIB-USD", -123456789, 0.00002)], cash)
    writer.add("large-position", "10^15 base quantums", [("BTC-USD", 100000, 60000)], {"USDC": 3000000000})
    writer.add("negative-balance", "a negative quote balance", btc, {"USDC": -50000.5})
    writer.add("cash-only", "no position", [], {"USDC": 1.0000005})
    writer.add("too-large", "more than 2^53 base quantums", [("BTC-USD", 1000000, 60000)], cash, refusal="2^53 quantums")
    writer.add("missing-open-interest", "no open interest", eth, cash, instruments=market(None),
               refusal="the market has no openInterest")
    writer.add("isolated", "an isolated market", [("PEPE-USD", 1000, 0.00001)], cash, refusal="an isolated market")
    writer.add("no-parameters", "a market that is not listed", [("DOGE-USD", 1, 0.2)], cash,
               refusal="the parameters have no section markets.doge")
    writer.add("open-order", "orders are refused", btc, cash, orders=[("BTC-USD", 1, 60000)], refusal="open orders")


def drift():
    def perpetual(initial, maintenance, imf, **more):
        return {"marginRatioInitial": initial, "marginRatioMaintenance": maintenance, "imfFactor": imf,
                "unrealizedPnlInitialAssetWeight": 10000, "unrealizedPnlMaintenanceAssetWeight": 10000,
                "unrealizedPnlImfFactor": 0, **more}
    params = {"source": "golden portfolio", "date": "2026-08-01", "openOrderCharge": 0.01,
              "maxPositivePnlForInitialMargin": 100,
              "perpetuals": {"sol": perpetual(1000, 500, 50), "btc": perpetual(500, 300, 0)},
              "spots": {"sol": {"initialAssetWeight": 8000, "maintenanceAssetWeight": 9000,
                                "initialLiabilityWeight": 12000, "maintenanceLiabilityWeight": 11000,
                                "imfFactor": 3000, "scaleInitialAssetWeightStart": 100000000, "deposits": 500000}}}
    instruments = [instrument("SOL-PERP", "perpetual", "SOL", "USDC", 151.25),
                   instrument("BTC-PERP", "perpetual", "BTC", "USDC", 64123.5),
                   instrument("SOL", "spot", "SOL", "USDC", 151.25, twapPrice=149.5),
                   instrument("DOGE-PERP", "perpetual", "DOGE", "USDC", 0.2),
                   instrument("JUP", "spot", "JUP", "USDC", 1.2, twapPrice=1.2)]
    up = copy.deepcopy(instruments)
    up[2]["fields"]["twapPrice"] = 155.75
    writer = Writer("drift", params, instruments)
    cash = {"USDC": 100000}
    perp, big = [("SOL-PERP", 1234.5, 160)], [("SOL-PERP", -250000.25, 150)]
    gain = [("SOL-PERP", 100, 140)]
    deposit, borrow = [("SOL", 512.75, 0)], [("SOL", -321.5, 0)]
    at = "perpetuals.sol"
    writer.both("ratio-initial", "initial margin ratio", f"{at}.marginRatioInitial", 500, 5000, perp, cash=cash)
    writer.both("ratio-maintenance", "maintenance margin ratio", f"{at}.marginRatioMaintenance", 100, 900, perp, cash=cash)
    writer.both("perp-imf", "imf factor", f"{at}.imfFactor", 10, 2000, big, cash=cash)
    writer.both("pnl-initial-weight", "weight of gains at initial margin", f"{at}.unrealizedPnlInitialAssetWeight", 0,
                500, gain, cash=cash)
    writer.both("pnl-maintenance-weight", "weight of gains at maintenance", f"{at}.unrealizedPnlMaintenanceAssetWeight",
                0, 9500, gain, cash=cash)
    writer.both("pnl-imf", "imf factor of gains", f"{at}.unrealizedPnlImfFactor", 100, 500000, gain, cash=cash,
                also=[("maxPositivePnlForInitialMargin", 100000)])
    writer.both("pnl-cap", "cap of gains at initial margin", "maxPositivePnlForInitialMargin", 0, 1124.5, gain, cash=cash)
    writer.both("order-charge", "charge per open order", "openOrderCharge", 0, 25, perp, cash=cash,
                orders=[("SOL-PERP", 1, 150), ("SOL-PERP", -1, 160)])
    spot = "spots.sol"
    writer.both("initial-asset-weight", "initial asset weight", f"{spot}.initialAssetWeight", 1000, 9500, deposit, cash=cash)
    writer.both("maintenance-asset-weight", "maintenance asset weight", f"{spot}.maintenanceAssetWeight", 1500, 10000,
                deposit, cash=cash)
    writer.both("initial-liability-weight", "initial liability weight", f"{spot}.initialLiabilityWeight", 10000, 20000,
                borrow, cash=cash)
    writer.both("maintenance-liability-weight", "maintenance liability weight", f"{spot}.maintenanceLiabilityWeight",
                10000, 19000, borrow, cash=cash)
    writer.both("spot-imf-deposit", "imf factor of a deposit", f"{spot}.imfFactor", 10, 100000, deposit, cash=cash)
    writer.both("spot-imf-borrow", "imf factor of a borrow", f"{spot}.imfFactor", 0, 100000, borrow, cash=cash)
    writer.both("scale-start", "deposits from which the weight shrinks", f"{spot}.scaleInitialAssetWeightStart", 1000000,
                0, deposit, cash=cash)
    writer.both("deposits", "deposits of the market", f"{spot}.deposits", 100, 5000000, deposit, cash=cash)
    writer.add("strict-deposit", "average above the oracle", deposit, cash, instruments=up)
    writer.add("strict-borrow", "average above the oracle", borrow, cash, instruments=up)
    writer.add("borrowed-cash", "cash below zero", perp, {"USDC": -5000.5})
    writer.add("orders-increase", "bids beyond the position", perp, cash, orders=[("SOL-PERP", 500, 150)])
    writer.add("orders-reverse", "asks beyond the position", perp, cash, orders=[("SOL-PERP", -4000.5, 160)])
    writer.add("orders-both-sides", "bids and asks", perp, cash,
               orders=[("SOL-PERP", 100, 150), ("SOL-PERP", 200.5, 149), ("SOL-PERP", -3000, 160)])
    writer.add("orders-only", "orders without a position", [], cash,
               orders=[("SOL-PERP", 100, 150), ("BTC-PERP", -2, 65000)])
    writer.add("orders-between", "orders before and after the positions in row order", [("SOL-PERP", 1, 150)], cash,
               orders=[("BTC-PERP", -2, 65000), ("SOL-PERP", 3, 150)])
    writer.add("everything", "positions, orders, deposits", [*deposit, ("SOL-PERP", -700, 155), ("BTC-PERP", 1.5, 60000)],
               cash, orders=[("BTC-PERP", 1, 60000)])
    writer.add("cash-only", "no position", [], {"USDC": 7})
    writer.add("spot-order", "an order of a spot market", [], cash, orders=[("SOL", 1, 150)],
               refusal="open orders of spot markets are not covered")
    writer.add("missing-average", "no five-minute average", deposit, cash,
               instruments=[instrument("SOL", "spot", "SOL", "USDC", 151.25)], refusal="the market has no twapPrice")
    writer.add("no-perpetual", "a perpetual without parameters", [("DOGE-PERP", 1, 0.2)], cash,
               refusal="the parameters have no section perpetuals.doge")
    writer.add("no-spot", "a spot market without parameters", [("JUP", 1, 0)], cash,
               refusal="the parameters have no section spots.jup")


def okx():
    tiers = [{"upTo": 250000, "multiplier": 1}, {"upTo": 500000, "multiplier": 2}, {"upTo": None, "multiplier": 4}]
    params = {"source": "golden portfolio", "date": "2026-08-01", "extremeShare": 0.5, "initialFactor": 1.3,
              "borrowMaintenanceRate": 0.02, "borrowInitialRate": 0.1, "basisAcrossExpiries": "gross",
              "stablecoins": ["USDT", "USDC"],
              "classes": {"major": {"spotMoves": [0.04, 0.08, 0.12], "extremeMove": 0.24, "basisAnnualised": 0.05,
                                    "basisLeast": 0.002, "minimumRate": 0.0045, "minimumTiers": tiers}},
              "underlyings": {"btc": "major", "eth": "major"}}
    instruments = [instrument("BTC-USDT-SWAP", "perpetual", "BTC", "USDT", 64123.5, size=0.01, stablePrice=0.9995),
                   instrument("ETH-USDT-SWAP", "perpetual", "ETH", "USDT", 3123.7, size=0.1, stablePrice=0.9995),
                   instrument("BTC-USDC-SWAP", "perpetual", "BTC", "USDC", 64150.5, size=0.01, stablePrice=1.0001),
                   instrument("BTC-USD-SWAP", "perpetual", "BTC", "USD", 64100.5, size=0.01),
                   instrument("BTC-USDT-FAR", "future", "BTC", "USDT", 66123.5, size=0.01, days=200, stablePrice=0.9995),
                   instrument("BTC-USDT-TODAY", "future", "BTC", "USDT", 64123.5, size=0.01, days=0, stablePrice=0.9995),
                   instrument("BTC-USDT-OLD", "future", "BTC", "USDT", 64123.5, size=0.01, days=-1, stablePrice=0.9995),
                   instrument("BTC-CALL", "option", "BTC", "USD", 64000, size=0.01, days=20, strike=60000, option="call"),
                   instrument("USDT", "spot", "USDT", "USD", 0.9995), instrument("BTC", "spot", "BTC", "USD", 64100),
                   instrument("NO-STABLE", "perpetual", "BTC", "USDT", 64123.5),
                   instrument("SOL-USDT-SWAP", "perpetual", "SOL", "USDT", 150, stablePrice=1)]
    writer = Writer("okx-pm", params, instruments)
    cash = {"USD": 50000}
    swap, far = [("BTC-USDT-SWAP", -1234, 65000)], [("BTC-USDT-FAR", 777, 65000)]
    many = [("BTC-USDT-SWAP", 200000, 65000)]
    at = "classes.major"
    writer.both("spot-move", "largest spot move", f"{at}.spotMoves", [0.01], [0.05, 0.1, 0.15, 0.3], swap, cash=cash)
    writer.both("extreme-move", "extreme move", f"{at}.extremeMove", 0.1, 0.5, swap, cash=cash)
    writer.both("extreme-share", "share of the extreme loss", "extremeShare", 0.25, 0.9, swap, cash=cash)
    writer.both("basis-annualised", "annualised basis move", f"{at}.basisAnnualised", 0.001, 0.3, far, cash=cash)
    writer.both("basis-least", "least basis move", f"{at}.basisLeast", 0, 0.008, swap, cash=cash)
    writer.both("minimum-rate", "minimum charge", f"{at}.minimumRate", 0.0001, 0.35, swap, cash=cash)
    writer.both("minimum-multiplier", "multiplier of a tier", f"{at}.minimumTiers.2.multiplier", 2, 1000, many,
                cash=cash)
    writer.both("minimum-end", "end of a tier", f"{at}.minimumTiers.1.upTo", 250001, 10000000, many, cash=cash,
                also=[(f"{at}.minimumTiers.2.multiplier", 500), (f"{at}.minimumTiers.1.multiplier", 100)])
    writer.both("initial-factor", "initial over maintenance", "initialFactor", 1, 2.5, swap, cash=cash)
    writer.both("borrow-maintenance", "rate on borrowing", "borrowMaintenanceRate", 0, 0.5, swap, cash={"USD": -9000})
    writer.both("borrow-initial", "initial rate on borrowing", "borrowInitialRate", 0, 0.5, swap, cash={"USD": -9000})
    writer.add("hedged", "swap against swap leaves the minimum charge",
               [("BTC-USDT-SWAP", 500, 64000), ("BTC-USDT-SWAP-B", -500, 64000)], cash,
               instruments=[*instruments, {**instruments[0], "name": "BTC-USDT-SWAP-B", "forward": 64125}])
    writer.add("two-units", "units do not offset", [("BTC-USDT-SWAP", 100, 64000), ("ETH-USDT-SWAP", -200, 3000)], cash)
    writer.add("dollar-swap", "quoted in USD", [("BTC-USD-SWAP", 100, 64000)], cash)
    writer.add("stablecoin-cash", "USDT as a spot position", [("USDT", 20000, 0), ("BTC-USDT-SWAP", 10, 64000)])
    writer.add("stablecoin-debt", "borrowed USDT", [("USDT", -20000, 0), ("BTC-USDT-SWAP", 10, 64000)])
    writer.add("expiring-now", "at its expiry", [("BTC-USDT-TODAY", 10, 64000)], cash)
    writer.add("cash-only", "no position", [], {"USD": 3})
    writer.add("several-expiries", "swap and future of one unit", [*swap, *far], cash)
    writer.add("calendar-spread", "net delta of zero, two expiries",
               [("BTC-USDT-SWAP", -500, 64000), ("BTC-USDT-FAR", 485, 65000), ("BTC-USDT-TODAY", -3, 64000)], cash)
    writer.add("several-expiries-refused", "basis risk across expiries refused", [*swap, *far], cash,
               change=[("basisAcrossExpiries", "refuse")], refusal="several expiries")
    writer.add("several-quotes", "USDT and USDC", [*swap, ("BTC-USDC-SWAP", 100, 64000)], cash, refusal="MR9")
    writer.add("option", "options are refused", [("BTC-CALL", -1, 100)], cash, refusal="of options are not published")
    writer.add("coin", "coins as collateral are refused", [("BTC", 1, 0)], cash, refusal="discount rates of coins")
    writer.add("expired", "an expired future", [("BTC-USDT-OLD", 1, 64000)], cash,
               refusal="a price or volatility of BTC-USDT-OLD is bad")
    writer.add("missing-stable-price", "no price of USDT", [("NO-STABLE", 1, 64000)], cash,
               refusal="the market has no stablePrice")
    writer.add("no-parameters", "an underlying without a class", [("SOL-USDT-SWAP", 1, 150)], cash,
               refusal="the parameters have no section underlyings.sol")
    writer.add("open-order", "orders are refused", swap, cash, orders=[("BTC-USDT-SWAP", 1, 60000)], refusal="open orders")


if __name__ == "__main__":
    for make in (binance, hyperliquid, bybit, dydx, drift, okx):
        make()
