"""Finding what is known: any language, part of a word, by model and fault code; the same on both databases."""

import pytest
from sqlalchemy import select, text

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotPermitted, Refused, Stale
from aftersales.domain.knowledge import operations, queries, rules
from aftersales.domain.knowledge.models import KnowledgeEntry, KnowledgeKind, KnowledgePassage
from aftersales.domain.knowledge.operations import About, Fault, StoredFile
from tests.cast import Cast
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("app_context")

FILES = iter(range(10_000))


def document(
    cast: Cast, title: str, *pages: str, models: str = "", codes: str = "", language: str = ""
) -> int:
    """A manual on the shelf whose text has been read."""
    digest = f"{next(FILES):064x}"
    file = StoredFile("application/pdf", digest, f"{digest}.pdf", 1000, len(pages))
    with transaction():
        entry = operations.add_document(
            About(title, language, models, codes),
            file,
            kind=KnowledgeKind.MANUAL,
            actor=cast.leader.actor(),
            now=NOW,
        )
        operations.store_text(entry, pages, now=NOW)
    return entry.id


def fault(cast: Cast, title: str, symptom: str, remedy: str = "Replace it", **about: str) -> int:
    with transaction():
        return operations.add_fault(
            About(title, **about), Fault(symptom, "", remedy), actor=cast.leader.actor(), now=NOW
        ).id


def found(words: str = "", **filters: str) -> list[int]:
    return [each.entry_id for each in queries.find(words, **filters)]


@pytest.fixture
def shelf(cast: Cast) -> dict[str, int]:
    return {
        "brakes": document(cast, "制动系统", "概述", "刹车片更换:刹车异响时先检查厚度。", language="zh"),
        "tester": document(
            cast, "Tester hamulców", "Producent: Jan Kłocków, ul. Piotrkowska, Łódź.", language="pl"
        ),
        "egr": document(cast, "AGR-Ventil", "Fehler P0401: Durchfluss zu gering.", language="de"),
        "other": document(cast, "Wiper arms", "Torque 12 Nm. Brake fluid DOT 4 is another matter."),
    }


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("刹车", "brakes"),
        ("刹", "brakes"),
        ("刹车片更换", "brakes"),
        ("异响 刹车", "brakes"),
        ("klockow", "tester"),
        ("KŁOCKÓW", "tester"),
        ("lodz", "tester"),
        ("łódź klockow", "tester"),
        ("P0401", "egr"),
        ("p0401 durchfluß", "egr"),
        ("fluss", "egr"),
        ("Nm", "other"),
        ("12 nm wiper", "other"),
    ],
)
def test_each_word_finds_the_planted_document(shelf: dict[str, int], words: str, key: str) -> None:
    """TEC-6: Chinese of two signs, Polish without its strokes, a fault code, a part of a German word, short words."""
    assert found(words) == [shelf[key]]


@pytest.mark.parametrize(
    "words", ["xyzzy", "刹车 xyzzy", "klockow p0401", "''", '"', '" OR 7777', "%", "_", "a* NOT b", "NEAR("]
)
def test_what_is_nowhere_finds_nothing_and_breaks_nothing(shelf: dict[str, int], words: str) -> None:
    assert set(found(words)) <= (set(shelf.values()) if not rules.words_of(words) else set())


def test_the_page_is_named_and_the_line_shown(cast: Cast) -> None:
    """TEC-6: a manual of hundreds of pages opens where the words stand."""
    entry = document(
        cast, "Manual", "Contents", "Oil change. Use 5W-30.\nTighten the drain plug to 30 Nm.", "Index"
    )
    (hit,) = queries.find("drain plug")
    assert (hit.entry_id, hit.page) == (entry, 2)
    assert hit.excerpt == "Tighten the drain plug to 30 Nm."


def test_words_may_stand_in_title_labels_and_text_together(cast: Cast) -> None:
    entry = document(cast, "Brakes", "Pads squeal when cold", models="VW Passat", codes="C1095")
    document(cast, "Brakes", "Pads squeal when cold", models="Opel Astra")
    assert found("passat squeal brakes") == [entry]
    assert found("c1095 squeal") == [entry]


def test_the_title_counts_most(cast: Cast) -> None:
    mentioned = document(cast, "Body work", "See also timing belt.")
    about = document(cast, "Timing belt", "Replace every 120,000 km.")
    assert found("timing belt") == [about, mentioned]


