"""Reading an uploaded PDF in a process of its own: pages and text, or the exact reason why not."""

import io
import zlib

import pytest
import typst
from pypdf import PdfReader, PdfWriter

from aftersales.gateways import manuals
from aftersales.gateways.manuals import ManualRefused


def pdf(*pages: str) -> bytes:
    """A PDF with these pages."""
    made: bytes = typst.compile("#pagebreak()\n".join(pages).encode())  # type: ignore[assignment]
    return made


def locked(source: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(source)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_each_pages_text_is_read() -> None:
    """TEC-6."""
    source = pdf("Contents", "Tighten to 30 Nm, Kłocków")
    assert manuals.look_at(source) == 2
    first, second = manuals.read_text(source)
    assert first.strip() == "Contents" and "Kłocków" in second


def test_one_that_opens_without_a_password_is_no_locked_one() -> None:
    """Many manuals forbid printing only."""
    source = locked(pdf("Text"), "")
    assert manuals.look_at(source) == 1
    assert manuals.read_text(source)[0].strip() == "Text"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "wrong_kind"),
        (b"<svg onload='alert(1)'/>", "wrong_kind"),
        (b"%PDF-1.7\n" + b"\x00" * 4000, "damaged"),
        (b"%PDF-1.7\n" + b"1 0 obj << /Length 99999999999 >> stream", "damaged"),
        (b"%PDF-" + b"x" * manuals.MAX_BYTES, "too_heavy"),
    ],
)
def test_what_is_no_manual_is_refused_with_its_reason(source: bytes, reason: str) -> None:
    with pytest.raises(ManualRefused) as refused:
        manuals.look_at(source)
    assert refused.value.reason == reason
    assert refused.value.sentence.endswith(".")


def test_a_locked_pdf_is_refused() -> None:
    with pytest.raises(ManualRefused) as refused:
        manuals.look_at(locked(pdf("Text"), "secret"))
    assert refused.value.reason == "locked"


def test_a_pdf_cut_off_on_its_way_is_read_or_refused_but_breaks_nothing() -> None:
    source = pdf(*("Page with some words" for _ in range(5)))
    for share in (0.2, 0.5, 0.8, 0.95):
        try:
            manuals.look_at(source[: int(len(source) * share)])
        except ManualRefused as refused:
            assert refused.reason in ("damaged", "no_pages")


def test_a_file_made_to_eat_memory_ends_in_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's process has a limit; ours never holds what the file unfolds to."""
    bomb = _bomb(400_000_000)
    assert len(bomb) < 2_000_000
    monkeypatch.setattr(manuals, "_MEMORY", 300_000_000)
    monkeypatch.setattr(manuals, "_READ_SECONDS", 20)
    try:
        texts = manuals.read_text(bomb)
    except ManualRefused as refused:
        assert refused.reason == "unreadable"
    else:
        assert sum(map(len, texts)) < 100_000


def _bomb(size: int) -> bytes:
    """A page whose content unfolds to ``size`` bytes."""
    stream = zlib.compress(b"BT (x) Tj ET\n" * (size // 13), 9)
    parts = [
        b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj",
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj",
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >> endobj",
        b"4 0 obj << /Filter /FlateDecode /Length %d >> stream\n%b\nendstream endobj" % (len(stream), stream),
        b"trailer << /Root 1 0 R >>",
    ]
    return b"%PDF-1.4\n" + b"\n".join(parts) + b"\n%%EOF"
