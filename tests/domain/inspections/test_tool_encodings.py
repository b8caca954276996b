"""DIA-7: the file of a diagnostic tool is read as it was written, whatever encoding the tool chose without saying so."""

import pytest

from aftersales.domain.errors import Invalid
from aftersales.domain.inspections import tool_files

GERMAN = (
    "Fehlercode;Beschreibung;Status\nP0401;Abgasrückführung, Durchfluss ungenügend;gespeichert\n"
    "B1000;Steuergerät Türen gestört (88 °C, 5 µs, 2 m³);aktiv\n"
)
POLISH = (
    "Kod;Opis;Stan\nP0401;Niewystarczający przepływ układu recyrkulacji spalin;zapisany\n"
    "C0035;Czujnik prędkości koła – usterka;aktywny\nP0171;Żądana wartość: źle;oczekujący\n"
)
SIMPLIFIED = "故障码;描述;状态\nP0401;废气再循环流量不足;历史\nC0035;左前轮速传感器电路，88℃;当前\n"
TRADITIONAL = "故障碼;描述;狀態\nP0401;廢氣再循環流量不足;歷史\nC0035;左前輪速感測器電路;目前\n"

SHORT = {
    "cp1252": (
        "P0401 Abgasrückführung - gespeichert", "P0300 Zündaussetzer", "P0562 Spannung Türschloß", "Öldruck: 2,1 bar",
        "Kühlmittel: 88 °C", "P0115 Sonde de température moteur, défaut à l’entrée", "P0101 señal del caudalímetro",
        "P0300 même cylindre, cœur du système", "P0118 Kølevæske, værdi for høj", "P0420 Größe über Schwelle",
    ),
    "cp1250": (
        "P0401 Żądana wartość ciśnienia - zapisany", "P0301 przerwy zapłonu", "P0562 zbyt niskie napięcie",
        "C0035 prędkość koła", "B1342 moduł uszkodzony", "P0128 płyn chłodzący", "P0505 żarówka, końcówka",
        "U0100 brak łączności", "P0335 czujnik położenia wału", "P0455 są nieszczelności",
    ),
    "iso8859-2": ("P0401 Żądana wartość ciśnienia", "P0301 przerwy zapłonu w cylindrze, są źródła"),
    "gb18030": (
        "P0401 废气再循环流量不足", "P0300 检测到多缸失火", "P0562 系统电压低", "故障码: P0171 混合气过稀", "U0100 通讯丢失",
        "冷却液温度: 88℃",
    ),
    "big5": ("P0401 廢氣再循環流量不足", "P0300 偵測到多缸失火", "P0562 系統電壓過低", "U0100 通訊中斷"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((GERMAN, name) for name in ("cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
        *((POLISH, name) for name in ("cp1250", "utf-8", "utf-16-le")),
        (POLISH.replace("–", "-"), "iso8859-2"),
        *((SIMPLIFIED, name) for name in ("gb18030", "utf-8", "utf-16", "utf-16-le", "utf-16-be")),
        *((TRADITIONAL, name) for name in ("big5", "utf-8", "utf-16-be")),
        ("P0401 EGR flow insufficient - stored", "ascii"),
    ],
)
def test_a_report_is_read_in_its_own_encoding(text: str, encoding: str) -> None:
    assert tool_files.decoded(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", SHORT)
def test_a_single_line_is_enough(encoding: str) -> None:
    """A report with one code: too short for statistics about languages."""
    wrong = [
        (text, found)
        for text in SHORT[encoding]
        if (found := tool_files.decoded(text.encode(encoding))) != text
    ]
    assert wrong == []


def test_the_codes_come_in_with_their_words() -> None:
    found = tool_files.read(tool_files.decoded(GERMAN.encode("cp1252")))
    assert [(code.code, code.text) for code in found.codes] == [
        ("P0401", "Abgasrückführung, Durchfluss ungenügend"),
        ("B1000", "Steuergerät Türen gestört (88 °C, 5 µs, 2 m³)"),
    ]


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", b"\xff\xfe\0\0\0\0", b"P0401\0\0\0\0\0\0stored"]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="no text file"):
        tool_files.decoded(content)
