#!/usr/bin/env python3
"""Converts the country outlines of world-atlas (TopoJSON) into core/geo/data/countries.bin.

    npm pack world-atlas@2 && tar xzf world-atlas-2.0.2.tgz
    tools/convert_countries.py package core/geo/data/countries.bin

Outlines come from the 1:50m map. Islands, reefs and enclaves that it leaves out, so that a point of
them lies more than 15 km from what it draws of their country, are added from the 1:10m map. What
then remains of the difference between the two maps is printed: zones must be grown by more.

Run once; the result is committed. Layout of the result, read by core/geo/country_data.cc:

    "EZN1"
    4 x float64 little-endian   longitude scale and offset, latitude scale and offset, in degrees
    count                       arcs; each:  count, then (longitude, latitude) steps, signed;
                                the first step is from (0, 0)
    count                       shapes; each: count of owners, 2 letters an owner;
                                length and bytes of the name (UTF-8);
                                count of rings, each: count of arcs, signed arc references:
                                i >= 0 forwards, ~i backwards

Counts are unsigned LEB128; signed numbers are zigzag-coded first. Rings are turned so that the land
lies on their left.
"""
import collections
import json
import math
import struct
import sys

# ISO 3166-1 numeric and alpha-2 of every outline that carries a number.
ISO_3166 = """
004AF 008AL 010AQ 012DZ 016AS 020AD 024AO 028AG 031AZ 032AR 036AU 040AT 044BS 048BH 050BD
051AM 052BB 056BE 060BM 064BT 068BO 070BA 072BW 076BR 084BZ 086IO 090SB 092VG 096BN 100BG
104MM 108BI 112BY 116KH 120CM 124CA 132CV 136KY 140CF 144LK 148TD 152CL 156CN 158TW 170CO
174KM 178CG 180CD 184CK 188CR 191HR 192CU 196CY 203CZ 204BJ 208DK 212DM 214DO 218EC 222SV
226GQ 231ET 232ER 233EE 234FO 238FK 239GS 242FJ 246FI 248AX 250FR 258PF 260TF 262DJ 266GA
268GE 270GM 275PS 276DE 288GH 292GI 296KI 300GR 304GL 308GD 316GU 320GT 324GN 328GY 332HT
334HM 336VA 340HN 344HK 348HU 352IS 356IN 360ID 364IR 368IQ 372IE 376IL 380IT 384CI 388JM
392JP 398KZ 400JO 404KE 408KP 410KR 414KW 417KG 418LA 422LB 426LS 428LV 430LR 434LY 438LI
440LT 442LU 446MO 450MG 454MW 458MY 462MV 466ML 470MT 478MR 480MU 484MX 492MC 496MN 498MD
499ME 500MS 504MA 508MZ 512OM 516NA 520NR 524NP 528NL 531CW 533AW 534SX 540NC 548VU 554NZ
558NI 562NE 566NG 570NU 574NF 578NO 580MP 581UM 583FM 584MH 585PW 586PK 591PA 598PG 600PY
604PE 608PH 612PN 616PL 620PT 624GW 626TL 630PR 634QA 642RO 643RU 646RW 652BL 654SH 659KN
660AI 662LC 663MF 666PM 670VC 674SM 678ST 682SA 686SN 688RS 690SC 694SL 702SG 703SK 704VN
705SI 706SO 710ZA 716ZW 724ES 728SS 729SD 732EH 740SR 748SZ 752SE 756CH 760SY 762TJ 764TH
768TG 776TO 780TT 784AE 788TN 792TR 795TM 796TC 798TV 800UG 804UA 807MK 818EG 826GB 831GG
832JE 833IM 834TZ 840US 850VI 854BF 858UY 860UZ 862VE 876WF 882WS 887YE 894ZM
"""

ALPHA_2 = {entry[:3]: entry[3:] for entry in ISO_3166.split()}

# Outlines without a number. Kosovo has no ISO code; XK is the one its users agreed on. Northern
# Cyprus, the buffer zone and Somaliland have none and lie in what ISO 3166 calls Cyprus and Somalia.
# Disputed or leased land counts as everyone's who claims or holds it. Two islands share one outline.
WITHOUT_NUMBER = {
    "Kosovo": ["XK"],
    "N. Cyprus": ["CY"],
    "Cyprus U.N. Buffer Zone": ["CY"],
    "Dhekelia": ["CY", "GB"],
    "Akrotiri": ["CY", "GB"],
    "Somaliland": ["SO"],
    "Siachen Glacier": ["IN", "PK"],
    "Indian Ocean Ter.": ["CC", "CX"],
    "USNB Guantanamo Bay": ["CU", "US"],
    "Baikonur": ["KZ", "RU"],
    "Coral Sea Is.": ["AU"],
    "Clipperton I.": ["FR"],
    "Spratly Is.": ["BN", "CN", "MY", "PH", "TW", "VN"],
    "Scarborough Reef": ["CN", "PH", "TW"],
    "Bajo Nuevo Bank": ["CO", "HN", "JM", "NI", "US"],
    "Serranilla Bank": ["CO", "HN", "NI", "US"],
}

