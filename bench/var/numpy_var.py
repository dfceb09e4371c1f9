"""VaR and ES of every account of a book with NumPy and SciPy: the entrant `numpy-scipy` of the workload `var`.

    numpy_var.py INPUT OUTPUT      reads the book once; answers every line on standard input with the milliseconds
                                   that the whole work took; writes the results of the last pass when its input ends

The work: P&L of every instrument in every scenario (vectorised Black-76, scipy.special.ndtr), P&L of blocks of accounts
(scipy.sparse CSR times dense), the worst scenarios of every account (numpy.partition), VaR and ES from those. Blocks of
accounts are as large as is fastest here, not as large as fits.
"""
import sys
import time

import numpy as np
import scipy.sparse as sparse
from scipy.special import ndtr

ACCOUNTS_PER_BLOCK = 128
OPTIONS_PER_BLOCK = 64


def read(path):
    raw = np.fromfile(path, dtype=np.uint8)
    at = 0

    def take(dtype, count):
        nonlocal at
        size = np.dtype(dtype).itemsize * count
        column = raw[at : at + size].view(dtype)
        at += (size + 7) // 8 * 8
        return column

    accounts, rows, currencies, scenarios, factors, entries, level_count = (int(n) for n in take(np.int64, 7))
    book = {"accounts": accounts, "scenarios": scenarios, "levels": take(np.float64, level_count)}
    book["moves"] = take(np.float64, factors * scenarios).reshape(factors, scenarios)
    names = ("kind", "sign", "size", "forward", "strike", "volatility", "years", "rate", "price_factor",
             "volatility_factor", "currency_factor")
    book["terms"] = {name: take(np.float64, rows) for name in names}
    first = take(np.uint32, accounts + 1).astype(np.int32)
    row = take(np.uint32, entries).astype(np.int32)
    quantity = take(np.float64, entries)
    book["positions"] = sparse.csr_matrix((quantity, row, first), shape=(accounts, rows))
    return book


def moved(moves, factor, value):
    """Values (rows, 1) times one plus the move of their factor, those without one as they are."""
    index = factor.astype(np.int64)
    return value[:, None] * np.where(index[:, None] < 0, 1.0, 1.0 + moves[np.maximum(index, 0)])


def black(sign, forward, strike, deviation):
    d1 = np.log(forward / strike) / deviation + 0.5 * deviation
    return sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - deviation)))


def revalue(book):
    """P&L of one unit of every row in every scenario."""
    terms, moves = book["terms"], book["moves"]
    pnl = np.empty((len(terms["kind"]), book["scenarios"]))
    kind = terms["kind"]
    for code in range(5):
        of_kind = np.flatnonzero(kind == code)
        for start in range(0, len(of_kind), OPTIONS_PER_BLOCK):
            at = of_kind[start : start + OPTIONS_PER_BLOCK]
            t = {name: column[at] for name, column in terms.items()}
            rate = moved(moves, t["currency_factor"], t["rate"])
            if code == 4:  # a currency
                pnl[at] = rate - t["rate"][:, None]
                continue
            forward = moved(moves, t["price_factor"], t["forward"])
            size, now = t["size"][:, None], t["forward"][:, None]
            if code == 0:
                pnl[at] = size * (forward - now) * rate
            elif code == 1:
                pnl[at] = size * (1.0 / now - 1.0 / forward) * rate
            else:
                sign, strike, root = t["sign"][:, None], t["strike"][:, None], np.sqrt(t["years"])[:, None]
                volatility = moved(moves, t["volatility_factor"], t["volatility"])
                value = black(sign, forward, strike, volatility * root)
                before = black(sign, now, strike, t["volatility"][:, None] * root)
                if code == 3:
                    value, before = value / forward, before / now
                pnl[at] = size * (value * rate - before * t["rate"][:, None])
    return pnl


def measure(book):
    """Columns VaR, ES per level: minus the ceil(n p)-th smallest P&L, minus the mean of the worst n p (Acerbi-Tasche)."""
    accounts, n = book["accounts"], book["scenarios"]
    pnl = revalue(book)
    # What is within rounding of a whole number is that number.
    parts = [float(np.round(n * (1.0 - level), 9)) for level in book["levels"]]
    deepest = int(np.ceil(max(parts)))
    result = np.empty((2 * len(parts), accounts))
    for start in range(0, accounts, ACCOUNTS_PER_BLOCK):
        end = min(start + ACCOUNTS_PER_BLOCK, accounts)
        block = book["positions"][start:end] @ pnl
        worst = np.partition(block, deepest - 1, axis=1)[:, :deepest]
        worst.sort(axis=1)
        for index, part in enumerate(parts):
            count = int(np.ceil(part))
            boundary = worst[:, count - 1]
            mean = (worst[:, : count - 1].sum(axis=1) + (part - (count - 1)) * boundary) / part
            result[2 * index, start:end] = -boundary
            result[2 * index + 1, start:end] = -mean
    return result


def main():
    book = read(sys.argv[1])
    result = None
    for _line in sys.stdin:
        start = time.perf_counter()
        result = measure(book)
        print((time.perf_counter() - start) * 1e3, flush=True)
    if result is not None:
        result.tofile(sys.argv[2])


if __name__ == "__main__":
    main()
