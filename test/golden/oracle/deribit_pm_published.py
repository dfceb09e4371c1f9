"""Published numbers: two responses of the venue's private/pme/simulate, as printed. Nothing here is computed.

The venue states positions in base coin (size / mark); a position is entered as a contract of `mark` USD, so that the
quantity is the printed number of coins and no digit is lost. The add-on of the first is mmp_margin plus
open_orders_margin. The rounded worst case is the printed one to 9 decimals: the printed risk_matrix_margin contains it.
"""
from deribit_pm_cases import instrument


def cells(by_bucket, edge_low, edge_high):
    """27 standard cells (three volatilities alike) and the 8 extended ones (-66%, -33%, then the six rises)."""
    return [x for x in by_bucket for _ in range(3)] + [edge_low] * 2 + [edge_high] * 6


def text(vector):
    return [repr(x) for x in vector]


def published():
    yield btc_documentation()
    yield eth_live()


def btc_documentation():
    as_of_ms = 1718619740501
    perpetual = cells(
        [-0.05991206933333334, -0.04289159509090909, -0.027351162086956524, -0.013105765166666668, 0.0,
         0.012097629384615385, 0.023299138074074074, 0.033700538999999995, 0.043384601931034494],
        -0.05991206933333334, 0.04338460193103449)
    future = cells(
        [0.0002261969523809524, 0.00016193645454545456, 0.00010326382608695652, 4.948058333333334e-05, 0.0,
         -4.567438461538462e-05, -8.796548148148148e-05, -0.0001272357857142857, -0.00016379779310344832],
        0.0002261969523809524, -0.0001637977931034483)
    aggregated = [x for x in (-0.05968587238095239, -0.04272965863636364, -0.02724789826086957, -0.013056284583333334)
                  for _ in range(3)] + [0.0] * 23
    expiry_ms = 1719561600000  # 28 Jun 2024 08:00 UTC
    rows = [
        instrument("BTC-PERPETUAL", "perpetual", "inverse", "BTC", "USD", 65910.57, 65910.57),
        {**instrument("BTC-28JUN24", "future", "inverse", "BTC", "USD", 67371.75, 67371.75, 0), "expiryMs": expiry_ms},
    ]
    return {
        "name": "published-btc-documentation-2024-06-17",
        "source": "docs.deribit.com, private/pme/simulate, example response (17 Jun 2024)",
        "proves": "inverse futures, offset 0, roll shock gross across expiries, rounding, add-on",
        "tolerance": 1e-12,
        "params": {
            "source": "model_params of the same response",
            "general": {"timestamp": as_of_ms, "mm_factor": 0.8, "buckets_count": 4, "vol_scenarios_count": 3},
            "currency": {"btc": {
                "max_offsetable_pnl": 0, "annualised_move_risk": 0.075, "extended_dampener": 100000,
                "min_annualised_move": 0.01, "haircut": 0, "equity_side_impact": "both", "pnl_offset": 0,
                "correlation_set": False}},
            "currency_pair": {"btc_usd": {
                "extended_table_factor": 1, "m_inc": 5e-05, "min_volatility_for_shock_up": 0.5, "max_delta_shock": 0.1,
                "delta_total_liq_shock_threshold": 20000000, "volatility_range_down": 0.25, "volatility_range_up": 0.5,
                "long_term_vega_power": 0.13, "short_term_vega_power": 0.3, "price_range": 0.16}},
        },
        "market": {"asOfMs": as_of_ms, "indexPrice": {"btc_usd": 65666.19}, "instruments": rows},
        "positions": [
            {"instrument": "BTC-PERPETUAL", "quantity": 0.314538364, "entryPrice": 65910.57},
            {"instrument": "BTC-28JUN24", "quantity": -0.001187534, "entryPrice": 67371.75},
        ],
        "cash": {},
        "addOn": {"BTC": 0.060018212},
        "expected": {"nettingSets": [{
            "settlementCurrency": "BTC", "worstCase": "0.059685872", "rollShock": "0.00315725898", "deltaShock": "0",
            "riskMatrixMargin": "0.06284313098", "initialMargin": "0.122861343", "maintenanceMargin": "0.050274504784",
            "worstScenario": 0,
            "groups": [{
                "name": "btc_btc", "pair": "btc_usd", "worstCaseUnrounded": "0.05968587238095239", "worstScenario": 0,
                "rollShock": "0.00315725898", "deltaShock": "0",
                "instruments": [{"name": "BTC-PERPETUAL", "cells": text(perpetual)},
                                {"name": "BTC-28JUN24", "cells": text(future)}],
                "aggregated": text(aggregated)}],
        }]},
    }


def eth_live():
    as_of_ms = 1771197609587
    losses = [-0.04304011233014354, -0.08252645391743119, -0.11888171996035243, -0.15246412672881357]
    pre = cells([0.21939959699999997, 0.155989308849711, 0.09885036787912087, 0.04709624857068063, 0.0, *losses],
                0.21939959699999997, -0.15246412672881357)
    gains = [0.13163975819999998, 0.09359358530982659, 0.05931022072747252, 0.028257749142408375]
    aggregated = [x for x in [*gains, 0.0, *losses] for _ in range(3)] + [0.0] * 8
    return {
        "name": "published-eth-live-2026-02-15",
        "source": "a live response of private/pme/simulate, 15 Feb 2026 23:20 UTC",
        "proves": "short inverse perpetual, offset 0.6, dampener removes every extended cell, rounding",
        "tolerance": 1e-12,
        "params": {
            "source": "model_params of the same response",
            "general": {"timestamp": as_of_ms, "mm_factor": 0.8, "buckets_count": 4, "vol_scenarios_count": 3},
            "currency": {"eth": {
                "min_annualised_move": 0.005, "annualised_move_risk": 0.05, "pnl_offset": 0.6, "correlation_set": False,
                "equity_side_impact": "both", "haircut": 0, "extended_dampener": 200000,
                "max_offsetable_pnl": 20000000}},
            "currency_pair": {"eth_usd": {
                "price_range": 0.18, "m_inc": 4e-06, "delta_total_liq_shock_threshold": 20000000,
                "max_delta_shock": 0.1, "min_volatility_for_shock_up": 0.5, "volatility_range_up": 0.4,
                "volatility_range_down": 0.25, "extended_table_factor": 1, "short_term_vega_power": 0.3,
                "long_term_vega_power": 0.13}},
        },
        "market": {
            "asOfMs": as_of_ms, "indexPrice": {"eth_usd": 1949.34},
            "instruments": [instrument("ETH-PERPETUAL", "perpetual", "inverse", "ETH", "USD", 1949.49, 1949.49)],
        },
        "positions": [{"instrument": "ETH-PERPETUAL", "quantity": -0.999487053, "entryPrice": 1949.49}],
        "cash": {},
        "expected": {"nettingSets": [{
            "settlementCurrency": "ETH", "worstCase": "0.152464127", "rollShock": "0.004997435265", "deltaShock": "0",
            "riskMatrixMargin": "0.157461562265", "initialMargin": "0.157461562", "maintenanceMargin": "0.125969249812",
            "worstScenario": 24,
            "groups": [{
                "name": "eth_eth", "pair": "eth_usd", "worstCaseUnrounded": "0.15246412672881357", "worstScenario": 24,
                "rollShock": "0.004997435265", "deltaShock": "0",
                "instruments": [{"name": "ETH-PERPETUAL", "cells": text(pre)}],
                "preAggregated": text(pre), "aggregated": text(aggregated)}],
        }]},
    }
