"""Golden portfolios of the model regt, written from the rules (docs/models/regt.md) and nothing of the engine.

Exact fractions of the inputs as doubles; the pairing is found by trying every partition of contracts and round lots
into strategies.

    python3 test/golden/oracle/regt.py            writes test/golden/regt/*.json
    python3 test/golden/oracle/regt.py --check    fails if a file differs from what would be written
"""
import calendar
import copy
import datetime
import decimal
import functools
import json
import math
import pathlib
import sys
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parents[3]
OUT = ROOT / "test" / "golden" / "regt"
SHIPPED = json.loads((ROOT / "data" / "params" / "regt-2026-11-22.json").read_text())
UNIT = Fraction(1, 10000)
NOW = datetime.datetime(2026, 3, 2, 21, tzinfo=datetime.timezone.utc)


def ms(moment):
    return int(moment.timestamp() * 1000)


def days(count):
    return NOW + datetime.timedelta(days=count)


def to_units(amount):
    """Nearest 1/10,000 dollar, half up."""
    return Fraction(math.floor(amount / UNIT + Fraction(1, 2))) * UNIT


def months_later(moment, months):
    index = moment.month - 1 + months
    year, month = moment.year + index // 12, index % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


class Account:
    def __init__(self, golden):
        self.params = golden["params"]
        self.market = golden["market"]
        self.instruments = {each["name"]: each for each in self.market["instruments"]}
        self.positions = golden["positions"]
        self.cash = golden["cash"]

    def underlying(self, base):
        own = self.params["underlyings"].get(base.lower())
        if own is None:
            return self.params["otherUnderlyings"], Fraction(1)
        return own["class"], Fraction(own.get("leverage", 1))

    def margin(self):
        classes = {}
        for position in self.positions:
            instrument = self.instruments[position["instrument"]]
            classes.setdefault(instrument["baseCurrency"], []).append((instrument, Fraction(position["quantity"])))
        equity = Fraction(self.cash.get("USD", 0))
        totals = {"initial": Fraction(0), "maintenance": Fraction(0)}
        parts = dict.fromkeys(["naked", "spreads", "boxes", "hedgedStock", "stock", "longOptions", "longOptionValue"], Fraction(0))
        for base, held in classes.items():
            own = Class(self, base, held)
            for purpose in totals:
                result = own.pair(purpose)
                totals[purpose] += sum(amount for name, amount in result.items() if name != "boxValue")
                if purpose == "maintenance":
                    equity += own.value() + result.pop("boxValue", 0)
                    for name, amount in result.items():
                        parts[name] += amount
            parts["longOptionValue"] += own.long_value(lambda unit: True)
        parts["optimalityGap"] = Fraction(0)
        return {
            "currency": "USD",
            "equity": text(equity),
            "initialMargin": text(totals["initial"]),
            "maintenanceMargin": text(totals["maintenance"]),
            "components": {name: text(amount) for name, amount in parts.items()},
        }


def text(amount):
    """32 significant digits."""
    with decimal.localcontext(decimal.Context(prec=32)):
        value = decimal.Decimal(amount.numerator) / decimal.Decimal(amount.denominator)
    return format(value.normalize(), "f")