def test_by_model_and_by_fault_code(cast: Cast) -> None:
    """TEC-6: “Golf” and “VW Golf 7 1.6 TDI” both find what is about the VW Golf; “p 0401” is P0401."""
    golf = document(cast, "Golf bulletin", "text", models="VW Golf, VW Passat", codes="P0401, P0402")
    document(cast, "Astra bulletin", "text", models="Opel Astra", codes="P0420")
    for model in ("Golf", "vw golf", "VW Golf 7 1.6 TDI"):
        assert found(model=model) == [golf], model
    assert found(code="p 0401") == [golf]
    assert found("bulletin", model="golf", code="P0420") == []


def test_what_names_no_model_holds_for_each(cast: Cast) -> None:
    """TEC-6: from the page of a job the tester's manual is found too, after what names the car."""
    tester = document(cast, "Tester hamulców", "Wzorcuje J. Kłocków, Łódź.")
    golf = document(cast, "Golf", "Kłocków was here", models="VW Golf")
    document(cast, "Astra", "Kłocków was there", models="Opel Astra")
    for words in ("klockow", "KŁOCKÓW"):
        assert found(words, model="VW Golf 1.4 TSI") == [golf, tester]
    assert found("lodz", model="VW Golf 1.4 TSI") == [tester]
    assert found(model="VW Golf 1.4 TSI") == [golf], "a model alone is about the model"


def test_kind_and_language_narrow(cast: Cast) -> None:
    chinese = document(cast, "Brakes", "text", language="zh")
    written = fault(cast, "Brakes squeal", "Squeal when cold", language="en")
    assert found("brakes", language="zh") == [chinese]
    assert found("brakes", kind=KnowledgeKind.FAULT) == [written]  # type: ignore[arg-type]
    assert found("brakes") == [written, chinese], "a fault comes before a manual"


def test_what_is_withdrawn_is_not_found_but_stays(cast: Cast) -> None:
    entry = document(cast, "Old manual", "text")
    for _ in range(2):
        with transaction():
            operations.withdraw(entry, actor=cast.leader.actor(), now=NOW)
    assert found("old manual") == []
    assert queries.get_entry(entry).withdrawn_by_name == cast.leader.name


def test_an_edit_is_searched_as_it_stands_now(cast: Cast) -> None:
    entry = fault(cast, "EGR valve", "Jerks under load", codes="P0401")
    version = queries.get_entry(entry).version
    with transaction():
        operations.edit(
            entry, About("EGR valve", models="VW Passat"), fault=Fault("Jerks at idle", "Soot", "Clean it"),
            actor=cast.leader.actor(), now=NOW, version=version,
        )  # fmt: skip
    assert found("under load") == [] and found(code="P0401") == []
    assert found("idle soot passat") == [entry]
    with pytest.raises(Stale), transaction():
        operations.edit(
            entry,
            About("EGR"),
            fault=Fault("a", "b", "c"),
            actor=cast.leader.actor(),
            now=NOW,
            version=version,
        )


def test_the_index_follows_what_is_stored_again(cast: Cast) -> None:
    """The full text index of SQLite is kept by triggers: a text that is gone is not found."""
    entry = document(cast, "Manual", "first words")
    with transaction():
        operations.store_text(operations.get(entry), ["second words"], now=NOW)
    assert (found("first"), found("second")) == ([], [entry])


def test_the_trigram_index_is_used(shelf: dict[str, int]) -> None:
    """TEC-6: FTS5 on SQLite, pg_trgm on PostgreSQL; not a walk through all pages."""
    query = select(KnowledgePassage.id).where(queries.matching(["klockow"]))
    plain = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    if db.engine.dialect.name == "sqlite":
        plan = " ".join(str(row) for row in db.session.execute(text("EXPLAIN QUERY PLAN " + plain)))
        assert "VIRTUAL TABLE INDEX" in plan
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(str(row) for row in db.session.execute(text("EXPLAIN " + plain.replace("%%", "%"))))
        assert "ix_knowledge_passages_search" in plan


def test_hostile_text_of_a_pdf_is_kept_clean(cast: Cast) -> None:
    """NUL and half characters, which PostgreSQL refuses."""
    entry = document(cast, "Odd", "before\x00after \ud800 end")
    assert found("after end") == [entry]


