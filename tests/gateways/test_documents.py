"""Every document, as full, as empty and as odd as it can be, and what stands in its PDF."""

import io
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from aftersales.gateways import document_data as d
from aftersales.gateways import documents, fonts
from aftersales.gateways.document_labels import LABELS
from tests.gateways import written_documents
from tests.gateways.photographs import PROJECT
from tests.gateways.written_documents import CUSTOMER, SIGNED, in_other_words, minimal, rich

PAGES = PROJECT / "aftersales" / "templates" / "documents"
KINDS = list(d.DOCUMENTS)
needs_fonts = pytest.mark.skipif(
    bool(documents.missing_fonts()), reason=f"fonts missing, run bin/setup: {documents.missing_fonts()}"
)


def words_of(pdf: bytes) -> str:
    """The text of all pages, with single spaces and without the invisible places to break."""
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u200b", "").split())


def drawn(document: d.Document, language: str = "en") -> str:
    return words_of(documents.render(document, language=language))


@pytest.mark.parametrize("kind", KINDS)
def test_each_document_says_who_which_car_and_its_number(kind: str) -> None:
    text = drawn(rich(kind))
    document = rich(kind)
    for said in (document.number, "KR 7P421", "WVWZZZ3CZKE012345", "Katarzyna Mazur", "VW Passat 2.0 TDI 2019",
                 "Auto Kraków Serwis sp. z o.o.", "NIP 676-24-31-905", "+48 12 421 10 10", "12 May 2026, 08:58"):  # fmt: skip
        assert said in text, said
    assert re.search(r"Page 1 of \d", text)


@pytest.mark.parametrize("kind", KINDS)
def test_each_document_can_do_without_what_may_be_left_out(kind: str) -> None:
    text = drawn(minimal(kind))
    assert "AB 1" in text
    assert "J. Kowal" in text
    assert "Page 1 of 1" in text


@pytest.mark.parametrize("kind", KINDS)
def test_each_document_is_made_to_be_kept_and_read_aloud(kind: str) -> None:
    """PDF/A-3 and PDF/UA; the renderer refuses a document that is not."""
    reader = PdfReader(io.BytesIO(documents.render(rich(kind), language="pl")))
    about = reader.xmp_metadata
    assert about is not None
    raw = about.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in raw
    assert "<pdfuaid:part>1</pdfuaid:part>" in raw
    assert reader.trailer["/Root"]["/Lang"] == "pl"
    assert reader.metadata is not None
    assert rich(kind).number in str(reader.metadata.title)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_data_give_the_same_bytes(kind: str) -> None:
    """CHK-10: the digest is what a signature signs, so it must not change by itself."""
    assert documents.render(rich(kind), language="en") == documents.render(rich(kind), language="en")


def test_another_process_draws_the_same_bytes() -> None:
    run = (
        "import sys; from aftersales.gateways import documents; from tests.gateways.written_documents import rich;"
        "sys.stdout.buffer.write(documents.render(rich('quotation'), language='en'))"
    )
    other = subprocess.run([sys.executable, "-c", run], capture_output=True, check=True, cwd=PROJECT).stdout
    assert other == documents.render(rich("quotation"), language="en")


def test_a_cent_more_gives_other_bytes() -> None:
    """CHK-10: nothing changes in what was signed."""
    quotation = rich("quotation")
    assert isinstance(quotation, d.Quotation)
    dearer = replace(quotation, totals=replace(quotation.totals, total="2,529.61"))
    assert documents.render(dearer, language="en") != documents.render(quotation, language="en")


def test_the_pdfs_own_date_is_that_of_the_document() -> None:
    reader = PdfReader(io.BytesIO(documents.render(rich("invoice"), language="en")))
    assert reader.metadata is not None
    assert reader.metadata.creation_date == written_documents.ISSUED_AT


def test_threads_may_draw_at_the_same_time() -> None:
    with ThreadPoolExecutor(4) as threads:
        pdfs = list(threads.map(lambda kind: documents.render(rich(kind), language="en"), KINDS * 2))
    assert pdfs[: len(KINDS)] == pdfs[len(KINDS) :]


# ---- what the law and the rules want on them ----


def test_the_order_shows_what_the_customer_signs() -> None:
    """CHK-13: items with labour, parts, materials, total, completion time, ways of payment, delivery, extra work."""
    text = drawn(rich("service_order"))
    for said in (
        "Squeals when braking from higher speed. Steering wheel shakes a little.", "Labour 416.00", "Parts 1,010.60",
        "Materials 54.00", "Estimated total", "2,529.60", "Tue 12 May 2026, 16:30", "Cash, Card, Transfer",
        "handed over against signature", "only after your renewed consent", "costs follow after diagnosis",
        "Scratch, Front door, left", "Known from the last visit", "Toolbox, blue", "Box 12", "118,402 km", "Half", "47",
    ):  # fmt: skip
        assert said in text, said


