"""Reading what a diagnostic tool exports: a table (CSV) with a heading, or plain text with codes in its lines.

Knows no database. What is not understood is counted, never guessed.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from aftersales.domain.errors import Invalid
from aftersales.domain.folding import folded
from aftersales.domain.inspections import tool_encodings, trouble_codes
from aftersales.domain.inspections.diagnosis_models import CodeStatus
from aftersales.i18n import gettext

LARGEST = 400_000
"""Characters; a report of a whole car has some ten thousand."""
MOST_ROWS = 2000

_HEADINGS = {
    "code": ("code", "dtc", "fault code", "trouble code", "error code", "fehlercode", "kod", "kod usterki", "kod bledu", "故障码"),
    "text": ("description", "text", "meaning", "fault", "beschreibung", "fehlertext", "opis", "描述", "故障描述", "说明"),
    "status": ("status", "state", "type", "stan", "状态"),
    "unit_name": ("module", "ecu", "control unit", "system", "steuergerat", "sterownik", "modul", "模块", "系统", "控制单元"),
    "name": ("name", "parameter", "pid", "measured value", "live data", "messwert", "parametr", "参数", "数据流"),
    "value": ("value", "reading", "wert", "wartosc", "数值", "值"),
    "unit": ("unit", "units", "einheit", "jednostka", "单位"),
}  # fmt: skip
_STATUSES = (
    (CodeStatus.PERMANENT, ("permanent", "永久")),
    (CodeStatus.PENDING, ("pending", "sporadic", "intermittent", "oczekujac", "sporadisch", "待定", "偶发")),
    (CodeStatus.STORED, ("stored", "history", "historic", "passive", "inactive", "not active", "not present", "nieaktywn", "inaktiv", "gespeichert", "zapisan", "histor", "历史", "存储")),
    (CodeStatus.ACTIVE, ("active", "current", "confirmed", "present", "aktiv", "aktywn", "obecn", "当前", "现行")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadCode:
    code: str
    text: str = ""
    status: CodeStatus = CodeStatus.UNKNOWN
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ReadValue:
    name: str
    value: str
    unit: str = ""


@dataclass(slots=True)
class Reading:
    """What was found in a report, and how many of its lines said nothing to us."""

    codes: list[ReadCode] = field(default_factory=list)
    values: list[ReadValue] = field(default_factory=list)
    lines_not_read: int = 0


def decoded(content: bytes) -> str:
    """The text of a file in the encodings that tools write. Raises :class:`Invalid` for what is no text."""
    text = tool_encodings.decoded(content)
    if text is None:
        raise Invalid(
            gettext("This is no text file. Export the report of the tool as text or CSV."), field="file"
        )
    return text


def read(text: str) -> Reading:
    """Codes and values of a report. Raises :class:`Invalid` for one that is empty, too long, or says nothing to us."""
    if not text.strip():
        raise Invalid(gettext("Choose the file of the tool, or paste its text."), field="text")
    if len(text) > LARGEST:
        raise Invalid(
            gettext("This report is too long. Export the fault codes and the values alone."), field="text"
        )
    found = _read_table(text) or _read_lines(text)
    if not found.codes and not found.values:
        raise Invalid(
            gettext(
                "We found neither a fault code nor a measured value in it. Look at the text, or enter the codes by hand."
            ),
            field="text",
        )
    return found


def status_of(words: str) -> CodeStatus:
    """The status that a tool's words name; the first that fits, so that "not present" is not "present"."""
    known = folded(words)
    return next(
        (status for status, names in _STATUSES if any(name in known for name in names)), CodeStatus.UNKNOWN
    )


def _read_table(text: str) -> Reading | None:
    """The report as a table, if one of its first lines is a heading we know; every part with a heading of its own."""
    lines = text.splitlines()[:MOST_ROWS]
    delimiter = max(";\t,", key=lambda mark: sum(line.count(mark) for line in lines[:40]))
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    found, columns = Reading(), {}
    is_table = False
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if heading := _heading(cells):
            columns, is_table = heading, True
        elif not columns or not _take(cells, columns, found):
            found.lines_not_read += 1
    return found if is_table else None


def _heading(cells: Sequence[str]) -> dict[str, int]:
    """Which column holds what; empty for a row that is no heading."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(cells):
        word = folded(cell).strip(" :#.")
        for name, known in _HEADINGS.items():
            if word in known and name not in columns:
                columns[name] = at
                break
    has_codes = "code" in columns
    has_values = {"name", "value"} <= set(columns)
    return columns if has_codes or has_values else {}


def _take(cells: Sequence[str], columns: dict[str, int], found: Reading) -> bool:
    def cell(name: str) -> str:
        at = columns.get(name, -1)
        return cells[at] if 0 <= at < len(cells) else ""

    if "code" in columns:
        try:
            code = trouble_codes.normalised(cell("code"))
        except Invalid:
            return False
        found.codes.append(
            ReadCode(code, cell("text")[:300], status_of(cell("status")), cell("unit_name")[:60])
        )
        return True
    if cell("name") and cell("value"):
        found.values.append(ReadValue(cell("name")[:120], cell("value")[:60], cell("unit")[:20]))
        return True
    return False


def _read_lines(text: str) -> Reading:
    """The report as plain text: standard codes with what stands behind them, and lines ``name: 12.4 V``."""
    found = Reading()
    for line in text.splitlines()[:MOST_ROWS]:
        if not line.strip():
            continue
        codes = list(trouble_codes.FIND.finditer(line))
        for number, code in enumerate(codes):
            end = codes[number + 1].start() if number + 1 < len(codes) else len(line)
            rest = line[code.end() : end].strip(" \t:-–|,;")
            name = "-".join(part.upper() for part in code.groups() if part)
            found.codes.append(ReadCode(name, _without_status(rest)[:300], status_of(rest)))
        if codes:
            continue
        if value := _value(line):
            found.values.append(value)
        else:
            found.lines_not_read += 1
    return found


def _without_status(words: str) -> str:
    """What a code means, without the status that the tool sets behind it: ``Isolation fault - stored``."""
    text, mark, last = next(
        (parts for mark in (" - ", " – ", " | ", "; ", ", ", " (") if (parts := words.rpartition(mark))[1]),
        (words, "", ""),
    )
    return text.strip() if mark and len(last) <= 30 and status_of(last) is not CodeStatus.UNKNOWN else words


def _value(line: str) -> ReadValue | None:
    """``Battery voltage: 12.4 V`` and ``Battery voltage = 12.4 V``; anything else is no value."""
    for mark in ("=", ":"):
        name, found, rest = line.rpartition(mark)
        parts = rest.split()
        if found and name.strip() and 1 <= len(parts) <= 2 and _is_number(parts[0]):
            return ReadValue(name.strip()[:120], parts[0][:60], parts[1][:20] if len(parts) == 2 else "")
    return None


def _is_number(text: str) -> bool:
    digits = text.replace(",", ".").lstrip("+-")
    return digits.replace(".", "", 1).isdecimal()