# --- putting in ---


def test_who_may_puts_in(cast: Cast) -> None:
    for person in (cast.technician, cast.advisor, cast.qc):
        with pytest.raises(NotPermitted), transaction():
            operations.add_fault(About("x"), Fault("a", "", "b"), actor=person.actor(), now=NOW)


def test_a_fault_needs_symptom_and_remedy_and_everything_a_title(cast: Cast) -> None:
    for about, words in (
        (About(" "), Fault("a", "", "b")),
        (About("t"), Fault("", "", "b")),
        (About("t"), Fault("a", "", "")),
    ):
        with pytest.raises(Invalid), transaction():
            operations.add_fault(about, words, actor=cast.leader.actor(), now=NOW)


def test_the_same_file_is_not_put_in_twice(cast: Cast) -> None:
    file = StoredFile("application/pdf", "a" * 64, "a.pdf", 10, 1)
    for number in (1, 2):
        try:
            with transaction():
                operations.add_document(
                    About("Manual"), file, kind=KnowledgeKind.MANUAL, actor=cast.leader.actor(), now=NOW
                )
        except Refused as refused:
            assert number == 2 and "there already: Manual" in str(refused)
    assert len(db.session.scalars(select(KnowledgeEntry)).all()) == 1


def test_a_double_tap_is_one_entry(cast: Cast) -> None:
    for _ in range(2):
        with transaction():
            operations.add_fault(
                About("EGR"), Fault("a", "", "b"), actor=cast.leader.actor(), now=NOW, client_id="tap"
            )
    assert len(db.session.scalars(select(KnowledgeEntry)).all()) == 1


# --- what fits a job ---


def test_code_then_model_and_words_fit_a_job(cast: Cast) -> None:
    """TEC-6: shown beside the job, the best first, and why."""
    by_code = fault(cast, "EGR valve sticks", "Jerks under load", models="VW Passat", codes="P0401")
    by_words = fault(cast, "Front pads", "Front brakes squeal when cold", models="VW Passat")
    fault(cast, "Front pads", "Front brakes squeal when cold", models="Opel Astra")
    for_all = document(cast, "Noise catalogue", "How brakes squeal and what it means")
    document(cast, "Seat heating", "Nothing of this kind", models="VW Passat")
    hits = queries.find_fitting(
        vehicle="VW Passat 2.0 TDI", codes=["p0401"], texts=["Front brakes squeal, engine lamp is on"]
    )
    assert [hit.entry_id for hit in hits] == [by_code, by_words, for_all]
    assert "P0401" in hits[0].reasons and "VW Passat" in hits[1].reasons


def test_a_chinese_concern_finds_its_bulletin(cast: Cast) -> None:
    bulletin = document(cast, "制动", "客户反映 刹车异响 时更换刹车片", models="VW Passat")
    assert [
        hit.entry_id for hit in queries.find_fitting(vehicle="VW Passat", codes=[], texts=["刹车异响"])
    ] == [bulletin]


def test_nothing_fits_where_nothing_is_known(cast: Cast) -> None:
    document(cast, "Manual", "text")
    assert queries.find_fitting(vehicle="", codes=[], texts=[""]) == []


# --- rules ---


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("P0401-00 stored, u0100 sporadic", ["P0401", "U0100"]),
        ("C1095 C1095", ["C1095"]),
        ("part 5N0615301, P9999", []),
        ("", []),
    ],
)
def test_codes_are_read_from_a_text(words: str, codes: list[str]) -> None:
    assert rules.codes_in(words) == codes


def test_an_excerpt_is_cut_around_the_words() -> None:
    line = "a " * 200 + "caliper sticks" + " b" * 200
    cut = rules.excerpt(line, ["caliper"])
    assert "caliper sticks" in cut and len(cut) <= rules.EXCERPT + 4
    assert rules.excerpt("", ["x"]) == ""


def test_words_lose_their_punctuation_and_are_few() -> None:
    assert rules.words_of("“Brakes”, squeal! Łódź (P0401)") == ["brakes", "squeal", "lodz", "p0401"]
    assert len(rules.words_of(" ".join(f"w{n}" for n in range(99)))) == rules.MAX_WORDS
