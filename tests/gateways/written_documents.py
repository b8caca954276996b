"""Documents to draw in tests: as full as a real visit makes them, as empty as they may be, and in long words."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from aftersales.gateways import document_data as d
from aftersales.gateways import pictures
from tests.gateways.photographs import own, written

ISSUED_AT = datetime(2026, 5, 12, 8, 58, tzinfo=UTC)
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@cache
def photo(name: str, caption: str) -> d.Photo:
    return d.Photo(image=pictures.clean_photo(own(name)).thumb, caption=caption, alt=f"Photo: {caption}")


@cache
def drawing() -> bytes:
    image = Image.new("RGBA", (600, 240))
    ImageDraw.Draw(image).line(
        [(60, 150), (90, 50), (80, 160), (150, 80), (170, 140), (210, 100), (230, 150), (270, 90), (300, 150),
         (330, 60), (340, 150), (400, 110), (470, 130), (540, 100)],
        fill=(23, 25, 28, 255), width=6, joint="curve",
    )  # fmt: skip
    return pictures.clean_signature(written(image, "PNG")).image


SITE = d.Site(
    name="Auto Kraków",
    legal_name="Auto Kraków Serwis sp. z o.o.",
    address=("ul. Wielicka 28", "30-552 Kraków"),
    tax_id="NIP 676-24-31-905",
    phone="+48 12 421 10 10",
    email="serwis@auto-krakow.example",
    website="auto-krakow.example",
)
CAR = d.Vehicle(
    plate="KR 7P421",
    plate_country="PL",
    plate_style="eu",
    description="VW Passat 2.0 TDI 2019",
    vin="WVWZZZ3CZKE012345",
    odometer="118,402 km",
    details=(d.Fact(label="Colour", value="grey"),),
)
CUSTOMER = d.Party(
    name="Katarzyna Mazur",
    address=("ul. Długa 7/4", "31-147 Kraków"),
    phone="+48 601 224 318",
    email="k.mazur@example.com",
)
SIGNED = d.Signature(
    name="Katarzyna Mazur",
    role="owner",
    signed_at="12 May 2026, 09:04 (UTC 07:04)",
    how="Drawn on the workshop's tablet Reception 1, identity card shown",
    drawing=drawing(),
    digest=DIGEST,
)
TYPED = replace(SIGNED, drawing=None, is_typed=True, how="By the link sent to +48 601 224 318")
SERVICE = d.Item(
    position="1",
    title="Service 120,000 km",
    explanation="Oil, oil filter, pollen filter. Due by distance.",
    lines=(
        d.PriceLine(
            kind="labour", text="Service with inspection", number="01 30 00 00", quantity="1.8 h",
            unit_price="260.00", tax_rate="23%", amount="468.00",
        ),
        d.PriceLine(
            kind="part", text="Engine oil 5W-30", number="G 052 195", quantity="4.7 l", unit_price="72.00",
            tax_rate="23%", amount="338.40",
        ),
        d.PriceLine(
            kind="part", text="Oil filter", number="03N 115 562", quantity="1", unit_price="89.60", tax_rate="23%",
            amount="89.60", remark="Original",
        ),
    ),
    labour="468.00", parts="428.00", materials="35.00", total="931.00", guarantee="Guarantee 24 months or 50,000 km",
)  # fmt: skip
BRAKES = d.Item(
    position="2",
    title="Front brake discs and pads",
    explanation="Pads 2.9 mm, discs below minimum. Braking distance grows; do not drive further than needed.",
    light="urgent",
    lines=(
        d.PriceLine(
            kind="labour", text="Replace front discs and pads", number="46 16 20 00", quantity="1.6 h",
            unit_price="260.00", tax_rate="23%", amount="416.00",
        ),
        d.PriceLine(
            kind="part", text="Brake disc, vented 340 mm", number="5Q0 615 301 H", quantity="2",
            unit_price="356.00", tax_rate="23%", amount="712.00", remark="Arrives Thu 14 May, confirmed by the parts desk",
        ),
        d.PriceLine(
            kind="part", text="Brake pads, front set", number="3Q0 698 151 A", quantity="1", unit_price="298.60",
            tax_rate="23%", amount="298.60",
        ),
        d.PriceLine(kind="discount", text="Season offer brakes", quantity="", amount="-50.00", tax_rate="23%"),
    ),
    labour="416.00", parts="1,010.60", materials="54.00", other="-50.00", total="1,430.60",
    photos=(photo("disc-worn.jpg", "Front left disc"), photo("tread.jpg", "Tyre beside it")),
)  # fmt: skip
WIPERS = d.Item(
    position="3", title="Wiper blades, front", explanation="They streak.", light="soon", labour="20.00",
    parts="148.00", total="168.00",
)  # fmt: skip
RECALL = d.Item(
    position="4", title="Recall 97FK, airbag connector", pay_type="Paid by the manufacturer", total="0.00"
)
TOTALS = d.Totals(
    currency="PLN",
    total="2,529.60",
    rows=(
        d.Amount(label="Labour", amount="904.00"),
        d.Amount(label="Parts", amount="1,586.60"),
        d.Amount(label="Materials", amount="89.00"),
        d.Amount(label="Discount", amount="-50.00"),
    ),
    taxes=(
        d.TaxRow(rate="23%", net="1,920.00", tax="441.60", gross="2,361.60"),
        d.TaxRow(rate="8%", net="155.56", tax="12.44", gross="168.00"),
    ),
    note="Prices include VAT.",
)
CONCERNS = (
    d.Concern(
        position="1",
        words="Squeals when braking from higher speed.\nSteering wheel shakes a little.",
        answers=(d.Fact(label="When", value="warm"), d.Fact(label="Speed", value="over 90 km/h")),
    ),
    d.Concern(position="2", words="Service lamp is on"),
)
DAMAGES = (
    d.Damage(
        letter="A", x=101, y=360, zone="Front door, left", kind="Scratch", severity="light",
        severity_name="light", size="12 cm", is_known=True,
    ),
    d.Damage(
        letter="B", x=558, y=738, zone="Rear wing, right", kind="Dent", severity="medium", severity_name="medium",
        size="4 cm", note="paint whole",
    ),
    d.Damage(
        letter="C", x=340, y=325, zone="Windscreen", kind="Chip", severity="heavy", severity_name="heavy", size="1 cm"
    ),
)  # fmt: skip
CLAUSES = (
    d.Clause(
        title="Delivery",
        text="The car is handed over against signature after the invoice is settled. We tell you one hour ahead.",
    ),
    d.Clause(
        title="Extra work",
        text="What is found later and is not in this order is done only after your renewed consent to work, price and time.",
    ),
    d.Clause(title="Replaced parts", text="Shown at pickup, then disposed of."),
)
BELONGINGS = (
    d.Belonging(text="Child seat", place="Stays in the car", is_returned=True),
    d.Belonging(text="Toolbox, blue", place="Box 12", note="locked", is_returned=False),
)
AREAS = (
    d.Area(
        name="Brakes",
        points=(
            d.Point(
                number="1", text="Brake pads, front", light="urgent", value="2.9 mm", limit="at least 4 mm",
                note="Inner pad on the left nearly gone",
                photos=(photo("disc-worn.jpg", "Front left"), photo("disc-new.jpg", "How it should look")),
            ),
            d.Point(number="2", text="Brake pads, rear", light="ok", value="7.1 mm", limit="at least 4 mm"),
            d.Point(number="3", text="Brake fluid", light="soon", value="172 °C", limit="above 180 °C"),
        ),
    ),
    d.Area(
        name="Tyres",
        points=(
            d.Point(number="4", text="Tread, front left", light="ok", value="5.2 mm", limit="at least 3 mm"),
            d.Point(number="5", text="Spare wheel", light="na"),
        ),
    ),
)  # fmt: skip
QC_AREAS = (
    d.Area(
        name="Checklist",
        points=(
            d.Point(number="1", text="Brake pads, front", light="ok"),
            d.Point(number="2", text="Wheel bolts tightened", light="ok", value="120 Nm", limit="120 Nm"),
        ),
    ),
)


def _head(number: str) -> dict[str, Any]:
    return {
        "number": number, "issued_at": ISSUED_AT, "issued": "12 May 2026, 08:58", "site": SITE, "vehicle": CAR,
        "customer": CUSTOMER, "order_number": "2026/04127", "advisor": "Marta Zielińska",
    }  # fmt: skip


def _answered(item: d.Item, decision: d.Decision, note: str = "") -> d.Item:
    return replace(item, decision=decision, decision_note=note)


def rich(kind: str) -> d.Document:
    """The document as full as a real visit makes it."""
    return _RICH[kind]()


_QUOTED: dict[str, Any] = {
    "version": "2",
    "valid_until": "19 May 2026",
    "items": (
        _answered(SERVICE, "approved"),
        _answered(BRAKES, "approved"),
        _answered(WIPERS, "declined", "I do it myself"),
        RECALL,
    ),
    "totals": TOTALS,
    "approved_totals": d.Totals(currency="PLN", total="2,361.60"),
    "promised": "Thu 14 May 2026, 16:30",
    "estimate_way": "Estimated by system, with the manufacturer's labour times.",
    "changes": ("Front brake discs added", "Delivery moved from Tue 12 May to Thu 14 May"),
    "payment_ways": ("Cash", "Card", "Transfer"),
    "clauses": CLAUSES,
    "answered": "Answered by Katarzyna Mazur on 12 May 2026, 10:47, by the link.",
    "consent": "I order the approved items at the stated prices and time.",
    "signature": TYPED,
}
_BILLED: dict[str, Any] = {
    "payer": d.Party(name="Mazur Transport sp. z o.o.", address=("ul. Prosta 1", "30-001 Kraków"), tax_id="NIP 111-22-33-444"),
    "items": (SERVICE, BRAKES, RECALL),
    "totals": replace(TOTALS, total="2,361.60"),
    "supplied": "14 May 2026",
    "due": "28 May 2026",
    "amount_in_words": "two thousand three hundred sixty-one zloty 60/100",
    "differences": (
        d.Difference(
            title="Front brake discs and pads", approved="1,480.60", invoiced="1,430.60", difference="-50.00",
            reason="Season offer taken off",
        ),
    ),
    "payments": (
        d.Payment(paid_at="14 May 2026, 16:34", way="Card", amount="2,000.00", reference="Terminal 3, slip 0042"),
        d.Payment(paid_at="14 May 2026, 16:35", way="Cash", amount="300.00"),
    ),
    "paid": "2,300.00",
    "outstanding": "61.60",
    "bank_account": (d.Fact(label="IBAN", value="PL61 1090 1014 0000 0712 1981 2874"), d.Fact(label="BIC", value="WBKPPLPP")),
    "notes": ("Guarantee on brakes: 24 months or 50,000 km.",),
}  # fmt: skip

_RICH: dict[str, Callable[[], d.Document]] = {
    "service_order": lambda: d.ServiceOrder(
        **_head("2026/04127"), version="1", concerns=CONCERNS, items=(SERVICE, BRAKES), totals=TOTALS,
        costs_note="The cause of the shaking is not known yet: its costs follow after diagnosis. Diagnosis fee 150.00 PLN.",
        promised="Tue 12 May 2026, 16:30", payment_ways=("Cash", "Card", "Transfer"), clauses=CLAUSES,
        damages=DAMAGES, belongings=BELONGINGS, odometer="118,402 km", fuel="Half", key_tag="47",
        skips=(d.Fact(label="Interior", value="The customer declines"),),
        wishes=(d.Fact(label="Free wash", value="Yes"), d.Fact(label="Waiting", value="No, call +48 601 224 318")),
        papers=(d.Fact(label="Registration certificate", value="valid until 03/2027"),),
        photos=tuple(photo(f"{name}.jpg", name) for name in ("front", "left", "right", "rear", "dash", "scratch")),
        consent="I order the items above and confirm condition and belongings.", signature=SIGNED,
    ),
    "handover_list": lambda: d.HandoverList(
        **_head("2026/04127"), belongings=BELONGINGS, photos=(photo("dash.jpg", "Child seat"),),
        papers=(d.Fact(label="Registration certificate", value="AB 1234567, valid until 03/2027"),),
        consent="These things and papers stay with the workshop.", signature=SIGNED,
    ),
    "issue_slip": lambda: d.IssueSlip(
        **_head("IS-26-0012"), issued_by="Piotr Zając", receiver="Tomasz Wójcik", signature=SIGNED,
        consent="I took these parts for this order.",
        parts=(d.CardPart(text="Brake disc, front", number="5N0 615 301", quantity="2 pcs", bin="A-02"),),
    ),
    "quotation": lambda: d.Quotation(**_head("2026/03127"), **_QUOTED),
    "supplement": lambda: d.Supplement(
        **_head("2026/03127-S1"), **_QUOTED, reason="Found during repair by Tomasz Wójcik: the left front caliper sticks. Urgent for safety.",
        promised_before="Tue 12 May 2026, 16:30", delay="Two days, discs arrive Thu 14 May",
        order_total_before="931.00 PLN", order_total_after="2,361.60 PLN", handed_to_workshop="12 May 2026, 10:52, Tomasz Wójcik",
    ),
    "inspection": lambda: d.Inspection(
        **_head("2026/04127-I"), template="Multi-point inspection, 38 points", areas=AREAS, technician="Tomasz Wójcik",
        odometer="118,402 km", summary="1 urgent, 1 soon, 2 OK, 1 not applicable", advice="Change brakes now, brake fluid within three months.",
    ),
    "diagnosis_report": lambda: d.DiagnosisReport(
        **_head("2026/04127-D"), concerns=CONCERNS, consent="Katarzyna Mazur agreed to the diagnosis on 12 May 2026, 09:04; fee 150.00 PLN.",
        result="Abnormal: front brakes worn below the limit",
        findings=(
            d.Finding(
                title="Front discs below minimum thickness", light="urgent", cause="Wear over 118,000 km",
                text="Both discs 22.1 mm, minimum 23.0 mm.", values=(d.Fact(label="Left", value="22.1 mm"), d.Fact(label="Right", value="22.3 mm")),
                photos=(photo("disc-worn.jpg", "Front left disc"),),
            ),
            d.Finding(title="Steering and wheel bearings", light="ok", text="No play."),
        ),
        fault_codes=(d.FaultCode(code="C1095", text="Brake wear sensor, open circuit", status="present"),),
        advice="Replace discs, pads and wear sensor.", technician="Tomasz Wójcik", road_test="12 May 2026, 09:40, 6 km",
    ),
    "qc_record": lambda: d.QcRecord(
        **_head("2026/04127-Q"),
        checks=(
            d.Check(stage="Self-check", person="Tomasz Wójcik", checked_at="14 May, 13:10", is_passed=True, result="Passed"),
            d.Check(stage="Team leader", person="Piotr Lis", checked_at="14 May, 13:40", is_passed=False, result="Failed", note="Wheel bolts not marked"),
            d.Check(stage="Final inspection", person="Ewa Sowa", checked_at="14 May, 14:30", is_passed=True, result="Passed"),
        ),
        lines=(d.Point(number="1", text="Service 120,000 km", light="ok"), d.Point(number="2", text="Front brake discs and pads", light="ok", note="Run in")),
        areas=QC_AREAS, road_test="14 May, 14:10, 8 km, Ewa Sowa", measurements=(d.Fact(label="Wheel bolts", value="120 Nm"), d.Fact(label="Oil", value="4.7 l")),
        ticked=(d.Fact(label="On the road test", value="Brakes straight, no warning lamps"),),
        rework=("Wheel bolts marked after the team leader's check",), statement="I verified every item and job line.",
        signature=replace(SIGNED, name="Ewa Sowa", role="quality supervisor", how="Signed in with PIN on QC tablet"),
    ),
    "invoice": lambda: d.Invoice(**_head("FV 2026/0512"), **_BILLED),
    "credit_note": lambda: d.CreditNote(
        **_head("KOR 2026/0031"), **(_BILLED | {"outstanding": "", "payments": ()}), corrects="FV 2026/0512 of 14 May 2026", reason="Discount agreed after complaint",
    ),
    "delivery_note": lambda: d.DeliveryNote(
        **_head("2026/04127-P"),
        work=(
            d.WorkDone(title="Service 120,000 km", explanation="Oil 4.7 l, oil filter, pollen filter.", before=photo("filter-old.jpg", "Pollen filter, before"), after=photo("filter-new.jpg", "After")),
            d.WorkDone(title="Front brake discs and pads", explanation="New discs 340 mm. Brake gently for the first 200 km.", before=photo("disc-worn.jpg", "Front brake, before"), after=photo("disc-new.jpg", "After")),
        ),
        belongings=BELONGINGS, old_parts=(d.Fact(label="Brake discs", value="shown, disposed of"),),
        handed_over=(d.Tick(text="Key, tag 47", is_done=True), d.Tick(text="Invoice FV 2026/0512", is_done=True), d.Tick(text="Gate pass", is_done=True), d.Tick(text="Service booklet", is_done=False, note="at home")),
        next_service=(d.Fact(label="Distance", value="150,000 km"), d.Fact(label="Date", value="May 2027")),
        advice=(d.Advice(text="Brake fluid", when="within 3 months", light="soon"),), guarantee="24 months or 50,000 km on brakes.",
        odometer="118,410 km", consent="I got my car, the key and my things back. The work was explained to me.", signature=SIGNED,
    ),
    "gate_pass": lambda: d.GatePass(
        **_head("2026/0877"), valid_until="14 May 2026, 20:00", driver="Katarzyna Mazur", settled="Invoice FV 2026/0512 is paid.",
        issued_by="Anna Kasa, 16:36", key_tag="47", note="One passage only.",
    ),
    "guarantee_certificate": lambda: d.GuaranteeCertificate(
        **_head("G 2026/0512"),
        covers=(
            d.Cover(work="Front brake discs and pads", time="24 months", distance="50,000 km", until="14 May 2028", condition="Normal use; wear excluded."),
            d.Cover(work="Service 120,000 km", time="12 months", distance="30,000 km", until="14 May 2027"),
        ),
        invoice_number="FV 2026/0512", odometer="118,410 km", clauses=CLAUSES[1:], issued_by="Marta Zielińska",
    ),
    "job_card": lambda: d.JobCard(
        **_head("2026/04127"), concerns=CONCERNS,
        jobs=(
            d.CardJob(
                position="1", title="Service 120,000 km", technician="Tomasz Wójcik", planned="1.8 h", steps=("Drain oil", "Change filter", "Reset lamp"),
                parts=(d.CardPart(text="Oil filter", number="03N 115 562", quantity="1", bin="A-12", state="in stock"),),
            ),
            d.CardJob(position="2", title="Front brake discs and pads", note="Measure runout", technician="Tomasz Wójcik", planned="1.6 h"),
        ),
        promised="Tue 12 May 2026, 16:30", bay="Lift 3", technician="Tomasz Wójcik", key_tag="47", parking_place="Yard B3",
        odometer="118,402 km", fuel="Half", safety=("Child seat on the rear seat: do not remove.", "Toolbox in box 12."),
        belongings=BELONGINGS, damages=DAMAGES, notes="Customer asks to see the old discs.",
    ),
}  # fmt: skip


def minimal(kind: str) -> d.Document:
    """The document with nothing that may be left out."""
    shape = d.DOCUMENTS[kind]
    needed: dict[str, Any] = {
        "number": "1", "issued_at": ISSUED_AT, "issued": "12 May 2026", "site": d.Site(name="Auto"),
        "vehicle": d.Vehicle(plate="AB 1"), "customer": d.Party(name="J. Kowal"), "payer": d.Party(name="J. Kowal"),
        "version": "1", "valid_until": "19 May 2026", "items": (d.Item(position="1", title="Wash", total="30.00"),),
        "totals": d.Totals(currency="PLN", total="30.00"), "template": "Short", "areas": (), "checks": (), "lines": (),
        "corrects": "FV 1", "reason": "Typing mistake", "covers": (), "parts": (),
    }  # fmt: skip
    taken = {field.name for field in fields(shape)} & set(needed)
    if kind == "service_order":
        taken -= {"items", "totals", "version"}
    return shape(**{name: needed[name] for name in taken})


def in_other_words(document: d.Document, change: Callable[[str], str]) -> d.Document:
    """The same document with every free text changed."""
    kept = {"plate_style", "plate_country", "light", "decision", "severity", "kind", "letter", "digest"}

    def changed(value: Any, name: str = "") -> Any:
        if isinstance(value, str):
            return value if name in kept or not value else change(value)
        if isinstance(value, tuple):
            return tuple(changed(part) for part in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value,
                **{field.name: changed(getattr(value, field.name), field.name) for field in fields(value)},
            )
        return value

    return changed(document)  # type: ignore[no-any-return]
