#!/usr/bin/env python3
"""Converts the country outlines of world-atlas (TopoJSON) into core/geo/data/countries-50m.bin.

    npm pack world-atlas@2 && tar xzf world-atlas-2.0.2.tgz
    tools/convert_countries.py package/countries-50m.json core/geo/data/countries-50m.bin

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
import json
import struct
import sys

# ISO 3166-1 numeric and alpha-2 of every outline that carries a number.
ISO_3166 = """
004AF 008AL 010AQ 012DZ 016AS 020AD 024AO 028AG 031AZ 032AR 036AU 040AT 044BS 048BH 050BD
051AM 052BB 056BE 060BM 064BT 068BO 070BA 072BW 076BR 084BZ 086IO 090SB 092VG 096BN 100BG
104MM 108BI 112BY 116KH 120CM 124CA 132CV 136KY 140CF 144LK 148TD 152CL 156CN 158TW 170CO
174KM 178CG 180CD 184CK 188CR 191HR 192CU 196CY 203CZ 204BJ 208DK 212DM 214DO 218EC 222SV
226GQ 231ET 232ER 233EE 234FO 238FK 239GS 242FJ 246FI 248AX 250FR 258PF 260TF 262DJ 266GA
268GE 270GM 275PS 276DE 288GH 296KI 300GR 304GL 308GD 316GU 320GT 324GN 328GY 332HT 334HM
336VA 340HN 344HK 348HU 352IS 356IN 360ID 364IR 368IQ 372IE 376IL 380IT 384CI 388JM 392JP
398KZ 400JO 404KE 408KP 410KR 414KW 417KG 418LA 422LB 426LS 428LV 430LR 434LY 438LI 440LT
442LU 446MO 450MG 454MW 458MY 462MV 466ML 470MT 478MR 480MU 484MX 492MC 496MN 498MD 499ME
500MS 504MA 508MZ 512OM 516NA 520NR 524NP 528NL 531CW 533AW 534SX 540NC 548VU 554NZ 558NI
562NE 566NG 570NU 574NF 578NO 580MP 583FM 584MH 585PW 586PK 591PA 598PG 600PY 604PE 608PH
612PN 616PL 620PT 624GW 626TL 630PR 634QA 642RO 643RU 646RW 652BL 654SH 659KN 660AI 662LC
663MF 666PM 670VC 674SM 678ST 682SA 686SN 688RS 690SC 694SL 702SG 703SK 704VN 705SI 706SO
710ZA 716ZW 724ES 728SS 729SD 732EH 740SR 748SZ 752SE 756CH 760SY 762TJ 764TH 768TG 776TO
780TT 784AE 788TN 792TR 795TM 796TC 800UG 804UA 807MK 818EG 826GB 831GG 832JE 833IM 834TZ
840US 850VI 854BF 858UY 860UZ 862VE 876WF 882WS 887YE 894ZM
"""

# Outlines without a number. Kosovo has no ISO code; XK is the one its users agreed on. Northern
# Cyprus and Somaliland have none and lie in what ISO 3166 calls Cyprus and Somalia. The Siachen
# Glacier is disputed and counts as both sides'. Two islands share one outline.
WITHOUT_NUMBER = {
    "Kosovo": ["XK"],
    "N. Cyprus": ["CY"],
    "Somaliland": ["SO"],
    "Siachen Glacier": ["IN", "PK"],
    "Indian Ocean Ter.": ["CC", "CX"],
}

# Spelled out for readers.
WORDS = {"Is.": "Islands", "I.": "Island", "Rep.": "Republic", "Dem.": "Democratic", "St.": "Saint",
         "S.": "South", "N.": "Northern", "W.": "Western", "Br.": "British", "Fr.": "French",
         "Eq.": "Equatorial", "Herz.": "Herzegovina", "Barb.": "Barbuda", "Vin.": "Vincent",
         "Gren.": "Grenadines", "Geo.": "Georgia", "Ter.": "Territories"}


def unsigned(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def signed(value):
    return unsigned(value << 1 if value >= 0 else (-value << 1) - 1)


def owners_of(geometry, alpha_2):
    if "id" in geometry:
        return [alpha_2[geometry["id"]]]
    return WITHOUT_NUMBER[geometry["properties"]["name"]]


def name_of(geometry):
    return " ".join(WORDS.get(word, word) for word in geometry["properties"]["name"].split())


def is_map_edge(ring, topology):
    """The lower edge of a flat map, left over around the South Pole when it was rolled up."""
    arcs = (topology["arcs"][arc if arc >= 0 else ~arc] for arc in ring)
    return all(latitude == 0 for arc in arcs for _, latitude in arc)


def rings_of(geometry, topology):
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    # The source has the land on the right of its rings.
    return [[~arc for arc in reversed(ring)] for polygon in polygons for ring in polygon
            if not is_map_edge(ring, topology)]


def convert(topology):
    alpha_2 = {entry[:3]: entry[3:] for entry in ISO_3166.split()}
    transform = topology["transform"]
    out = bytearray(b"EZN1")
    for axis in (0, 1):
        out += struct.pack("<2d", transform["scale"][axis], transform["translate"][axis])
    out += unsigned(len(topology["arcs"]))
    for arc in topology["arcs"]:
        out += unsigned(len(arc))
        for longitude, latitude in arc:
            out += signed(longitude) + signed(latitude)
    geometries = sorted(topology["objects"]["countries"]["geometries"],
                        key=lambda g: (owners_of(g, alpha_2), name_of(g)))
    out += unsigned(len(geometries))
    for geometry in geometries:
        owners = owners_of(geometry, alpha_2)
        name = name_of(geometry).encode()
        out += unsigned(len(owners)) + "".join(owners).encode() + unsigned(len(name)) + name
        rings = rings_of(geometry, topology)
        out += unsigned(len(rings))
        for ring in rings:
            out += unsigned(len(ring)) + b"".join(signed(arc) for arc in ring)
    return bytes(out)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: convert_countries.py countries-50m.json countries-50m.bin")
    with open(sys.argv[1], encoding="utf-8") as source:
        data = convert(json.load(source))
    with open(sys.argv[2], "wb") as target:
        target.write(data)
    print(f"{sys.argv[2]}: {len(data)} bytes")


if __name__ == "__main__":
    main()