def test_the_quotation_shows_each_answer_and_both_totals() -> None:
    """QUO-1: lines and sums with tax, arrival of parts, delivery time. QUO-2: traffic light and decision per item."""
    text = drawn(rich("quotation"))
    for said in ("Version 2", "19 May 2026", "Urgent", "Approved", "Declined", "I do it myself", "2,529.60", "2,361.60",
                 "441.60", "Arrives Thu 14 May", "Thu 14 May 2026, 16:30", "Paid by the manufacturer"):  # fmt: skip
        assert said in text, said


def test_the_supplement_explains_delay_and_safety() -> None:
    """ORD-4: delay and safety weight are explained."""
    text = drawn(rich("supplement"))
    for said in (
        "Urgent for safety",
        "Two days",
        "Tue 12 May 2026, 16:30",
        "Thu 14 May 2026, 16:30",
        "931.00 PLN",
    ):
        assert said in text, said


def test_the_qc_record_names_who_verified_what_and_is_signed() -> None:
    """QCS-4: signed electronic record."""
    text = drawn(rich("qc_record"))
    for said in (
        "Self-check",
        "Tomasz Wójcik",
        "Failed",
        "Wheel bolts not marked",
        "Passed",
        "120 Nm",
        "Ewa Sowa, quality supervisor",
    ):
        assert said in text, said


def test_the_invoice_shows_differences_payments_and_what_is_open() -> None:
    """PAY-1: differences are explained; per payer."""
    text = drawn(rich("invoice"))
    for said in ("FV 2026/0512", "Mazur Transport sp. z o.o.", "NIP 111-22-33-444", "1,480.60", "1,430.60", "-50.00",
                 "Season offer taken off", "Terminal 3, slip 0042", "Outstanding", "61.60", "PL61 1090"):  # fmt: skip
        assert said in text, said


def test_the_credit_note_names_the_invoice_and_the_reason() -> None:
    """PAY-1: credit note to correct."""
    text = drawn(rich("credit_note"))
    assert "FV 2026/0512 of 14 May 2026" in text
    assert "Discount agreed after complaint" in text


def test_the_job_card_has_no_prices() -> None:
    text = drawn(rich("job_card"))
    assert "PLN" not in text
    assert "Child seat on the rear seat: do not remove." in text


# ---- signatures ----


def images_in(pdf: bytes) -> int:
    return sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_drawn_signature_stands_in_the_document_with_its_digest() -> None:
    """CHK-10: the signature names version, time and device."""
    order = rich("service_order")
    assert isinstance(order, d.ServiceOrder)
    signed = documents.render(order, language="en")
    unsigned = documents.render(replace(order, signature=None), language="en")
    assert images_in(signed) == images_in(unsigned) + 1
    text = words_of(signed).replace(" ", "")
    assert SIGNED.digest in text
    assert "Reception1" in text
    assert "12May2026,09:04" in text
    assert "Place and date" in words_of(unsigned)


def test_a_typed_name_is_as_good_as_a_drawing() -> None:
    order = rich("service_order")
    assert isinstance(order, d.ServiceOrder)
    text = drawn(replace(order, signature=written_documents.TYPED))
    assert "Signed by typing the name." in text
    assert "Katarzyna Mazur, owner" in text


# ---- words of strangers ----

ODD = [
    '#import "base.typ": *', "#panic()", "*bold* _slanted_ `code` $x^2$", "= Heading", "- list\n+ list", "\\ \\u{1F}",
    "<label> @ref", "[content] {code}", "// comment", "/* comment", "https://example.com/#a", '"quoted"', "#(1/0)",
    "<script>alert(1)</script>", "%(total)s {total} {{ total }}", "=cmd|'/C calc'!A0", "a\u2028b", "O'Brien & Söhne",
]  # fmt: skip


@pytest.mark.parametrize("words", ODD)
def test_a_customers_words_are_text_and_never_markup(words: str) -> None:
    order = rich("service_order")
    assert isinstance(order, d.ServiceOrder)
    text = drawn(replace(order, concerns=(d.Concern(position="1", words=words),)))
    assert "".join(words.split()) in text.replace(" ", "")
    assert "Confirmed items" in text


def test_odd_words_in_every_place_of_every_document_are_drawn() -> None:
    for kind in KINDS:
        drawn(in_other_words(rich(kind), lambda words: words + ' #panic() *x* $ \\ ] } " @y <z> //'))


