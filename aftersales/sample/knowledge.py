"""The sample's shelf of manuals, bulletins and common faults, in the languages that the workshops read. Own words."""

from dataclasses import dataclass
from datetime import datetime

import typst

from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM
from aftersales.domain.knowledge import operations, proposals
from aftersales.domain.knowledge.models import KnowledgeKind
from aftersales.domain.knowledge.operations import About, Fault, StoredFile
from aftersales.gateways.fonts import FontSet
from aftersales.sample.people import Staff
from aftersales.web import knowledge_files


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document with its pages."""

    kind: KnowledgeKind
    about: About
    pages: tuple[str, ...]


SHEETS = (
    Sheet(
        KnowledgeKind.MANUAL,
        About("Front brakes: measuring and replacing", "en", "VW Passat, VW Golf, VW Tiguan, Škoda Octavia"),
        (
            "Measuring. Take the pad thickness without the back plate, inside and outside. Below 2 mm replace on both "
            "sides of the axle. Measure the disc in eight places; the thinnest counts.",
            "Squeal when cold. First look at the guide pins: dry or bent pins hold one pad against the disc. Clean the "
            "seats, renew the springs, put ceramic paste on the back plate only.",
            "Tightening. Carrier 190 Nm, guide pin 35 Nm, wheel bolts 120 Nm in a star. Then bed in: ten stops from 50 km/h.",
        ),
    ),
    Sheet(
        KnowledgeKind.MANUAL,
        About("Tester hamulców rolkowych w stacji Kraków", "pl"),
        (
            "Wzorcowanie testera wykonuje co roku Zakład Pomiarów J. Kłocków, Łódź. Następne: marzec. Przed pomiarem "
            "sprawdź ciśnienie w oponach i wyzeruj wagę.",
            "Różnica sił hamowania na jednej osi powyżej 30 % jest pilna. Zapisz oba koła i pedał.",
        ),
    ),
    Sheet(
        KnowledgeKind.BULLETIN,
        About(
            "AGR-Ventil: Ruckeln und P0401",
            "de",
            "VW Passat, VW Golf, Audi A4, Škoda Octavia",
            "P0401, P0402",
        ),
        (
            "Beanstandung: Motor ruckelt unter Teillast, Motorleuchte an, P0401 gespeichert. Ursache ist meist Ruß "
            "zwischen Ventil und Kühler. Erst Dichtheit und Unterdruck prüfen, dann Kühler spülen; das Ventil nur "
            "ersetzen, wenn es im Stellgliedtest hängt. Danach Grundeinstellung und 15 km Probefahrt.",
        ),
    ),
    Sheet(
        KnowledgeKind.BULLETIN,
        About("刹车异响处理通报", "zh_Hans", "VW Lavida, VW Tiguan L, Buick Excelle"),
        (
            "客户反映冷车起步时刹车异响。先检查刹车片厚度和导向销,再检查刹车盘端面跳动。",
            "处理:清洁卡钳支架,更换弹簧片,刹车片背面涂陶瓷润滑脂。不要打磨摩擦面。",
        ),
    ),
    Sheet(
        KnowledgeKind.BULLETIN,
        About(
            "High voltage: insulation fault after water",
            "en",
            "VW ID.3, BYD Han EV, Tesla Model 3",
            "P0AA6, P1AE5",
        ),
        (
            "Only people with the high-voltage qualification work on it. Switch off, lock, wait, measure that it is dead. "
            "P0AA6 after a wash or flood: dry the charging socket and the heater's connector before anything is replaced.",
        ),
    ),
)

FAULTS = (
    (
        About("Knocks over bumps: stabiliser links", "en", "VW Passat, VW Golf, Škoda Octavia"),
        Fault(
            "Knocks from the front over speed bumps, at low speed, mostly on one side.",
            "The ball joint of the stabiliser link has play; on the lift, unloaded, it is hardly felt.",
            "Try it with the wheels on the ground and a lever. Replace the links on both sides, 65 Nm.",
        ),
    ),
    (
        About("EGR cooler full of soot", "en", "VW Passat, Audi A4", "P0401"),
        Fault(
            "Jerks under part load, engine lamp on, smokes when pulling away.",
            "Many short trips: soot closes the cooler before the valve.",
            "Flush the cooler and test the valve before replacing it; see the bulletin for the basic setting.",
        ),
    ),
    (
        About("Starts badly in the morning: battery or rest current", "en"),
        Fault(
            "Starts slowly or not at all after one night.",
            "Half of these batteries were good: a control unit did not go to sleep.",
            "Measure the rest current after 40 minutes, bonnet switch closed; below 50 mA test the battery.",
        ),
    ),
)


def print_sheets() -> list[tuple[Sheet, StoredFile]]:
    """The documents as stored PDFs; slow, so before any transaction opens."""
    fonts = FontSet.found()
    compiler = typst.Compiler(font_paths=fonts.fonts)
    families = "(" + "".join(f'"{name}", ' for name in fonts.families) + ")"
    return [(sheet, knowledge_files.keep(_pdf(compiler, sheet, families))) for sheet in SHEETS]


def _pdf(compiler: typst.Compiler, sheet: Sheet, families: str) -> bytes:
    head = f"#set text(font: {families}, size: 12pt)\n#set par(justify: false)\n"
    pages = "#pagebreak()\n".join(f"= {_plain(sheet.about.title)}\n{_plain(page)}\n" for page in sheet.pages)
    made = compiler.compile((head + pages).encode())
    assert isinstance(made, bytes)
    return made


def _plain(words: str) -> str:
    """Words that the typesetter takes as they are."""
    return "".join(f"\\{sign}" if sign in "#$*_`<>@\\=-+/" else sign for sign in words)


def shelve(printed: list[tuple[Sheet, StoredFile]], *, now: datetime) -> None:
    """Put everything on the shelf, its text read already."""
    for sheet, file in printed:
        entry = operations.add_document(sheet.about, file, kind=sheet.kind, actor=SYSTEM, now=now)
        operations.store_text(entry, sheet.pages, now=now)
    for about, fault in FAULTS:
        operations.add_fault(about, fault, actor=SYSTEM, now=now)


def grow(staff: dict[str, Staff], *, now: datetime) -> None:
    """At each site the team leader made a common fault of what the closed orders propose first."""
    for site in staff.values():
        proposed = proposals.list_proposals(site.site_id, now=now)
        if not proposed:
            continue
        draft = proposals.draft(proposed[0].job_id, site_id=site.site_id, now=now)
        operations.accept(
            proposed[0].job_id,
            site_id=site.site_id,
            about=About(draft.title, "", draft.models, draft.codes),
            fault=Fault(draft.symptom, draft.cause, draft.remedy),
            actor=site.one(Role.LEADER),
            now=now,
        )