# Spelled out for readers.
WORDS = {"Is.": "Islands", "I.": "Island", "Rep.": "Republic", "Dem.": "Democratic", "St.": "Saint",
         "S.": "South", "N.": "Northern", "W.": "Western", "Br.": "British", "Fr.": "French",
         "Eq.": "Equatorial", "Herz.": "Herzegovina", "Barb.": "Barbuda", "Vin.": "Vincent",
         "Gren.": "Grenadines", "Geo.": "Georgia", "Ter.": "Territories"}


MISSING_KM = 15.0
EARTH_KM = 6371.0


def unsigned(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value):
    return unsigned(value << 1 if value >= 0 else (-value << 1) - 1)


class Map:
    """A TopoJSON map: arcs in degrees and as steps, polygons by owners."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as source:
            topology = json.load(source)
        self.transform = topology["transform"]
        self.steps = topology["arcs"]
        self.geometries = topology["objects"]["countries"]["geometries"]
        (scale_x, scale_y), (x_0, y_0) = self.transform["scale"], self.transform["translate"]
        self.arcs = []
        for arc in self.steps:
            x = y = 0
            points = []
            for step_x, step_y in arc:
                x, y = x + step_x, y + step_y
                points.append((x_0 + scale_x * x, y_0 + scale_y * y))
            self.arcs.append(points)

    def ring(self, references):
        points = []
        for reference in references:
            arc = self.arcs[reference] if reference >= 0 else self.arcs[~reference][::-1]
            points += arc[1:] if points else arc
        return points

    def is_map_edge(self, ring):
        """The lower edge of a flat map, left over around the South Pole when it was rolled up."""
        return all(step[1] == 0 for i in ring for step in self.steps[i if i >= 0 else ~i])


def polygons_of(geometry):
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]


def owners_of(geometry):
    if "id" in geometry:
        return (ALPHA_2[geometry["id"]],)
    return tuple(WITHOUT_NUMBER[geometry["properties"]["name"]])


def name_of(geometry):
    return " ".join(WORDS.get(word, word) for word in geometry["properties"]["name"].split())


def vector(point):
    longitude, latitude = map(math.radians, point)
    return (math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude),
            math.sin(latitude))


class Outline:
    """What the coarse map draws of one country, for asking how far away it is."""

    CELL = 2.0 * MISSING_KM / EARTH_KM

    def __init__(self):
        self.rings = []
        self.cells = collections.defaultdict(list)

    def add(self, points):
        self.rings.append(points)
        for a, b in zip(points, points[1:]):
            turn = (b[0] - a[0] + 180) % 360 - 180
            count = 1 + int(max(abs(turn), abs(b[1] - a[1])) * 111.2 / 3.0)
            for i in range(count):
                v = vector((a[0] + turn * i / count, a[1] + (b[1] - a[1]) * i / count))
                self.cells[tuple(int(c // self.CELL) for c in v)].append(v)

    def holds(self, point):
        x, y = point
        inside = False
        for ring in self.rings:
            for (x_1, y_1), (x_2, y_2) in zip(ring, ring[1:]):
                if (y_1 > y) != (y_2 > y):
                    turn = (x_2 - x_1 + 180) % 360 - 180
                    east = (x_1 + turn * (y - y_1) / (y_2 - y_1) - x + 180) % 360 - 180
                    inside ^= east > 0
        return inside

    def distance_km(self, point, reach):
        """To the outline, 3 km coarse; 0 inside; infinite beyond `reach` cells."""
        v = vector(point)
        home = [int(c // self.CELL) for c in v]
        near = (w for i in range(-reach, reach + 1) for j in range(-reach, reach + 1)
                for k in range(-reach, reach + 1)
                for w in self.cells.get((home[0] + i, home[1] + j, home[2] + k), ()))
        chord = min((math.dist(v, w) for w in near), default=math.inf)
        if chord * EARTH_KM > MISSING_KM and self.holds(point):
            return 0.0
        return chord * EARTH_KM


def missing_rings(coarse, fine):
    """Rings of the fine map to add, by owners; and what remains: the worst distance by owners."""
    outlines = collections.defaultdict(Outline)
    for geometry in coarse.geometries:
        for owner in owners_of(geometry):
            for polygon in polygons_of(geometry):
                for ring in polygon:
                    outlines[owner].add(coarse.ring(ring))
    added = collections.defaultdict(list)
    names = {}
    remains = {}
    for geometry in fine.geometries:
        owners = owners_of(geometry)
        names[owners] = name_of(geometry)
        for polygon in polygons_of(geometry):
            points = fine.ring(polygon[0])
            worst = max(max(outlines[owner].distance_km(p, 1) for owner in owners) for p in points)
            if worst <= MISSING_KM:
                continue
            # Continents differ here and there; they are not missing.
            if len(points) < 1000:
                added[owners].append(points)
                continue
            for owner in owners:
                worst = max((outlines[owner].distance_km(p, 4), p) for p in points)
                remains[owner] = max(remains.get(owner, (0,)), worst)
    return added, names, remains


def left_of(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def touches_itself(grid):
    edges = list(zip(grid, grid[1:]))
    if len(set(grid)) != len(edges):
        return True
    for i, (a, b) in enumerate(edges):
        for c, d in edges[i + 2:len(edges) - (i == 0)]:
            if left_of(a, b, c) * left_of(a, b, d) <= 0 and left_of(c, d, a) * left_of(c, d, b) <= 0:
                return True
    return False


def hull_of(grid):
    """Convex hull, counterclockwise and closed (Andrew's monotone chain)."""
    halves = []
    for points in (sorted(set(grid)), sorted(set(grid), reverse=True)):
        half = []
        for point in points:
            while len(half) > 1 and left_of(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves.append(half[:-1])
    hull = halves[0] + halves[1]
    return hull + hull[:1]


def on_grid(points, transform):
    """A ring as grid points, land on its left. One that the grid is too coarse for becomes the
    rectangle around it, and one that rounding makes touch itself its hull: a ring that is turned
    inside out would hold the whole Earth."""
    grid = []
    for point in points:
        cell = tuple(round((c - offset) / scale) for c, offset, scale in
                     zip(point, transform["translate"], transform["scale"]))
        if not grid or grid[-1] != cell:
            grid.append(cell)
    (west, east), (south, north) = ((min(axis), max(axis)) for axis in zip(*grid))
    if min(east - west, north - south) < 8:
        west, south, east, north = west - 1, south - 1, east + 1, north + 1
        return [(west, south), (east, south), (east, north), (west, north), (west, south)]
    if touches_itself(grid):
        return hull_of(grid)
    area = sum(x_1 * y_2 - x_2 * y_1 for (x_1, y_1), (x_2, y_2) in zip(grid, grid[1:]))
    return grid if area > 0 else grid[::-1]


def steps_of(grid):
    """The first from (0, 0)."""
    return [(x - x_0, y - y_0) for (x, y), (x_0, y_0) in zip(grid, [(0, 0)] + grid)]


def encode(transform, arcs, shapes):
    out = bytearray(b"EZN1")
    for axis in (0, 1):
        out += struct.pack("<2d", transform["scale"][axis], transform["translate"][axis])
    out += unsigned(len(arcs))
    for arc in arcs:
        out += unsigned(len(arc))
        for longitude, latitude in arc:
            out += signed(longitude) + signed(latitude)
    out += unsigned(len(shapes))
    for owners, name, rings in shapes:
        out += unsigned(len(owners)) + "".join(owners).encode()
        out += unsigned(len(name.encode())) + name.encode()
        out += unsigned(len(rings))
        for ring in rings:
            out += unsigned(len(ring)) + b"".join(signed(arc) for arc in ring)
    return bytes(out)


def convert(coarse, fine):
    arcs = list(coarse.steps)
    shapes = []
    # The source has the land on the right of its rings.
    for geometry in coarse.geometries:
        rings = [[~arc for arc in reversed(ring)] for polygon in polygons_of(geometry)
                 for ring in polygon if not coarse.is_map_edge(ring)]
        shapes.append((owners_of(geometry), name_of(geometry), rings))
    added, names, remains = missing_rings(coarse, fine)
    known = {owners: name for owners, name, _ in shapes}
    for owners, rings in added.items():
        references = []
        for points in rings:
            references.append([len(arcs)])
            arcs.append(steps_of(on_grid(points, coarse.transform)))
        shapes.append((owners, known.get(owners, names[owners]), references))
    print(f"added from the fine map: {sum(map(len, added.values()))} rings, "
          f"{sum(len(ring) for rings in added.values() for ring in rings)} points")
    for owner, (km, point) in sorted(remains.items(), key=lambda item: -item[1][0]):
        print(f"remains: {owner} {km:.1f} km at {point[1]:.2f} {point[0]:.2f}")
    return encode(coarse.transform, arcs, sorted(shapes))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: convert_countries.py PACKAGE_FOLDER RESULT")
    folder, result = sys.argv[1:]
    data = convert(Map(f"{folder}/countries-50m.json"), Map(f"{folder}/countries-10m.json"))
    with open(result, "wb") as target:
        target.write(data)
    print(f"{result}: {len(data)} bytes")


if __name__ == "__main__":
    main()