@needs_fonts
def test_signs_that_no_font_has_are_spelled_out_and_cost_nothing() -> None:
    order = minimal("service_order")
    text = drawn(replace(order, customer=replace(CUSTOMER, name="Kasia 🚗👍🏽\u200d\ufe0f \0\x07 سيارة")))
    assert "Kasia [automobile][thumbs up sign]" in text
    assert "\0" not in text
    assert "\ufffd" in text, "letters that cannot be shown are marked"


@needs_fonts
def test_polish_and_chinese_stand_side_by_side() -> None:
    order = minimal("service_order")
    text = drawn(
        replace(order, customer=replace(CUSTOMER, name="Zażółć gęślą jaźń 沪A·12345 前制动盘 張偉")),
        "zh-Hans",
    )
    for said in ("Zażółć gęślą jaźń", "沪A·12345", "前制动盘", "張偉"):
        assert said.replace(" ", "") in text.replace(" ", ""), said


def test_a_chinese_plate_has_its_own_look() -> None:
    for style in ("cn", "cn-ev", "plain"):
        car = d.Vehicle(plate="ABC 123", plate_style=style)  # type: ignore[arg-type]
        assert "ABC 123" in drawn(replace(minimal("gate_pass"), vehicle=car))


@needs_fonts
def test_every_sign_there_is_can_stand_in_a_document() -> None:
    """0 × 5xx: one sign of each kind, from every block, in one text."""
    signs = [
        chr(point)
        for point in (
            *range(0x3100),
            *range(0xFE00, 0x10000),
            *range(0x1F000, 0x1FB00, 7),
            0xD800,
            0xE000,
            0x10FFFF,
        )
    ]
    note = "\n".join("".join(signs[at : at + 500]) for at in range(0, len(signs), 500))
    assert drawn(replace(minimal("job_card"), notes=note))


def test_signs_that_turn_the_direction_are_dropped() -> None:
    assert "\u202e" not in drawn(replace(minimal("job_card"), notes="price \u202e100"))


def test_fixed_words_come_in_the_readers_language() -> None:
    polish = {
        "Invoice": "Faktura",
        "Outstanding": "Do zapłaty",
        "Page %(page)s of %(pages)s": "Strona %(page)s z %(pages)s",
    }
    pdf = documents.render(rich("invoice"), language="pl", translate=lambda words: polish.get(words, words))
    text = words_of(pdf)
    for said in ("Faktura FV 2026/0512", "Do zapłaty", "Strona 1 z"):
        assert said in text, said


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_runs_over_the_edge_of_the_page(kind: str, tmp_path: Path) -> None:
    def longer(words: str) -> str:
        return (
            words
            if any(sign.isdigit() for sign in words)
            else f"{words} {'Zusammensetzung' * 6} {words} https://x.example/{'y' * 90}"
        )

    (tmp_path / "long.pdf").write_bytes(documents.render(in_other_words(rich(kind), longer), language="de"))
    subprocess.run(["pdftoppm", "-r", "40", "-gray", tmp_path / "long.pdf", tmp_path / "page"], check=True)
    pages = sorted(tmp_path.glob("page*.pgm"))
    assert pages
    for path in pages:
        page = Image.open(path)
        margin = round(15 / 210 * page.width)
        for box in ((0, 0, margin, page.height), (page.width - margin, 0, page.width, page.height)):
            assert page.crop(box).getextrema()[0] > 245, f"{path.name} has ink in its margin"


# ---- the pages themselves ----


def test_every_label_of_the_pages_has_its_words_and_every_word_is_used() -> None:
    used = {
        name
        for path in PAGES.glob("*.typ")
        for name in re.findall(r"\bl\.([a-z_]+)", path.read_text("utf-8"))
    }
    assert used == set(LABELS)


def test_every_document_has_its_page() -> None:
    assert {kind for kind in KINDS if not (PAGES / f"{kind}.typ").exists()} == set()


def test_a_picture_that_is_none_is_said_so() -> None:
    order = replace(minimal("service_order"), photos=(d.Photo(image=b"no picture"),))
    with pytest.raises(documents.DocumentFailed, match="The document 1 could not be drawn"):
        documents.render(order, language="en")
    assert drawn(minimal("service_order")), "the next one is drawn again"


def test_a_time_without_its_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        documents.render(replace(minimal("gate_pass"), issued_at=datetime(2026, 5, 12)), language="en")  # noqa: DTZ001 (the mistake itself)


def test_missing_fonts_are_named_and_documents_still_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fonts.missing_fonts(tmp_path) == fonts.WANTED
    found = fonts.FontSet.found(tmp_path)
    assert found.families
    monkeypatch.setattr(fonts.FontSet, "found", classmethod(lambda cls: found))
    bare = documents.Renderer()
    text = words_of(bare.render(minimal("invoice"), "en", str))
    assert "J. Kowal" in text
