#!/usr/bin/env python3
"""Oracle of the golden portfolios of paradex-xm: docs/models/paradex-xm.md written a second time, in Python.

It shares no line with src/: expected values come from mpmath (60 digits), inputs are exact 64-bit floats.

    python3 test/golden/oracle/paradex_xm.py            writes test/golden/paradex-xm/*.json
    python3 test/golden/oracle/paradex_xm.py --check    fails if a file differs from what would be written
"""
import pathlib

from mpmath import mp, mpf

from golden_files import write_or_check

mp.dps = 60
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "paradex-xm"
NAMES = ["netInitial", "feeProvision", "openLoss", "spotBalance", "netMaintenance", "positionFeeProvision",
         "openNotional", "buyOpenNotional", "sellOpenNotional"]


def option_margin(side, mark, spot, strike, call, long):
    """Of one base unit."""
    side = {name: mpf(value) for name, value in side.items()}
    if long:
        return min(mark * side["premium_multiplier"], side["long_itm"] * spot)
    out_of_money = max(mpf(0), strike - spot if call else spot - strike)
    margin = max(side["short_itm"] * spot - out_of_money, side["short_otm"] * spot)
    return margin if call else min(margin, side["short_put_cap"] * spot)


def block_of(row, params, name):
    for blocks in (params.get("markets", {}).get(row["name"]), params["assets"].get(row["baseCurrency"].lower())):
        if blocks and blocks.get(name):
            return blocks[name]
    raise KeyError(name)


def market_margin(row, case, held, orders):
    """One market: signed base units held, orders [(signed base units, limit)]."""
    params = case["params"]
    rate = params.get("market_taker_fee_rate", {}).get(
        row["name"], params["taker_fee_rate"]["option" if row["kind"] == "option" else "delta1"])
    buys = sum((q for q, _ in orders if q > 0), mpf(0))
    sells = -sum((q for q, _ in orders if q < 0), mpf(0))
    buy_open, sell_open = max(mpf(0), buys + held), max(mpf(0), sells - held)
    size = max(buy_open, sell_open)
    if row["kind"] == "option":
        mark = mpf(row["fields"]["markPrice"])
        spot = mpf(case["market"]["indexPrice"][f'{row["baseCurrency"]}_{row["quoteCurrency"]}'.lower()])
        block, strike, call = block_of(row, params, "option_cross_margin_params"), mpf(row["strike"]), row["optionType"] == "call"
        margin = lambda which, long: option_margin(block[which], mark, spot, strike, call, long)
        initial = max(buy_open * margin("imf", True), sell_open * margin("imf", False))
        maintenance = abs(held) * margin("mmf", held > 0)
        fee = min(mpf(rate) * spot, mpf(params["option_fee_cap"]) * mark)
    else:
        mark = mpf(row["forward"])
        block = block_of(row, params, "delta1_cross_margin_params")
        initial = size * mark * mpf(block["imf_base"])
        maintenance = abs(held) * mark * mpf(block["imf_base"]) * mpf(block["mmf_factor"])
        fee = mpf(rate) * mark
    loss = sum((max(mpf(0), (limit - mark) * q) for q, limit in orders), mpf(0))
    return {"netInitial": initial, "feeProvision": fee * size, "openLoss": loss, "spotBalance": mpf(0),
            "netMaintenance": maintenance, "positionFeeProvision": fee * abs(held), "openNotional": size * mark,
            "buyOpenNotional": buy_open * mark, "sellOpenNotional": sell_open * mark}


def account_margin(case):
    rows = {row["name"]: row for row in case["market"]["instruments"]}
    currency = case["params"]["currency"]
    equity = mpf(case["cash"].get(currency, 0))
    total = {name: mpf(0) for name in NAMES}
    held = {}
    for p in case["positions"]:
        row = rows[p["instrument"]]
        units = mpf(p["quantity"]) * mpf(row["contractSize"])
        mark = mpf(row["fields"]["markPrice"] if row["kind"] == "option" else row["forward"])
        equity += units * (mark - (mpf(p["entryPrice"]) if row["kind"] in ("perpetual", "future") else 0))
        if row["kind"] == "spot":
            total["spotBalance"] += abs(units) * mark
        else:
            held[row["name"]] = units
    orders = {}
    for o in case["orders"]:
        units = mpf(o["quantity"]) * mpf(rows[o["instrument"]]["contractSize"])
        orders.setdefault(o["instrument"], []).append((units, mpf(o["limitPrice"])))
    for name in {**held, **orders}:
        for component, value in market_margin(rows[name], case, held.get(name, mpf(0)), orders.get(name, [])).items():
            total[component] += value
    initial = total["netInitial"] + total["feeProvision"] + total["openLoss"] + total["spotBalance"]
    maintenance = total["netMaintenance"] + total["positionFeeProvision"] + total["spotBalance"]
    return {"currency": currency, "equity": equity, "initialMargin": initial, "maintenanceMargin": maintenance,
            "components": total}


if __name__ == "__main__":
    import paradex_xm_cases

    write_or_check("paradex-xm", FOLDER, paradex_xm_cases.cases(), account_margin)
