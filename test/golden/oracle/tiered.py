"""Margins of the tiered models with 60 digits, from the venues' rules: an oracle for the golden portfolios.

Written from the published formulas, not from the engine: requirements in tiers are summed tier by tier, integers are
Python's. `margin(portfolio)` returns the expected netting sets, or {"refusal": text}.
"""
import math
from mpmath import mp, mpf

mp.dps = 60
ZERO = mpf(0)


def netting_sets(portfolio, pool=None):
    """Positions, orders and cash by currency."""
    instruments = {each["name"]: each for each in portfolio["market"]["instruments"]}
    sets = {}
    def of(currency):
        return sets.setdefault(currency, {"positions": [], "orders": [], "cash": ZERO})
    for kind in ("positions", "orders"):
        for each in portfolio.get(kind, []):
            held = instruments[each["instrument"]]
            amount = mpf(each["quantity"]) * mpf(held["contractSize"])
            of(pool or held["settlementCurrency"])[kind].append({**each, "held": held, "amount": amount})
    for currency, amount in portfolio.get("cash", {}).items():
        of(currency)["cash"] = mpf(amount)
    return sets


def pnl_of(position):
    return position["amount"] * (mpf(position["held"]["forward"]) - mpf(position["entryPrice"]))


def notional_of(position):
    return abs(position["amount"]) * mpf(position["held"]["forward"])


def in_tiers(notional, tiers):
    """Each part of the notional at the rate of its tier; tiers are (floor, rate)."""
    total = ZERO
    for place, (floor, rate) in enumerate(tiers):
        top = notional if place + 1 == len(tiers) else min(notional, mpf(tiers[place + 1][0]))
        total += max(top - mpf(floor), ZERO) * mpf(rate)
    return total


def tier_at(notional, tiers):
    """Place of the last tier whose floor is reached."""
    return max(place for place, (floor, _rate) in enumerate(tiers) if place == 0 or notional >= mpf(floor))


def linear_totals(positions, tables):
    """tables(position) -> (tiers (floor, maintenance rate), initial rates per tier, chosen leverage or None)."""
    initial = maintenance = pnl = gross = ZERO
    for position in positions:
        tiers, initial_rates, leverage = tables(position)
        notional = notional_of(position)
        rate = initial_rates[tier_at(notional, tiers)]
        if leverage is not None:
            rate = max(rate, 1 / mpf(leverage))
        initial += notional * rate
        maintenance += in_tiers(notional, tiers)
        pnl += pnl_of(position)
        gross += notional
    return initial, maintenance, pnl, gross


def symbol_of(held):
    return (held["baseCurrency"] + "_" + held["quoteCurrency"]).lower()


def result(currency, equity, initial, maintenance, **components):
    return {"currency": currency, "equity": equity, "initialMargin": initial, "maintenanceMargin": maintenance,
            "components": components}


def binance_usdm(portfolio):
    symbols = portfolio["params"]["symbols"]
    def tables(position):
        fields = symbols[symbol_of(position["held"])]
        brackets = fields["brackets"]
        return ([(each["notionalFloor"], each["maintMarginRatio"]) for each in brackets],
                [1 / mpf(each["initialLeverage"]) for each in brackets], fields.get("leverage"))
    answer = []
    for currency, held in netting_sets(portfolio).items():
        initial, maintenance, pnl, gross = linear_totals(held["positions"], tables)
        answer.append(result(currency, held["cash"] + pnl, initial, maintenance, unrealisedPnl=pnl, notional=gross))
    return answer


def hyperliquid(portfolio):
    params = portfolio["params"]
    def tables(position):
        fields = params["assets"][position["held"]["baseCurrency"].lower()]
        tiers = fields["marginTiers"]
        return ([(each["lowerBound"], 1 / (2 * mpf(each["maxLeverage"]))) for each in tiers],
                [1 / mpf(each["maxLeverage"]) for each in tiers], fields.get("leverage"))
    answer = []
    for currency, held in netting_sets(portfolio).items():
        initial, maintenance, pnl, gross = linear_totals(held["positions"], tables)
        transfer = max(initial, mpf(params["transferRate"]) * gross)
        answer.append(result(currency, held["cash"] + pnl, initial, maintenance, unrealisedPnl=pnl, notional=gross,
                             transferRequirement=transfer))
    return answer