class Class:
    """Stock and options on one underlying."""

    def __init__(self, account, base, held):
        self.account = account
        self.kind, self.leverage = account.underlying(base)
        self.price = Fraction(account.market["indexPrice"][base.lower() + "_usd"])
        self.shares = Fraction(0)
        self.units = []
        self.stock = {name: Fraction(value) for name, value in account.params["stock"].items()}
        for instrument, quantity in held:
            if instrument["kind"] == "spot":
                self.shares += quantity * Fraction(instrument["contractSize"])
            else:
                assert quantity.denominator == 1
                self.units += [self.option(instrument, quantity > 0)] * abs(quantity.numerator)

    def option(self, instrument, is_long):
        params = self.account.params
        rates = params["shortOptions"][self.kind]
        size, strike = Fraction(instrument["contractSize"]), Fraction(instrument["strike"])
        mark = Fraction(instrument["fields"]["markPrice"])
        is_call = instrument["optionType"] == "call"
        away = max((strike - self.price) if is_call else (self.price - strike), 0)
        scale = lambda rate: min(Fraction(rate) * self.leverage, 1)
        least = scale(rates["callMinimum"]) * self.price if is_call else scale(rates["putMinimum"]) * strike
        naked = to_units((mark + max(scale(rates["rate"]) * self.price - away, least)) * size)
        value = to_units(mark * size)
        now = datetime.datetime.fromtimestamp(self.account.market["asOfMs"] / 1000, datetime.timezone.utc)
        is_lasting = instrument["expiryMs"] > ms(months_later(now, params["longOptions"]["monthsMin"]))
        return {
            "call": is_call, "long": is_long, "strike": strike, "size": size, "expiry": instrument["expiryMs"],
            "european": instrument.get("exercise", "european") == "european", "naked": naked, "value": value,
            "lasting": is_lasting,
            "alone": to_units(value * Fraction(params["longOptions"]["rate"])) if is_lasting else Fraction(0),
        }

    def long_value(self, counts):
        return sum((unit["value"] for unit in self.units if unit["long"] and counts(unit)), Fraction(0))

    def value(self):
        return self.shares * self.price + self.long_value(lambda unit: unit["lasting"])

    # --- rates of stock, dollars per share
    def long_stock(self, purpose, price):
        maintenance = min(self.stock["longMaintenance"] * self.leverage, 1)
        return price * (max(self.stock["longInitial"], maintenance) if purpose == "initial" else maintenance)

    def short_stock(self, purpose, price):
        if price < self.stock["lowPrice"]:
            maintenance = max(self.stock["lowPriceMinimum"], self.stock["lowPriceRate"] * price)
        else:
            maintenance = max(self.stock["shortMinimum"], self.stock["shortMaintenance"] * self.leverage * price)
        return max(self.stock["shortInitial"] * price, maintenance) if purpose == "initial" else maintenance

    def stock_alone(self, purpose, shares):
        rate = self.long_stock if self.shares > 0 else self.short_stock
        return to_units(abs(shares) * rate(purpose, self.price))

    # --- the choice
    def pair(self, purpose):
        """Parts of the least requirement less what counts in equity, over every partition into strategies."""
        sizes = {unit["size"] for unit in self.units}
        lot = sizes.pop() if len(sizes) == 1 else Fraction(0)
        lots = int(abs(self.shares) // lot) if lot else 0
        assert len(self.units) + lots <= 13, "too large for every partition"
        # Only whole lots can be paired; what a pairing leaves of them stands alone with the odd shares.
        everything = (1 << (len(self.units) + lots)) - 1

        @functools.cache
        def best(left):
            if left == 0:
                return Fraction(0), ()
            low = left & -left
            found = None
            part = left
            while part:
                if part & low:
                    cost = strategy(part)
                    if cost is not None:
                        rest, chosen = best(left ^ part)
                        # Of two pairings with one requirement, the one of simpler strategies.
                        pieces = len(chosen) + 1
                        if found is None or (cost[0] + rest, -pieces) < (found[0], -len(found[1])):
                            found = (cost[0] + rest, chosen + (part,))
                part = (part - 1) & left
            return found

        @functools.cache
        def strategy(part):
            options = [unit for at, unit in enumerate(self.units) if part >> at & 1]
            stock = bin(part >> len(self.units)).count("1")
            return self.strategy(purpose, options, stock, lot)

        _, chosen = best(everything)
        parts = dict.fromkeys(["naked", "spreads", "boxes", "hedgedStock", "stock", "longOptions", "boxValue"], Fraction(0))
        alone = abs(self.shares) - lots * lot
        for part in chosen:
            _, name, amount, box_value = strategy(part)
            options = [unit for at, unit in enumerate(self.units) if part >> at & 1]
            if name == "stock":
                alone += lot
                continue
            parts[name] += amount
            parts["boxValue"] += box_value
            if name != "longOptions":
                parts["longOptions"] += sum(unit["value"] for unit in options if unit["long"] and unit["lasting"])
        parts["stock"] = self.stock_alone(purpose, alone)
        return parts

    def strategy(self, purpose, options, stock, lot):
        """(cost, part of the result, requirement, value in equity), or None if this is no strategy."""
        plain = lambda name, amount: (amount, name, amount, Fraction(0))
        if stock > 1:
            return None
        if stock == 1:
            if not options:
                return plain("stock", self.stock_alone(purpose, lot))
            amount = self.with_stock(purpose, options)
            return None if amount is None else plain("hedgedStock", to_units(amount * lot))
        if len(options) == 1:
            (unit,) = options
            if not unit["long"]:
                return plain("naked", unit["naked"])
            return (unit["alone"] - unit["value"] if unit["lasting"] else Fraction(0), "longOptions", unit["alone"], Fraction(0))
        if len({(unit["size"], unit["european"]) for unit in options}) > 1:
            return None
        found = [each for each in (self.combination(options), self.spread(options), self.box(options)) if each]
        return min(found, key=lambda each: each[0], default=None)

    def combination(self, options):
        if len(options) != 2 or any(unit["long"] for unit in options) or options[0]["call"] == options[1]["call"]:
            return None
        call, put = sorted(options, key=lambda unit: not unit["call"])
        amount = call["naked"] + put["value"] if call["naked"] >= put["naked"] else put["naked"] + call["value"]
        return (amount, "naked", amount, Fraction(0))

    def spread(self, options):
        for call in (True, False):
            sides = [unit["long"] for unit in options if unit["call"] == call]
            if sides.count(True) * 2 != len(sides):
                return None
        shorts = [unit["expiry"] for unit in options if not unit["long"]]
        if any(unit["long"] and unit["expiry"] < max(shorts) for unit in options):
            return None
        worst = Fraction(0)
        for point in {unit["strike"] for unit in options}:
            loss = Fraction(0)
            for unit in options:
                intrinsic = max(point - unit["strike"] if unit["call"] else unit["strike"] - point, 0) * unit["size"]
                loss += -intrinsic if unit["long"] else intrinsic
            worst = max(worst, loss)
        return (worst, "spreads", worst, Fraction(0))

    def box(self, options):
        if self.kind == "equity" or len(options) != 4 or len({unit["expiry"] for unit in options}) > 1:
            return None
        at = {(unit["call"], unit["long"]): unit for unit in options}
        if len(at) < 4 or not options[0]["european"]:
            return None
        low, high = at[True, True], at[True, False]
        if at[False, False]["strike"] != low["strike"] or at[False, True]["strike"] != high["strike"]:
            return None
        width = (high["strike"] - low["strike"]) * low["size"]
        if width <= 0:
            return None
        value = low["value"] - high["value"] + at[False, True]["value"] - at[False, False]["value"]
        value = max(min(value, width), 0)
        amount = to_units(self.stock["boxRate"] * width)
        lasting = sum(unit["value"] for unit in options if unit["long"] and unit["lasting"])
        return (amount - value, "boxes", amount, value) if lasting == 0 else None

    def with_stock(self, purpose, options):
        price, is_long = self.price, self.shares > 0
        calls = [unit for unit in options if unit["call"]]
        puts = [unit for unit in options if not unit["call"]]
        if len(options) == 1 and not options[0]["long"]:
            strike = options[0]["strike"]
            if is_long and calls:
                return self.long_stock(purpose, min(price, strike)) + max(price - strike, 0)
            if not is_long and puts:
                return self.short_stock(purpose, max(price, strike)) + max(strike - price, 0)
            return None
        if purpose == "initial" or len(calls) > 1 or len(puts) > 1:
            return None
        if len(options) == 1:
            strike = options[0]["strike"]
            if is_long and puts:
                return min(self.stock["protectedRate"] * strike + max(price - strike, 0), self.long_stock(purpose, price))
            if not is_long and calls:
                return min(self.stock["protectedRate"] * strike + max(strike - price, 0), self.short_stock(purpose, price))
            return None
        (call,), (put,) = calls, puts
        if call["expiry"] != put["expiry"] or call["european"] != put["european"]:
            return None
        if is_long and put["long"] and not call["long"]:
            above = max(price - call["strike"], 0)
            if put["strike"] == call["strike"]:
                return self.stock["protectedRate"] * put["strike"] + above
            if put["strike"] > call["strike"]:
                return None
            floor = self.stock["protectedRate"] * put["strike"] + max(price - put["strike"], 0)
            return min(floor, self.stock["collarCallRate"] * call["strike"]) + above
        if not is_long and call["long"] and not put["long"] and put["strike"] == call["strike"]:
            return self.stock["protectedRate"] * put["strike"] + max(put["strike"] - price, 0)
        return None


# --- portfolios -------------------------------------------------------------------------------------------------------
def option(base, right, strike, after, mark, **rest):
    expiry = days(after)
    name = f"{base}-{expiry:%y%m%d}-{strike:g}-{right}"
    own = {
        "name": name, "kind": "option", "payoff": "linear", "baseCurrency": base, "quoteCurrency": "USD",
        "settlementCurrency": "USD", "contractSize": 100, "expiryMs": ms(expiry), "strike": strike,
        "optionType": "call" if right == "C" else "put", "exercise": "american", "forward": 100.0,
        "impliedVolatility": None, "fields": {"markPrice": mark},
    }
    own.update(rest)
    return own


def stock(base, **rest):
    own = {
        "name": base, "kind": "spot", "payoff": "linear", "baseCurrency": base, "quoteCurrency": "USD",
        "settlementCurrency": "USD", "contractSize": 1, "expiryMs": None, "strike": None, "optionType": None,
        "forward": 100.0, "impliedVolatility": None, "fields": {},
    }
    own.update(rest)
    return own


def changed(path, value):
    params = copy.deepcopy(SHIPPED)
    at = params
    *parents, last = path.split(".")
    for parent in parents:
        at = at[parent]
    at[last] = value
    return params


written = []


def golden(name, description, held, prices, params=None, cash=None, refusal=None, orders=None):
    number = len(written) + 1
    file = {
        "model": "regt",
        "description": description,
        "params": params or copy.deepcopy(SHIPPED),
        "market": {
            "asOfMs": ms(NOW),
            "indexPrice": {base.lower() + "_usd": price for base, price in prices.items()},
            "instruments": [instrument for instrument, _ in held],
        },
        "positions": [{"instrument": instrument["name"], "quantity": quantity, "entryPrice": 100 if instrument["kind"] == "future" else 0} for instrument, quantity in held if quantity],
        "orders": orders or [],
        "cash": cash or {"USD": 100000},
    }
    if refusal is None:
        file["expected"] = [Account(file).margin()]
    else:
        file["expectedRefusal"] = refusal
    written.append((f"{number:03d}-{name}.json", file))


def pairwise(path, values, description, held, prices):
    for value in values:
        label = path.split(".")[-1] + "-" + str(value).replace(".", "")
        golden(path.replace(".", "-").rsplit("-", 1)[0] + "-" + label, f"{path} = {value}: {description}", held, prices, changed(path, value))


def parameters():
    at_the_money = lambda base, **rest: [(option(base, "C", 100, 30, 2.35, **rest), -3)]
    far_call = lambda base, **rest: [(option(base, "C", 140, 30, 0.05, **rest), -2)]
    far_put = lambda base, **rest: [(option(base, "P", 60, 30, 0.07, **rest), -2)]
    for kind, base in (("equity", "XYZ"), ("broadIndex", "SPX"), ("narrowIndex", "SOX")):
        rest = {} if kind == "equity" else {"exercise": "european"}
        for name, held, values in (
            ("rate", at_the_money(base, **rest), (0.12, 0.35)),
            ("callMinimum", far_call(base, **rest), (0.04, 0.17)),
            ("putMinimum", far_put(base, **rest), (0.03, 0.16)),
        ):
            for value in values:
                params = changed(f"shortOptions.{kind}.{name}", value)
                params["underlyings"]["sox"] = {"class": "narrowIndex"}
                golden(f"{kind}-{name}-{str(value).replace('.', '')}", f"shortOptions.{kind}.{name} = {value}", held, {base: 101.37}, params)
    leap = [(option("XYZ", "C", 90, 245, 17.1), 4)]
    pairwise("longOptions.monthsMin", (6, 12), "a long call eight months to expiry", leap, {"XYZ": 101.37})
    pairwise("longOptions.rate", (0.5, 0.9), "a long call of more than nine months", [(option("XYZ", "C", 90, 400, 21.3), 4)], {"XYZ": 101.37})
    shares = lambda count: [(stock("XYZ"), count)]
    pairwise("stock.longInitial", (0.4, 0.7), "long stock", shares(150), {"XYZ": 101.37})
    pairwise("stock.longMaintenance", (0.2, 0.6), "long stock", shares(150), {"XYZ": 101.37})
    pairwise("stock.shortInitial", (0.2, 0.8), "short stock", shares(-150), {"XYZ": 101.37})
    pairwise("stock.shortMaintenance", (0.25, 0.55), "short stock", shares(-150), {"XYZ": 101.37})
    pairwise("stock.shortMinimum", (2, 40), "short stock", shares(-150), {"XYZ": 101.37})
    pairwise("stock.lowPrice", (3, 8), "short stock at 6", shares(-150), {"XYZ": 6.25})
    pairwise("stock.lowPriceRate", (0.75, 1.5), "short stock at 4", shares(-150), {"XYZ": 4.01})
    pairwise("stock.lowPriceMinimum", (1, 6), "short stock at 4", shares(-150), {"XYZ": 4.01})
    protected = [(stock("XYZ"), 200), (option("XYZ", "P", 100, 30, 2.2), 2)]
    pairwise("stock.protectedRate", (0.05, 0.4), "protective put", protected, {"XYZ": 101.37})
    collared = [(stock("XYZ"), 200), (option("XYZ", "P", 90, 30, 1.2), 2), (option("XYZ", "C", 110, 30, 0.9), -2)]
    pairwise("stock.collarCallRate", (0.1, 0.3), "collar", collared, {"XYZ": 101.37})
    boxed = box("SPX", 1)
    pairwise("stock.boxRate", (0.3, 0.8), "long box of European index options", boxed, {"SPX": 101.37})
    for leverage in (2, 3):
        params = changed("underlyings.xyz", {"class": "equity", "leverage": leverage})
        held = [(stock("XYZ"), 50), (option("XYZ", "P", 60, 30, 0.1), -1), (option("XYZ", "C", 105, 30, 1.1), -1)]
        golden(f"leverage-{leverage}", f"fund of leverage {leverage}", held, {"XYZ": 101.37}, params)
    for kind in ("equity", "broadIndex"):
        golden(f"other-{kind}", f"otherUnderlyings = {kind}", at_the_money("QQQ"), {"QQQ": 101.37}, changed("otherUnderlyings", kind))


def box(base, side, **rest):
    rest = {"exercise": "european", **rest}
    return [
        (option(base, "C", 95, 30, 7.4, **rest), side), (option(base, "P", 95, 30, 1.1, **rest), -side),
        (option(base, "C", 105, 30, 1.6, **rest), -side), (option(base, "P", 105, 30, 5.2, **rest), side),
    ]


def structures():
    at = {"XYZ": 101.37}
    c, p = (lambda *rest: option("XYZ", "C", *rest)), (lambda *rest: option("XYZ", "P", *rest))
    cases = {
        "iron-condor": [(p(90, 30, 0.8), 2), (p(95, 30, 1.4), -2), (c(105, 30, 1.3), -2), (c(115, 30, 0.4), 2)],
        "iron-butterfly": [(p(90, 30, 0.8), 1), (p(100, 30, 2.4), -1), (c(100, 30, 3.6), -1), (c(110, 30, 0.6), 1)],
        "long-butterfly": [(c(95, 30, 7), 2), (c(100, 30, 3.6), -4), (c(105, 30, 1.3), 2)],
        "short-butterfly": [(p(95, 30, 1.4), -2), (p(100, 30, 2.4), 4), (p(105, 30, 4.9), -2)],
        "unequal-wings": [(c(95, 30, 7), 1), (c(100, 30, 3.6), -2), (c(115, 30, 0.4), 1)],
        "debit-and-credit-spreads": [(c(100, 30, 3.6), 1), (c(110, 30, 0.6), -1), (p(95, 30, 1.4), -2), (p(90, 30, 0.8), 2)],
        "four-calls-no-loss": [(c(80, 30, 21.5), 1), (c(90, 30, 11.6), -1), (c(115, 30, 0.4), -1), (c(120, 30, 0.2), 1)],
        "two-debit-spreads-one-ladder": [(c(98, 30, 4.9), 1), (c(103, 30, 2.2), -1), (c(100, 30, 3.6), 1), (c(105, 30, 1.3), -1)],
        "call-ladder": [(c(95, 30, 7), 1), (c(100, 30, 3.6), -1), (c(105, 30, 1.3), -1)],
        "put-ladder": [(p(110, 30, 9.2), 1), (p(105, 30, 4.9), -1), (p(100, 30, 2.4), -1)],
        "calendar": [(c(100, 30, 3.6), -2), (c(100, 60, 5.1), 2)],
        "calendar-reversed": [(c(100, 30, 3.6), 2), (c(100, 60, 5.1), -2)],
        "diagonal": [(p(105, 30, 4.9), -2), (p(95, 60, 2.7), 2)],
        "jelly-roll": [(c(100, 30, 3.6), -1), (p(100, 30, 2.4), 1), (c(100, 60, 5.1), 1), (p(100, 60, 3.9), -1)],
        "short-straddle": [(c(100, 30, 3.6), -2), (p(100, 30, 2.4), -2)],
        "short-strangle-uneven": [(c(110, 30, 0.6), -3), (p(95, 30, 1.4), -2)],
        "combination-of-two-dates": [(c(110, 60, 1.9), -1), (p(95, 30, 1.4), -1)],
        "spread-dearer-than-naked": [(c(130, 30, 0.1), -1), (c(180, 30, 0.01), 1)],
        "many-pairings": [
            (c(95, 30, 7), -1), (c(100, 30, 3.6), 2), (c(105, 60, 2.9), -2), (c(110, 60, 1.9), 1),
            (p(100, 30, 2.4), -1), (p(90, 60, 1.7), 1), (p(105, 60, 6.3), -1),
        ],
        "long-only": [(c(100, 30, 3.6), 3), (p(100, 30, 2.4), 4)],
        "covered-call-out": [(stock("XYZ"), 230), (c(110, 30, 0.6), -2)],
        "covered-call-in": [(stock("XYZ"), 200), (c(80, 30, 21.9), -2)],
        "covered-and-naked": [(stock("XYZ"), 100), (c(80, 30, 21.9), -1), (c(110, 30, 0.6), -1)],
        "covered-put": [(stock("XYZ"), -200), (p(110, 30, 9.2), -1), (p(95, 30, 1.4), -1)],
        "protective-put": [(stock("XYZ"), 250), (p(95, 30, 1.4), 2)],
        "protective-call": [(stock("XYZ"), -250), (c(105, 30, 1.3), 2)],
        "collar-in-the-money": [(stock("XYZ"), 100), (p(90, 30, 0.8), 1), (c(98, 30, 4.9), -1)],
        "conversion": [(stock("XYZ"), 200), (p(100, 30, 2.4), 2), (c(100, 30, 3.6), -2)],
        "reverse-conversion": [(stock("XYZ"), -200), (p(105, 30, 4.9), -2), (c(105, 30, 1.3), 2)],
        "stock-or-spread": [(stock("XYZ"), 100), (c(105, 30, 1.3), -2), (c(110, 30, 0.6), 1), (p(95, 30, 1.4), -1), (p(90, 30, 0.8), 1)],
        "odd-lot": [(stock("XYZ"), 99), (c(110, 30, 0.6), -1)],
        "fractional-shares": [(stock("XYZ"), 100.5), (c(110, 30, 0.6), -1)],
        "long-term-in-a-spread": [(c(100, 400, 12.4), 2), (c(105, 30, 1.3), -1)],
        "long-term-beside-stock": [(stock("XYZ"), 100), (p(100, 400, 9.1), 1)],
        "nothing-due-at-expiry-today": [(c(100, 0, 1.4), -1), (c(105, 0, 0.01), 1)],
        "american-and-european": [(c(100, 30, 3.6), -1), (option("XYZ", "C", 95, 30, 6.9, exercise="european"), 1)],
        "price-at-a-fraction-of-a-cent": [(c(100, 30, 2.34567), -3), (p(97.5, 30, 1.23456), -2)],
    }
    for name, held in cases.items():
        golden(name, name.replace("-", " "), held, {"XYZ": 101.3737 if name.startswith("price") else 101.37})
    golden("two-contract-sizes", "mini options do not pair with standard ones",
           [(c(100, 30, 3.6), -1), (option("XYZ", "C", 95, 30, 7.0, contractSize=10), 5)], at)
    golden("long-box", "European index options: half of the width", box("SPX", 2), {"SPX": 101.37})
    golden("short-box", "the width", box("SPX", -2), {"SPX": 101.37})
    golden("long-box-american", "paid in full", box("XYZ", 2, exercise="american"), at)
    golden("box-and-spread", "box legs that a spread wants too",
           box("SPX", 1) + [(option("SPX", "C", 110, 30, 0.7, exercise="european"), -1)], {"SPX": 101.37})
    golden("two-classes", "classes add up",
           [(c(100, 30, 3.6), -1), (option("ABC", "P", 40, 30, 1.15), -2), (option("ABC", "P", 35, 30, 0.4), 2), (stock("ABC"), 100)],
           {"XYZ": 101.37, "ABC": 41.02}, cash={"USD": -2500.25})
    golden("cash-only-negative", "debit against stock", [(stock("XYZ"), 100)], at, cash={"USD": -9000})
    refusals()


def refusals():
    at = {"XYZ": 101.37}
    plain = option("XYZ", "C", 100, 30, 3.6)
    golden("fractional-contract", "options come in whole contracts", [(plain, -1.5)], at, refusal="whole option contracts")
    golden("no-mark", "an option without a mark", [(option("XYZ", "C", 100, 30, 3.6, fields={}), -1)], at, refusal="markPrice")
    golden("expired", "an expired option", [(option("XYZ", "C", 100, -1, 3.6), -1)], at, refusal="a price or volatility")
    future = {**stock("XYZ"), "name": "XYZ-F", "kind": "future", "expiryMs": ms(days(30))}
    golden("future", "a future", [(future, 1)], at, refusal="no futures")
    golden("euro", "settled in euro", [(option("XYZ", "C", 100, 30, 3.6, quoteCurrency="EUR", settlementCurrency="EUR"), -1)],
           at, refusal="settles in EUR")
    golden("coin", "not a security", [(option("BTC", "C", 100, 30, 3.6), -1)], {"BTC": 101.37}, refusal="not a marginable security")
    golden("index-as-stock", "an index has no shares", [(stock("SPX"), 10)], {"SPX": 101.37}, refusal="cannot be held as stock")
    golden("orders", "open orders have no margin here", [(plain, -1)], at, refusal="open orders",
           orders=[{"instrument": plain["name"], "quantity": 1, "limitPrice": 3.5}])
    golden("no-underlying-price", "no price of the underlying", [(plain, -1)], {}, refusal="a price or volatility")


def main():
    parameters()
    structures()
    texts = {name: json.dumps(file, indent=1) + "\n" for name, file in written}
    if "--check" in sys.argv:
        changed_files = [name for name, body in texts.items() if (OUT / name).read_text() != body]
        sys.exit(f"differ: {changed_files}" if changed_files else 0)
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.json"):
        old.unlink()
    for name, body in texts.items():
        (OUT / name).write_text(body)
    print(f"{len(written)} portfolios")


if __name__ == "__main__":
    main()
