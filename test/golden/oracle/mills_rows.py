"""The rows of assembly/portable/mills-rows.ts and mills-slope-rows.ts: `python3 mills_rows.py mills | slope`. Needs mpmath."""
import sys

import mpmath as mp

mp.mp.dps = 70
DEGREE = 7


def mills(z):
    """Phi(-z) / phi(z): by the error function, far out by the continued fraction."""
    if z < 12:
        return mp.sqrt(mp.pi / 2) * mp.exp(z * z / 2) * mp.erfc(z / mp.sqrt(2))
    value = z
    for k in range(400, 0, -1):
        value = z + k / value
    return 1 / value


def slope(z):
    return 1 - z * mills(z)


def fit(function, middle, half):
    """Coefficients in the distance from the middle: interpolation at Chebyshev nodes."""
    count = DEGREE + 1
    nodes = [mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    powers = mp.matrix(count, count)
    values = mp.matrix(count, 1)
    for i, node in enumerate(nodes):
        values[i] = function(middle + half * node)
        for j in range(count):
            powers[i, j] = node**j
    solved = mp.lu_solve(powers, values)
    return [float(solved[j] / half**j) for j in range(count)]


def rows(function, pieces):
    for place in range(8):
        octave = mp.mpf(2) ** ((place + 1) % 8)
        for piece in range(pieces):
            yield fit(function, octave * (1 + (piece + mp.mpf('0.5')) / pieces) - 1, octave / pieces / 2)


for row in rows(mills, 32) if sys.argv[1] == 'mills' else rows(slope, 64):
    print('  ' + ', '.join(map(repr, row[:4])) + ',')
    print('  ' + ', '.join(map(repr, row[4:])) + ',')
