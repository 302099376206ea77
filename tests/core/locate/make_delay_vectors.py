#!/usr/bin/env python3
"""Writes delay_vectors.h: what CBG's linear program and Quasi-Octant's hulls give, by brute force.

The program tries every vertex of the feasible polygon and every edge of the hull, straight from the
published definitions, and shares no code with the library. Run it as
    python3 tests/core/locate/make_delay_vectors.py > tests/core/locate/delay_vectors.h
"""
import itertools
import random

LEAST_SLOPE = 1 / 100.0          # ms per km: 200,000 km/s, there and back
SLOW = (20037.508, 237.16)       # km, ms


def bestline(points, slowline):
    """min sum(y - m x - b), y >= m x + b for all points, b >= 0, m >= 1/100."""
    n, sx = len(points), sum(x for x, _ in points)
    rows = [(x, 1.0, y) for x, y in points + ([SLOW] if slowline else [])]  # m x + b <= y
    rows += [(-1.0, 0.0, -LEAST_SLOPE), (0.0, -1.0, 0.0)]
    best = None
    for (a1, b1, c1), (a2, b2, c2) in itertools.combinations(rows, 2):
        d = a1 * b2 - a2 * b1
        if abs(d) < 1e-15:
            continue
        m, b = (c1 * b2 - c2 * b1) / d, (a1 * c2 - a2 * c1) / d
        if all(p * m + q * b <= r + 1e-9 for p, q, r in rows):
            value = m * sx + n * b
            if best is None or value > best[0] + 1e-12:
                best = (value, m, b)
    return best


def percentile(values, share):
    values = sorted(values)
    at = share * (len(values) - 1)
    i = int(at)
    j = min(i + 1, len(values) - 1)
    return values[i] + (at - i) * (values[j] - values[i])


def hull(points, side):
    """Points (ms, km) with no segment between two others beyond them; side 1 above, -1 below."""
    kept = []
    for p in sorted(set(points)):
        beaten = any(q[0] == p[0] and side * (q[1] - p[1]) > 0 for q in points)
        for a, b in itertools.combinations(points, 2):
            a, b = min(a, b), max(a, b)
            if beaten or not a[0] < p[0] < b[0]:
                continue
            at = a[1] + (b[1] - a[1]) * (p[0] - a[0]) / (b[0] - a[0])
            beaten = side * (at - p[1]) >= 0
        if not beaten:
            kept.append(p)
    return kept


def along(chain, t):
    i = 1
    while i + 1 < len(chain) and t > chain[i][0]:
        i += 1
    (t0, d0), (t1, d1) = chain[i - 1], chain[i]
    return d0 + (d1 - d0) * (t - t0) / (t1 - t0)


def octant(points, t):
    """(nearest, farthest) at an RTT, 50 and 75 % cuts, 55 and 100 km/ms beyond."""
    feasible = [(y, x) for x, y in points if y * 100 >= x and (y - 55) * 55 <= x]
    times = [p[0] for p in feasible]
    ends = []
    for side, share, slope in ((-1, 0.75, 100.0), (1, 0.50, 55.0)):
        chain = hull(feasible, side)
        cut = percentile(times, share)
        at = (cut, along(chain, cut))
        chain = [p for p in chain if p[0] < cut] + [at, (1000.0, at[1] + slope * (1000.0 - cut))]
        ends.append(min(max(along(chain, t), 0.0), SLOW[0]))
    return ends


def main():
    random.seed(2020)
    print("// tests/core/locate/delay_vectors.h: bestlines and hulls by brute force, from")
    print("// make_delay_vectors.py. Not edited by hand.")
    print("#ifndef EARSHOT_TESTS_CORE_LOCATE_DELAY_VECTORS_H_")
    print("#define EARSHOT_TESTS_CORE_LOCATE_DELAY_VECTORS_H_")
    print("\n#include <vector>\n\nnamespace earshot {\n")
    print("struct DelayPoint {\n  double km;\n  double ms;\n};")
    print("struct HullAt {\n  double ms;\n  double nearest_km;\n  double farthest_km;\n};")
    print("struct DelayVector {\n  std::vector<DelayPoint> points;\n  double slope;  // ms per km")
    print("  double intercept;\n  double slowline_slope;\n  double slowline_intercept;")
    print("  std::vector<HullAt> hull;\n};\n")
    print("inline const std::vector<DelayVector>& DelayVectors() {")
    print("  static const std::vector<DelayVector> vectors = {")
    for case in range(6):
        points = []
        for _ in range(8 + 4 * case):
            km = round(random.uniform(20, 15000), 3)
            ms = round(km / 100 * random.uniform(1.05, 2.2) + random.uniform(0, 8), 3)
            points.append((km, ms))
        _, m, b = bestline(points, False)
        _, ms_, bs = bestline(points, True)
        hulls = [(t, *octant(points, t)) for t in (3.0, 17.5, 60.0, 111.0, 190.0, 320.0)]
        print("      {{" + ",\n        ".join("{%.3f, %.3f}" % p for p in points) + "},")
        print("       %.12f, %.12f, %.12f, %.12f," % (m, b, ms_, bs))
        print("       {" + ",\n        ".join("{%.3f, %.9f, %.9f}" % h for h in hulls) + "}},")
    print("  };\n  return vectors;\n}\n\n}  // namespace earshot\n")
    print("#endif  // EARSHOT_TESTS_CORE_LOCATE_DELAY_VECTORS_H_")


main()
