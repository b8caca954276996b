"""Inspection templates: drafts, versions, points, and which visit gets which (TEC-2)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask_babel import force_locale

from aftersales.db import transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.errors import Invalid, NotPermitted, Refused, Stale
from aftersales.domain.inspections import (
    assignment,
    beginning,
    queries,
    starter,
    starter_drives,
    template_points,
    template_queries,
    templates,
)
from aftersales.domain.inspections.assignment import Visit
from aftersales.domain.inspections.models import InspectionTemplate
from aftersales.domain.inspections.rules import Measure, ModelLimits
from aftersales.domain.inspections.starter import Point
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.vehicles.models import Fuel
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
PAD = Measure("pad", "Pad", "mm", Decimal(0), Decimal(14), soon_below=Decimal(4), urgent_below=Decimal(3))


@pytest.fixture
def draft(cast: Cast) -> InspectionTemplate:
    """The draft of version 2 of the common inspection."""
    with transaction():
        templates.stock(actor=SYSTEM, now=NOW)
        return templates.open_draft(starter.CODE, actor=cast.manager.actor(), now=NOW)


def names(draft: InspectionTemplate) -> list[str]:
    return [item.code for item in template_queries.get(draft.id).items]


def test_a_draft_changes_nothing_until_it_is_put_in_use(
    cast: Cast, draft: InspectionTemplate, accepted_order: ServiceOrder
) -> None:
    """TEC-2: an edit makes the next version; an inspection that has begun keeps its own, and says which."""
    by = cast.manager.actor()
    with transaction():
        begun = beginning.begin(accepted_order.id, now=NOW)
        item = template_queries.get(draft.id).items[0]
        template_points.remove_point(draft.id, item.id, version=None, actor=by, now=NOW)
    assert (begun.template_version, queries.get_sheet(accepted_order.id).total) == (1, 38)
    with transaction():
        templates.publish(draft.id, version=None, actor=by, now=NOW)
        other = factories.open_order(cast)
        assert beginning.begin(other.id, now=NOW).template_version == 2
    assert queries.get_sheet(other.id).total == 37
    assert queries.get_sheet(accepted_order.id).total == 38


def test_publishing_twice_is_one_version(cast: Cast, draft: InspectionTemplate) -> None:
    for _ in range(2):
        with transaction():
            templates.publish(draft.id, version=None, actor=cast.manager.actor(), now=NOW)
    assert [one.number for one in template_queries.list_versions(starter.CODE)] == [2, 1]


def test_two_people_on_one_draft_are_told_of_each_other(cast: Cast, draft: InspectionTemplate) -> None:
    """ORD-6: the second edit from an older page is refused; nothing is overwritten silently."""
    by, version = cast.manager.actor(), template_queries.get(draft.id).version
    first = template_queries.get(draft.id).items[0].id
    with transaction():
        template_points.move_point(draft.id, first, by=1, version=version, actor=by, now=NOW)
    with pytest.raises(Stale), transaction():
        template_points.move_point(draft.id, first, by=1, version=version, actor=by, now=NOW)
    assert names(draft)[:3] == ["rear-lights", "headlights", "indicators"]


def test_points_and_areas_are_moved_by_one_place(cast: Cast, draft: InspectionTemplate) -> None:
    by = cast.manager.actor()
    with transaction():
        template_points.move_area(draft.id, "Brakes", by=-1, version=None, actor=by, now=NOW)
    areas = [area for area, _ in template_queries.areas_of(template_queries.get(draft.id))]
    assert areas[:3] == ["Lights, wipers", "Brakes", "Under the bonnet"]


def test_limits_that_cannot_be_are_refused(cast: Cast, draft: InspectionTemplate) -> None:
    wrong = Point("Brakes", "", "Drum", measures=(replace(PAD, urgent_below=Decimal(5)),))
    outside = Point("Brakes", "", "Drum", measures=(replace(PAD, soon_below=Decimal(20)),))
    for point, sentence in ((wrong, "must lie beyond the soon limit"), (outside, "between 0 and 14 mm")):
        with pytest.raises(Invalid, match=sentence), transaction():
            template_points.save_point(
                draft.id, point, item_id=None, version=None, actor=cast.manager.actor(), now=NOW
            )


def test_only_the_managers_edit(cast: Cast, draft: InspectionTemplate) -> None:
    with pytest.raises(NotPermitted), transaction():
        templates.publish(draft.id, version=None, actor=cast.technician.actor(), now=NOW)


def test_the_last_template_in_use_cannot_be_retired(cast: Cast, draft: InspectionTemplate) -> None:
    with pytest.raises(Refused, match="only template in use"), transaction():
        templates.retire(starter.CODE, actor=cast.manager.actor(), now=NOW)


def test_a_copy_is_for_nothing_in_particular_and_a_retired_one_comes_back(
    cast: Cast, draft: InspectionTemplate
) -> None:
    by = cast.manager.actor()
    with transaction():
        copied = templates.copy(starter.CODE, new_code="copy-1", name="Copy", actor=by, now=NOW)
        assert (copied.code, copied.fuels, len(copied.items)) == ("COPY-1", [], 38)
        templates.publish(copied.id, version=None, actor=by, now=NOW)
        templates.retire("COPY-1", actor=by, now=NOW)
    assert [one.code for one in beginning.list_in_use()] == [starter.CODE]
    with transaction():
        templates.bring_back("COPY-1", actor=by, now=NOW)
    assert {one.code for one in beginning.list_in_use()} == {starter.CODE, "COPY-1"}


def test_limits_hold_per_model(cast: Cast, draft: InspectionTemplate) -> None:
    """TEC-2: limits per model and position; the copy says whose limits it has."""
    golf = ModelLimits("Golf", soon_below=Decimal(6), urgent_below=Decimal(5))
    measure = replace(PAD, model_limits=(golf,))
    assert measure.for_vehicle("VW Golf 2019").rating(Decimal("4.5")) == "urgent"
    assert measure.for_vehicle("VW Golf 2019").limits_of == "Golf"
    assert measure.for_vehicle("VW Passat").rating(Decimal("4.5")) == "ok"
    assert Measure.from_json(measure.to_json()) == measure


def test_words_of_ones_own_are_read_in_the_readers_language(draft: InspectionTemplate) -> None:
    """TEC-2: wording per language, else the translation, else as it was typed."""
    item = Point("Brakes", "x", "Drum", words={"name": {"zh_Hans": "制动鼓", "pl": "Bęben"}}).as_item(1)
    for locale, words in (
        ("zh_Hans", "制动鼓"),
        ("zh", "制动鼓"),
        ("zh_Hant", "制动鼓"),
        ("pl", "Bęben"),
        ("de", "Drum"),
    ):
        with force_locale(locale):
            assert item.shown("name") == words


ALL = InspectionTemplate(code="ALL", model_filter="", job_codes=[], pay_types=[], fuels=[])
EV = InspectionTemplate(code="EV", model_filter="", job_codes=[], pay_types=[], fuels=["electric"])
USED = InspectionTemplate(code="USED", model_filter="", job_codes=["USED-CAR"], pay_types=[], fuels=[])
CLAIM = InspectionTemplate(code="CLAIM", model_filter="", job_codes=[], pay_types=["warranty"], fuels=[])
GOLF = InspectionTemplate(code="GOLF", model_filter="Golf", job_codes=[], pay_types=[], fuels=[])


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        (Visit("VW Golf", Fuel.ELECTRIC, ["USED-CAR"], [PayType.WARRANTY]), "GOLF"),
        (Visit("VW ID.3", Fuel.ELECTRIC, ["USED-CAR"], [PayType.WARRANTY]), "USED"),
        (Visit("VW ID.3", Fuel.ELECTRIC, [], [PayType.WARRANTY]), "CLAIM"),
        (Visit("VW ID.3", Fuel.ELECTRIC, [], [PayType.CUSTOMER]), "EV"),
        (Visit("VW Polo", Fuel.PETROL, [], [PayType.CUSTOMER]), "ALL"),
    ],
)
def test_the_model_beats_the_job_the_payer_and_the_drive(visit: Visit, code: str) -> None:
    """TEC-2: one clear rule, and the reason beside each template."""
    found = assignment.choose([ALL, EV, USED, CLAIM, GOLF], visit)
    assert found is not None
    assert found.code == code


def test_the_reason_says_what_fits_and_what_does_not() -> None:
    ranked = assignment.ranked([ALL, EV, GOLF], Visit("VW ID.3", Fuel.ELECTRIC))
    words = [assignment.reason(one, is_first=at == 0) for at, one in enumerate(ranked)]
    assert words == [
        "It is for this drive.",
        "It is for every visit. A stronger one stands above it.",
        "Does not fit: model.",
    ]


def test_an_electric_car_is_asked_for_its_battery_and_not_for_its_oil(cast: Cast) -> None:
    """TEC-2: battery health, isolation, charging, coolant; 0.4 MΩ for cars of 800 volt."""
    with transaction():
        templates.stock_all(actor=SYSTEM, now=NOW)
        car = factories.vehicle(cast, make="Porsche", model="Taycan", fuel=Fuel.ELECTRIC)
        order = factories.open_order(cast, car=car)
        beginning.begin(order.id, now=NOW)
    probes = {probe.code: probe for probe in queries.get_sheet(order.id).probes}
    assert {"hv-battery-health", "hv-isolation", "charging-port", "charging-cable", "hv-coolant"} <= set(
        probes
    )
    assert not {"engine-oil", "exhaust"} & set(probes)
    assert probes["hv-isolation"].readings[0].measure.urgent_below == Decimal("0.4")


def test_every_stock_template_is_for_its_drive_and_has_no_point_twice() -> None:
    for template in starter_drives.TEMPLATES:
        codes = [point.code for point in template.points]
        assert len(codes) == len(set(codes))
        assert len(template.fuels) == 1