def bybit_linear(portfolio):
    params = portfolio["params"]
    rates = {name: mpf(value) for name, value in params["options"].items()}
    index_prices = portfolio["market"]["indexPrice"]
    def tables(position):
        fields = params["symbols"][symbol_of(position["held"])]
        tiers = fields["riskLimits"]
        return ([(each["floor"], each["maintenanceMargin"]) for each in tiers],
                [mpf(each["initialMargin"]) for each in tiers], fields.get("leverage"))
    answer = []
    for currency, held in netting_sets(portfolio).items():
        linear = [each for each in held["positions"] if each["held"]["kind"] != "option"]
        options = [each for each in held["positions"] if each["held"]["kind"] == "option"]
        initial, maintenance, pnl, gross = linear_totals(linear, tables)
        value = option_initial = option_maintenance = ZERO
        for each in options:
            index = mpf(index_prices[symbol_of(each["held"])])
            mark = mpf(each["held"]["fields"]["markPrice"])
            strike = mpf(each["held"]["strike"])
            value += each["amount"] * mark
            if each["amount"] >= 0:
                continue
            size = -each["amount"]
            otm = max(strike - index if each["held"]["optionType"] == "call" else index - strike, ZERO)
            mm = max(rates["maintenanceRate"] * index, rates["maintenanceRate"] * mark) + mark \
                + rates["liquidationFeeRate"] * index
            average = mpf(each.get("entryPrice") or 0)
            im = max(max(rates["initialRate"] * index - otm, rates["initialRateLeast"] * index)
                     + max(average, mark), mm)
            option_initial += size * im
            option_maintenance += size * mm
        answer.append(result(
            currency, held["cash"] + pnl, initial + option_initial, maintenance + option_maintenance,
            unrealisedPnl=pnl, notional=gross, optionValue=value, optionInitialMargin=option_initial,
            optionMaintenanceMargin=option_maintenance))
    return answer


def nearest(value):
    """Nearest integer, half away from zero."""
    whole = int(mp.floor(abs(value) + mpf(1) / 2))
    return -whole if value < 0 else whole


def shifted(value, exponent):
    """value 10^exponent towards zero."""
    if exponent >= 0:
        return value * 10 ** exponent
    size = abs(value) // 10 ** -exponent
    return -size if value < 0 else size


