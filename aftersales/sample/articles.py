"""The articles of the sample workshop: what its canned jobs use, and what stands beside them on the shelf.

Prices are for one piece or litre, with tax, in the sample workshop's currency; ``cost`` is without tax.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aftersales.domain.actors import Actor
from aftersales.domain.parts import operations as parts
from aftersales.domain.parts.models import ArticleKind, Unit


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """One article: its number as people write it, its name, kind, unit, price and cost."""

    number: str
    name: str
    kind: ArticleKind
    unit: Unit
    price: Decimal
    cost: Decimal


def _articles(kind: ArticleKind, unit: Unit, *rows: tuple[str, str, str, str]) -> list[SampleArticle]:
    return [
        SampleArticle(number, name, kind, unit, Decimal(price), Decimal(cost))
        for number, name, price, cost in rows
    ]


ARTICLES: list[SampleArticle] = [
    *_articles(
        ArticleKind.PART,
        Unit.PIECE,
        # filters
        ("04E115561H", "Oil filter, petrol", "49.00", "21.50"),
        ("03N115562B", "Oil filter insert, diesel", "62.00", "27.80"),
        ("5Q0129620D", "Air filter", "89.00", "38.40"),
        ("5Q0819644A", "Pollen filter, active carbon", "98.00", "41.00"),
        ("5Q0127177B", "Fuel filter, diesel", "215.00", "108.00"),
        ("0AM325433E", "Gearbox oil filter", "118.00", "55.00"),
        # engine
        ("N90813202", "Oil drain plug with seal", "14.00", "4.20"),
        ("04E905601B", "Spark plug", "72.00", "34.00"),
        ("04L963319B", "Glow plug", "119.00", "58.00"),
        ("04L198119E", "Timing belt kit with water pump", "1090.00", "612.00"),
        ("04E109119", "Timing belt kit, petrol", "840.00", "455.00"),
        ("5Q0260849", "Poly-V belt", "129.00", "58.00"),
        ("04L145299", "Belt tensioner", "389.00", "196.00"),
        ("5Q0121251", "Radiator", "990.00", "520.00"),
        ("04E121600", "Coolant thermostat with housing", "560.00", "288.00"),
        ("1K0121407", "Expansion tank cap", "48.00", "17.00"),
        # brakes
        ("5N0698151", "Brake pads, front, set", "389.00", "189.00"),
        ("5Q0615301F", "Brake disc, front, 312 mm", "298.00", "151.00"),
        ("5Q0698451", "Brake pads, rear, set", "319.00", "148.00"),
        ("5Q0615601G", "Brake disc, rear, 272 mm", "239.00", "117.00"),
        ("5Q0615423", "Brake caliper, rear, left", "890.00", "470.00"),
        ("5Q0615424", "Brake caliper, rear, right", "890.00", "470.00"),
        ("5Q0611701", "Brake hose, front", "96.00", "39.00"),
        ("5Q0611775", "Brake hose, rear", "88.00", "36.00"),
        ("1K0615437", "Brake pad wear sensor", "64.00", "25.00"),
        ("5Q0609525", "Parking brake cable", "158.00", "71.00"),
        # lights and wipers
        ("5G1998002", "Wiper blades, front, pair", "149.00", "62.00"),
        ("5G6955427", "Wiper blade, rear", "59.00", "22.00"),
        ("N10320102", "Bulb H7", "29.00", "9.50"),
        ("N017732", "Bulb W5W", "8.00", "2.10"),
        ("N017738", "Bulb P21/5W", "12.00", "3.40"),
        ("5G0941035", "LED headlight, left", "2890.00", "1980.00"),
        ("5G0941036", "LED headlight, right", "2890.00", "1980.00"),
        ("5G0955453", "Washer reservoir pump", "118.00", "52.00"),
        # electrics
        ("7P0915105", "Battery 70 Ah EFB", "690.00", "402.00"),
        ("000915105CE", "Battery 80 Ah AGM", "1090.00", "655.00"),
        ("5Q0919275", "Parking sensor", "329.00", "168.00"),
        ("5Q0919051", "Reversing camera", "980.00", "610.00"),
        ("5Q0907275", "Tyre pressure sensor", "219.00", "104.00"),
        ("03L903023", "Alternator 140 A", "2190.00", "1390.00"),
        ("02M911023", "Starter motor", "1490.00", "905.00"),
        ("000979131", "Key battery CR2032", "15.00", "3.80"),
        # wheels and tyres
        ("TY-2055516S", "Summer tyre 205/55 R16 91V", "349.00", "238.00"),
        ("TY-2055516W", "Winter tyre 205/55 R16 91H", "379.00", "259.00"),
        ("TY-2254517S", "Summer tyre 225/45 R17 94Y", "469.00", "325.00"),
        ("TY-2254517A", "All-season tyre 225/45 R17 94W", "519.00", "362.00"),
        ("WHB-14X15", "Wheel bolt M14 x 1.5", "16.00", "5.20"),
        ("VAL-TR413", "Rubber valve", "9.00", "1.60"),
        ("RIM-SPRAY", "Puncture repair set", "98.00", "44.00"),
        # suspension, steering, exhaust
        ("5Q0407151", "Wishbone, front, left", "520.00", "268.00"),
        ("5Q0407152", "Wishbone, front, right", "520.00", "268.00"),
        ("5Q0411315", "Stabiliser link, front", "129.00", "54.00"),
        ("5Q0423811", "Track rod end, left", "169.00", "74.00"),
        ("5Q0423812", "Track rod end, right", "169.00", "74.00"),
        ("5Q0413031", "Shock absorber, front", "489.00", "265.00"),
        ("5Q0512010", "Shock absorber, rear", "369.00", "192.00"),
        ("5Q0412249", "Strut mount with bearing", "148.00", "66.00"),
        ("5Q0407272", "Drive shaft boot kit", "139.00", "58.00"),
        ("5Q0498625", "Wheel bearing, front", "460.00", "232.00"),
        ("5Q0598611", "Wheel bearing, rear", "490.00", "251.00"),
        ("5Q0253609", "Exhaust rear silencer", "890.00", "515.00"),
        ("1K0253141", "Exhaust clamp", "59.00", "21.00"),
        # air conditioning and comfort
        ("5Q0820411", "Condenser", "1180.00", "690.00"),
        ("1K0820803", "Air conditioning compressor", "2490.00", "1610.00"),
        ("AC-SEAL", "Air conditioning sealing set", "39.00", "12.00"),
        ("5Q0937049", "Seat belt buckle", "420.00", "240.00"),
        ("WASHER-SEAL", "Copper sealing washer", "4.00", "0.70"),
        # transmission
        ("04E141031", "Clutch kit", "1890.00", "1120.00"),
        ("04L105266", "Dual mass flywheel", "2690.00", "1730.00"),
    ),
    *_articles(
        ArticleKind.MATERIAL,
        Unit.LITRE,
        ("OIL-0W20", "Engine oil 0W-20", "69.00", "31.00"),
        ("OIL-5W30", "Engine oil 5W-30", "59.00", "25.00"),
        ("OIL-DSG", "Dual clutch gearbox oil", "115.00", "58.00"),
        ("OIL-75W", "Manual gearbox oil 75W", "79.00", "36.00"),
        ("COOLANT-G12", "Coolant G12evo, ready to use", "39.00", "15.00"),
        ("BRAKE-DOT4", "Brake fluid DOT 4", "68.00", "27.00"),
        ("WASH-WINTER", "Washer fluid, winter", "16.00", "5.50"),
        ("ADBLUE", "AdBlue", "9.00", "3.90"),
    ),
    *_articles(
        ArticleKind.MATERIAL,
        Unit.PIECE,
        ("BRAKE-CLEAN", "Brake cleaner, 500 ml", "24.00", "8.90"),
        ("GREASE-CERAMIC", "Ceramic grease, sachet", "9.00", "2.40"),
        ("R1234YF-100", "Refrigerant R1234yf, 100 g", "98.00", "52.00"),
        ("R134A-100", "Refrigerant R134a, 100 g", "46.00", "21.00"),
        ("AC-CLEAN", "Air conditioning disinfectant", "48.00", "17.00"),
        ("WHEEL-WEIGHTS", "Balancing weights, per wheel", "12.00", "3.20"),
        ("WASTE-OIL", "Disposal of waste oil and filters", "19.00", "8.00"),
        ("WASTE-TYRE", "Disposal of a tyre", "15.00", "9.00"),
    ),
]


def stock(*, actor: Actor, now: datetime) -> None:
    """Put the articles that are missing into the parts catalogue."""
    for article in ARTICLES:
        if parts.find_by_number(article.number) is None:
            parts.add_article(
                number=article.number,
                name=article.name,
                kind=article.kind,
                unit=article.unit,
                price=article.price,
                cost=article.cost,
                actor=actor,
                now=now,
            )
