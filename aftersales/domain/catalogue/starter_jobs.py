"""The canned jobs that every workshop sells, each with its operations and articles."""

from dataclasses import dataclass

from aftersales.domain.catalogue.kinds import LineKind


@dataclass(frozen=True, slots=True)
class Starter:
    """A canned job to begin with. ``articles`` are (kind, number, name, quantity)."""

    code: str
    name: str
    explanation: str
    times: tuple[str, ...]
    articles: tuple[tuple[LineKind, str, str, str], ...] = ()
    model_filter: str = ""


_P, _M, _F = LineKind.PART, LineKind.MATERIAL, LineKind.FEE

JOBS: tuple[Starter, ...] = (
    Starter(
        "OIL-PETROL",
        "Oil service, petrol",
        "Engine oil and filter wear out with time and distance. Fresh oil protects the engine.",
        ("01-OIL",),
        (
            (_P, "04E115561H", "Oil filter, petrol", "1"),
            (_P, "N90813202", "Oil drain plug with seal", "1"),
            (_M, "OIL-0W20", "Engine oil 0W-20", "4.3"),
            (_F, "WASTE-OIL", "Disposal of waste oil and filters", "1"),
        ),
    ),
    Starter(
        "OIL-DIESEL",
        "Oil service, diesel",
        "Engine oil and filter wear out with time and distance. Fresh oil protects engine and particle filter.",
        ("01-OIL",),
        (
            (_P, "03N115562B", "Oil filter insert, diesel", "1"),
            (_P, "N90813202", "Oil drain plug with seal", "1"),
            (_M, "OIL-5W30", "Engine oil 5W-30", "4.7"),
            (_F, "WASTE-OIL", "Disposal of waste oil and filters", "1"),
        ),
        "TDI, diesel, CDI, HDI, BlueHDi, dCi, 320d, 520d",
    ),
    Starter(
        "INSPECTION",
        "Inspection service",
        "The service that the manufacturer prescribes by time and distance, with its entry in the service book.",
        ("01-INSP",),
        ((_P, "5Q0129620D", "Air filter", "1"), (_P, "5Q0819644A", "Pollen filter, active carbon", "1")),
    ),
    Starter(
        "BRAKE-PADS-F",
        "Front brake pads",
        "The front pads are worn. Below the limit the car needs a longer way to stop and the discs are damaged.",
        ("46-PADS-F",),
        (
            (_P, "5N0698151", "Brake pads, front, set", "1"),
            (_P, "1K0615437", "Brake pad wear sensor", "1"),
            (_M, "BRAKE-CLEAN", "Brake cleaner, 500 ml", "1"),
        ),
    ),
    Starter(
        "BRAKE-DISCS-F",
        "Front brake discs and pads",
        "Discs and pads at the front are worn. Below the limit the car needs a longer way to stop.",
        ("46-DISCS-F",),
        (
            (_P, "5N0698151", "Brake pads, front, set", "1"),
            (_P, "5Q0615301F", "Brake disc, front, 312 mm", "2"),
            (_P, "1K0615437", "Brake pad wear sensor", "1"),
            (_M, "BRAKE-CLEAN", "Brake cleaner, 500 ml", "1"),
            (_M, "GREASE-CERAMIC", "Ceramic grease, sachet", "1"),
        ),
    ),
    Starter(
        "BRAKE-PADS-R",
        "Rear brake pads",
        "The rear pads are worn. Below the limit the discs are damaged and the car brakes unevenly.",
        ("46-PADS-R",),
        (
            (_P, "5Q0698451", "Brake pads, rear, set", "1"),
            (_M, "BRAKE-CLEAN", "Brake cleaner, 500 ml", "1"),
        ),
    ),
    Starter(
        "BRAKE-DISCS-R",
        "Rear brake discs and pads",
        "Discs and pads at the rear are worn. Below the limit the car needs a longer way to stop.",
        ("46-DISCS-R",),
        (
            (_P, "5Q0698451", "Brake pads, rear, set", "1"),
            (_P, "5Q0615601G", "Brake disc, rear, 272 mm", "2"),
            (_M, "BRAKE-CLEAN", "Brake cleaner, 500 ml", "1"),
            (_M, "GREASE-CERAMIC", "Ceramic grease, sachet", "1"),
        ),
    ),
    Starter(
        "BRAKE-FLUID",
        "Brake fluid",
        "Brake fluid takes up water and boils earlier. Then the pedal can give way on a long descent.",
        ("47-FLUID",),
        ((_M, "BRAKE-DOT4", "Brake fluid DOT 4", "1"),),
    ),
    Starter(
        "BRAKE-HOSES",
        "Front brake hoses",
        "A hose that is cracked or chafed can burst under pressure.",
        ("47-FLUID", "46-PADS-F"),
        ((_P, "5Q0611701", "Brake hose, front", "2"), (_M, "BRAKE-DOT4", "Brake fluid DOT 4", "1")),
    ),
    Starter(
        "WIPERS-F",
        "Front wiper blades",
        "The blades smear and no longer clear the windscreen in rain.",
        ("92-WIPERS",),
        ((_P, "5G1998002", "Wiper blades, front, pair", "1"),),
    ),
    Starter(
        "WIPER-R",
        "Rear wiper blade",
        "The blade smears and no longer clears the rear window.",
        ("92-WIPERS",),
        ((_P, "5G6955427", "Wiper blade, rear", "1"),),
    ),
    Starter(
        "BULB-H7",
        "Headlight bulb",
        "A headlight bulb has failed. Driving at night is dangerous and not allowed with it.",
        ("94-BULB",),
        ((_P, "N10320102", "Bulb H7", "1"),),
    ),
    Starter(
        "HEADLIGHT-AIM",
        "Set headlights",
        "The headlights point too high or too low: they blind others or light too little of the road.",
        ("94-AIM",),
    ),
    Starter(
        "BATTERY",
        "Battery",
        "The battery no longer holds its charge. The car may not start, above all in the cold.",
        ("27-BATT",),
        ((_P, "7P0915105", "Battery 70 Ah EFB", "1"),),
    ),
    Starter(
        "BATTERY-AGM",
        "Battery, start-stop AGM",
        "The battery no longer holds its charge. Start-stop is off already, and the car may not start in the cold.",
        ("27-BATT",),
        ((_P, "000915105CE", "Battery 80 Ah AGM", "1"),),
    ),
    Starter(
        "TYRES-4",
        "Four summer tyres",
        "The tread is worn. In rain the tyres lose the road earlier and the way to stop is longer.",
        ("44-TYRES",),
        (
            (_P, "TY-2055516S", "Summer tyre 205/55 R16 91V", "4"),
            (_P, "VAL-TR413", "Rubber valve", "4"),
            (_M, "WHEEL-WEIGHTS", "Balancing weights, per wheel", "4"),
            (_F, "WASTE-TYRE", "Disposal of a tyre", "4"),
        ),
    ),
    Starter(
        "TYRES-2",
        "Two summer tyres",
        "The tread of one axle is worn. In rain these tyres lose the road earlier.",
        ("44-TYRES",),
        (
            (_P, "TY-2055516S", "Summer tyre 205/55 R16 91V", "2"),
            (_P, "VAL-TR413", "Rubber valve", "2"),
            (_M, "WHEEL-WEIGHTS", "Balancing weights, per wheel", "2"),
            (_F, "WASTE-TYRE", "Disposal of a tyre", "2"),
        ),
    ),
    Starter(
        "WHEEL-CHANGE",
        "Change wheels for the season",
        "Winter or summer wheels are put on, pressures set, the others stored or loaded.",
        ("44-SEASON",),
        ((_M, "WHEEL-WEIGHTS", "Balancing weights, per wheel", "4"),),
    ),
    Starter(
        "PUNCTURE",
        "Repair a puncture",
        "The tyre loses air through a small hole in the tread.",
        ("44-PUNCTURE",),
        ((_M, "RIM-SPRAY", "Puncture repair set", "1"),),
    ),
    Starter(
        "ALIGNMENT",
        "Wheel alignment",
        "The car pulls to one side or the tyres wear on one edge. Straight wheels save tyres and fuel.",
        ("44-ALIGN",),
    ),
    Starter(
        "AC-SERVICE",
        "Air conditioning service",
        "Refrigerant escapes slowly. Filled up and cleaned, the air conditioning cools again and smells fresh.",
        ("87-AC",),
        (
            (_M, "R1234YF-100", "Refrigerant R1234yf, 100 g", "2"),
            (_M, "AC-CLEAN", "Air conditioning disinfectant", "1"),
            (_P, "AC-SEAL", "Air conditioning sealing set", "1"),
        ),
    ),
    Starter(
        "POLLEN-FILTER",
        "Pollen filter",
        "A clogged pollen filter lets dust and smell into the cabin and the windows mist up.",
        ("87-POLLEN",),
        ((_P, "5Q0819644A", "Pollen filter, active carbon", "1"),),
    ),
    Starter(
        "AIR-FILTER",
        "Air filter",
        "A clogged air filter costs power and fuel.",
        ("24-AIR",),
        ((_P, "5Q0129620D", "Air filter", "1"),),
    ),
    Starter(
        "FUEL-FILTER",
        "Fuel filter, diesel",
        "The filter keeps water and dirt from the injection system, which is costly to replace.",
        ("20-FUEL",),
        ((_P, "5Q0127177B", "Fuel filter, diesel", "1"),),
        "TDI, diesel, CDI, HDI, BlueHDi, dCi, 320d, 520d",
    ),
    Starter(
        "TIMING-BELT",
        "Timing belt with water pump",
        "The belt is due by age or distance. If it breaks, the engine is destroyed.",
        ("15-BELT", "19-COOL"),
        (
            (_P, "04L198119E", "Timing belt kit with water pump", "1"),
            (_M, "COOLANT-G12", "Coolant G12evo, ready to use", "6"),
        ),
        "TDI, diesel",
    ),
    Starter(
        "POLY-V-BELT",
        "Poly-V belt",
        "The belt is cracked. It drives the alternator and the air conditioning; without it the car stops.",
        ("13-POLYV",),
        ((_P, "5Q0260849", "Poly-V belt", "1"),),
    ),
    Starter(
        "COOLANT",
        "Coolant",
        "The coolant no longer protects from frost and rust.",
        ("19-COOL",),
        ((_M, "COOLANT-G12", "Coolant G12evo, ready to use", "6"),),
    ),
    Starter(
        "SPARK-PLUGS",
        "Spark plugs",
        "Worn spark plugs cost power and fuel and strain the catalytic converter.",
        ("10-PLUGS",),
        ((_P, "04E905601B", "Spark plug", "4"),),
    ),
    Starter(
        "DSG-OIL",
        "Dual clutch gearbox oil",
        "The gearbox oil is due by distance. Old oil makes the gearbox jerk and wear.",
        ("34-DSG",),
        (
            (_P, "0AM325433E", "Gearbox oil filter", "1"),
            (_M, "OIL-DSG", "Dual clutch gearbox oil", "5.5"),
        ),
        "DSG, DCT, S tronic",
    ),
    Starter(
        "STABILISER-LINKS",
        "Front stabiliser links",
        "The links have play: the car rattles on bumps and leans more in bends.",
        ("40-LINK",),
        ((_P, "5Q0411315", "Stabiliser link, front", "2"),),
    ),
    Starter(
        "SHOCKS-R",
        "Rear shock absorbers",
        "The shock absorbers leak. The car sways and needs a longer way to stop on uneven roads.",
        ("42-SHOCK-R",),
        ((_P, "5Q0512010", "Shock absorber, rear", "2"),),
    ),
    Starter(
        "TRACK-ROD-L",
        "Track rod end with alignment",
        "The joint has play: the steering is no longer exact, and it can come off.",
        ("48-TRACK", "44-ALIGN"),
        ((_P, "5Q0423811", "Track rod end, left", "1"),),
    ),
    Starter(
        "DRIVE-SHAFT-BOOT",
        "Drive shaft boot",
        "The boot is torn. Grease escapes, dirt comes in, and the joint is destroyed.",
        ("40-LINK",),
        ((_P, "5Q0407272", "Drive shaft boot kit", "1"),),
    ),
    Starter(
        "EXHAUST-REAR",
        "Rear silencer",
        "The silencer is rusted through: the car is loud, and fumes can come into the cabin.",
        ("26-EXHAUST",),
        ((_P, "5Q0253609", "Exhaust rear silencer", "1"), (_P, "1K0253141", "Exhaust clamp", "1")),
    ),
    Starter(
        "DIAGNOSIS",
        "Diagnosis",
        "The fault memory is read and the cause is looked for step by step.",
        ("97-DIAG",),
    ),
    Starter(
        "HV-CHECK",
        "High-voltage battery check",
        "Capacity, balance and insulation of the high-voltage battery are measured, with a record.",
        ("97-HV",),
        (),
        "electric, EV, ID., e-tron, Tesla, hybrid, BYD, NIO",
    ),
)