def ceil_div(numerator, denominator):
    return -(-numerator // denominator)


def dydx(portfolio):
    params = portfolio["params"]
    million = 10 ** 6
    answer = []
    for currency, held in netting_sets(portfolio).items():
        balance = nearest(held["cash"] * million)
        collateral = initial = maintenance = gross = 0
        for each in held["positions"]:
            market = params["markets"][each["held"]["baseCurrency"].lower()]
            tier = params["liquidityTiers"][market["liquidityTier"]]
            resolution, exponent = market["atomicResolution"], market["priceExponent"]
            base = nearest(each["amount"] * mpf(10) ** -resolution)
            price = nearest(mpf(each["held"]["forward"]) * mpf(10) ** -exponent)
            notional = shifted(base * price, exponent + resolution + 6)
            balance -= nearest(each["amount"] * mpf(each["entryPrice"]) * million)
            collateral += notional
            gross += abs(notional)
            imf = tier["initialMarginPpm"]
            lower = round(tier["openInterestLowerCap"] * million)
            upper = round(tier["openInterestUpperCap"] * million)
            if upper > 0:
                contracts = mpf(each["held"]["fields"]["openInterest"]) * mpf(each["held"]["contractSize"])
                interest = shifted(nearest(contracts * mpf(10) ** -resolution) * price, exponent + resolution + 6)
                if interest >= upper:
                    imf = million
                elif interest > lower:
                    imf += (interest - lower) * (million - imf) // (upper - lower)
            initial += ceil_div(abs(notional) * imf, million)
            base_initial = ceil_div(abs(notional) * tier["initialMarginPpm"], million)
            maintenance += ceil_div(base_initial * tier["maintenanceFractionPpm"], million)
        usdc = lambda quantums: mpf(quantums) / million
        answer.append(result(currency, usdc(collateral + balance), usdc(initial), usdc(maintenance),
                             quoteBalance=usdc(balance), notional=usdc(gross)))
    return answer


def premium_weight(size, imf, weight):
    if imf == 0:
        return weight
    root = math.isqrt(size * 10 + 1)
    return max(weight, weight - weight // 5 + root * imf // (100000 * 1000000 // 10000))


def discount_weight(size, imf, weight):
    if imf == 0:
        return weight
    root = math.isqrt(size * 10 + 1)
    return min(weight, 1100000 * 10000 // (1000000 + root * imf // 100000))


def drift(portfolio):
    params = portfolio["params"]
    answer = []
    for currency, held in netting_sets(portfolio, "USDC").items():
        equity = held["cash"]
        collateral = {"initial": max(held["cash"], ZERO), "maintenance": max(held["cash"], ZERO)}
        requirement = {"initial": max(-held["cash"], ZERO), "maintenance": max(-held["cash"], ZERO)}
        total_pnl = ZERO
        for each in held["positions"]:
            if each["held"]["kind"] != "spot":
                continue
            spot = params["spots"][each["held"]["baseCurrency"].lower()]
            price, twap = mpf(each["held"]["forward"]), mpf(each["held"]["fields"]["twapPrice"])
            tokens = abs(each["amount"])
            size = nearest(tokens * 10 ** 9)
            equity += each["amount"] * price
            if each["amount"] >= 0:
                start = mpf(spot["scaleInitialAssetWeightStart"])
                deposits = mpf(spot["deposits"]) * price
                weight = spot["initialAssetWeight"]
                if start > 0 and deposits >= start:
                    weight = int(mp.floor(weight * start / deposits))
                collateral["initial"] += tokens * min(price, twap) * discount_weight(size, spot["imfFactor"], weight) / 10000
                collateral["maintenance"] += tokens * price * discount_weight(
                    size, spot["imfFactor"], spot["maintenanceAssetWeight"]) / 10000
            else:
                requirement["initial"] += tokens * max(price, twap) * premium_weight(
                    size, spot["imfFactor"], spot["initialLiabilityWeight"]) / 10000
                requirement["maintenance"] += tokens * price * premium_weight(
                    size, spot["imfFactor"], spot["maintenanceLiabilityWeight"]) / 10000
        names = {each["instrument"] for kind in ("positions", "orders") for each in held[kind]
                 if each["held"]["kind"] != "spot"}
        for name in names:
            positions = [each for each in held["positions"] if each["instrument"] == name]
            orders = [each for each in held["orders"] if each["instrument"] == name]
            market_held = (positions + orders)[0]["held"]
            market = params["perpetuals"][market_held["baseCurrency"].lower()]
            amount = sum((each["amount"] for each in positions), ZERO)
            bids = sum((each["amount"] for each in orders if each["quantity"] > 0), ZERO)
            asks = sum((each["amount"] for each in orders if each["quantity"] < 0), ZERO)
            worst = max(abs(amount + bids), abs(amount + asks))
            size = nearest(worst * 10 ** 9)
            value = worst * mpf(market_held["forward"])
            charge = mpf(params["openOrderCharge"]) * len(orders)
            requirement["initial"] += value * premium_weight(
                size, market["imfFactor"], market["marginRatioInitial"]) / 10000 + charge
            requirement["maintenance"] += value * premium_weight(
                size, market["imfFactor"], market["marginRatioMaintenance"]) / 10000 + charge
            pnl = sum((pnl_of(each) for each in positions), ZERO)
            total_pnl += pnl
            equity += pnl
            counted = {"initial": pnl, "maintenance": pnl}
            if pnl > 0:
                weight = discount_weight(nearest(pnl * 10 ** 6) * 1000, market["unrealizedPnlImfFactor"],
                                         market["unrealizedPnlInitialAssetWeight"])
                counted["initial"] = min(pnl * weight / 10000, mpf(params["maxPositivePnlForInitialMargin"]))
                counted["maintenance"] = pnl * market["unrealizedPnlMaintenanceAssetWeight"] / 10000
            for kind in counted:
                collateral[kind] += counted[kind]
        answer.append(result(
            currency, equity, requirement["initial"] + equity - collateral["initial"],
            requirement["maintenance"] + equity - collateral["maintenance"], unrealisedPnl=total_pnl,
            initialRequirement=requirement["initial"], initialCollateral=collateral["initial"],
            maintenanceRequirement=requirement["maintenance"], maintenanceCollateral=collateral["maintenance"]))
    return answer


def okx_pm(portfolio):
    params = portfolio["params"]
    year_ms = mpf(365 * 24 * 3600 * 1000)
    answer = []
    for currency, held in netting_sets(portfolio, "USD").items():
        units = {}
        equity = held["cash"]
        for each in held["positions"]:
            quote = each["held"]["quoteCurrency"]
            stable = mpf(1) if quote == "USD" else mpf(each["held"]["fields"]["stablePrice"])
            delta = each["amount"] * mpf(each["held"]["forward"]) * stable
            if each["held"]["kind"] == "spot":
                equity += delta
                continue
            equity += pnl_of(each) * stable
            units.setdefault(each["held"]["baseCurrency"].lower(), []).append((delta, each["held"]["expiryMs"]))
        sums = dict.fromkeys(("mr1", "mr4", "mr6", "mr7"), ZERO)
        total = ZERO
        for base, deltas in units.items():
            rules = params["classes"][params["underlyings"][base]]
            net = abs(sum(delta for delta, _ in deltas))
            gross = sum(abs(delta) for delta, _ in deltas)
            mr1 = max(net * mpf(move) for move in rules["spotMoves"])
            mr4 = ZERO
            for expiry in {expiry for _, expiry in deltas}:
                years = ZERO if expiry is None else (mpf(expiry) - portfolio["market"]["asOfMs"]) / year_ms
                mr4 += abs(sum(delta for delta, other in deltas if other == expiry)) * max(
                    mpf(rules["basisLeast"]), mpf(rules["basisAnnualised"]) * years)
            mr6 = mpf(params["extremeShare"]) * net * mpf(rules["extremeMove"])
            raw = gross * mpf(rules["minimumRate"])
            ends = [0] + [tier["upTo"] for tier in rules["minimumTiers"]]
            mr7 = in_tiers(raw, [(ends[place], tier["multiplier"]) for place, tier in enumerate(rules["minimumTiers"])])
            for name, charge in (("mr1", mr1), ("mr4", mr4), ("mr6", mr6), ("mr7", mr7)):
                sums[name] += charge
            total += max(max(mr1, mr6) + mr4, mr7)
        borrowed = max(-equity, ZERO)
        mr8 = borrowed * mpf(params["borrowMaintenanceRate"])
        borrow_initial = borrowed * mpf(params["borrowInitialRate"])
        answer.append(result(currency, equity, total * mpf(params["initialFactor"]) + borrow_initial, total + mr8,
                             **sums, mr8=mr8, unitMaintenance=total, borrowInitialMargin=borrow_initial))
    return answer


MODELS = {"binance-usdm": binance_usdm, "bybit-linear": bybit_linear, "hyperliquid": hyperliquid, "dydx": dydx,
          "drift": drift, "okx-pm": okx_pm}


def margin(portfolio):
    return MODELS[portfolio["model"]](portfolio)
