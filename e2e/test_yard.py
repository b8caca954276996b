"""A check-in and an inspection where there is no network: everything is kept on the tablet, survives the browser, and
arrives exactly once. The network between is a real one that fails (:mod:`e2e.network`)."""

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect
from sqlalchemy import select

from aftersales import clock
from aftersales.db import add, db, transaction
from aftersales.domain.accounts.models import Membership
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import CheckInPhoto, Entry, Outcome
from aftersales.domain.documents.models import Document, DocumentKind, Signature
from aftersales.domain.inspections import beginning
from aftersales.domain.inspections.models import Inspection, InspectionItem
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET
from e2e.network import Network, Way, between
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import chromium, factories
from tests.cast import Cast, Person
from tests.effort import IS_LONG
from tests.servers import wait_until

pytestmark = pytest.mark.console("Failed to load resource")
PHOTOS = 40
TICKS = 60
POINTS = 38
"""Points of the stock inspection."""
SEED = 2026


@dataclass(frozen=True)
class Workshop:
    """The product with the cast of the tests; the technician is an advisor, too, so that one tablet does both."""

    product: Product
    cast: Cast

    @property
    def person(self) -> Person:
        return self.cast.technician


@pytest.fixture(scope="module")
def workshop(empty: Product) -> Workshop:
    with inside(empty), transaction():
        cast = casting.hire()
        add(Membership(user_id=cast.technician.id, site_id=cast.site.id, role=Role.ADVISOR))
    return Workshop(empty, cast)


@pytest.fixture
def network(workshop: Workshop) -> Iterator[Network]:
    with between(workshop.product.address) as made:
        yield made


@pytest.fixture
def arrived(workshop: Workshop) -> int:
    """A car that is here, priced and promised, so that it can be signed in the yard: the order's id."""
    with inside(workshop.product), transaction():
        order = factories.open_order(workshop.cast, now=clock.now())
        factories.price(workshop.cast, order)
        order.promised_at = order.first_promised_at = clock.now() + timedelta(hours=6)
        checkins.arrive(order.id, site_id=order.site_id, actor=workshop.cast.advisor.actor(), now=clock.now())
        return order.id


@pytest.fixture
def accepted(workshop: Workshop) -> int:
    """A car in the workshop whose inspection has begun: the order's id."""
    with inside(workshop.product), transaction():
        cast = workshop.cast
        order = factories.accept(
            cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
        )
        beginning.begin(order.id, now=clock.now())
        return order.id


class Tablet:
    """A browser with a profile of its own, which can be killed and started again."""

    def __init__(self, playwright: Playwright, folder: Path, network: Network, **options: Any) -> None:
        self.playwright, self.folder, self.network, self.options = playwright, folder, network, options
        self.context: BrowserContext | None = None

    def start(self) -> Page:
        program = os.environ.get("AFTERSALES_TEST_CHROMIUM") or chromium.find()
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=program, args=chromium.ARGUMENTS, base_url=self.network.address,
            locale="en-GB", **self.options,
        )  # fmt: skip
        self.context.set_default_timeout(10_000)
        return self.context.pages[0]

    def kill(self) -> None:
        """As a dead battery would: without a word to the browser."""
        for process in psutil.process_iter(["cmdline"]):
            if f"--user-data-dir={self.folder}" in (process.info["cmdline"] or []):
                process.kill()
        self.stop()

    def stop(self) -> None:
        if self.context is not None:
            with suppress(Error):
                self.context.close()
        self.context = None


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path, network: Network) -> Iterator[Tablet]:
    made = Tablet(playwright, tmp_path / "profile", network, **TABLET)
    yield made
    made.stop()


@pytest.fixture
def second_tablet(playwright: Playwright, tmp_path: Path, network: Network) -> Iterator[Tablet]:
    made = Tablet(playwright, tmp_path / "second", network, **PORTRAIT)
    yield made
    made.stop()


def open_for_the_yard(page: Page, path: str) -> None:
    """Opened once while the network is there, and the page says that it opens without it from now on."""
    page.goto(path)
    expect(page.locator('[data-yard="ready"]')).to_be_visible(timeout=20_000)


def picture(number: int) -> dict[str, Any]:
    """A photo that is like no other."""
    content = io.BytesIO()
    Image.effect_noise((1200, 900), 20 + number).save(content, "JPEG", quality=60)
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def waiting(page: Page) -> int:
    found: int = page.evaluate("() => Number(localStorage.getItem('waiting'))")
    return found


def take_photos(page: Page, count: int, *, begin: int = 0) -> None:
    for number in range(begin, begin + count):
        station = list(Station)[number % len(Station)]
        before = waiting(page)
        page.locator(f"#photo-{station}-file").set_input_files(picture(number))
        page.wait_for_function("n => Number(localStorage.getItem('waiting')) > n", arg=before)


def all_arrived(page: Page, *, seconds: float = 120) -> None:
    """QUALITY: at most two minutes after the network is back."""
    try:
        page.wait_for_function("() => Number(localStorage.getItem('waiting')) === 0", timeout=seconds * 1000)
    except Error as error:
        page.goto("/waiting")
        raise AssertionError(f"This still waits:\n{page.locator('[data-items]').inner_text()}") from error


def photos_of(workshop: Workshop, order_id: int) -> list[Attachment]:
    """The order's photos, after a look whether each has its file with the digest of its row, and no file is left over."""
    with inside(workshop.product):
        found = list(db.session.scalars(select(Attachment).where(Attachment.service_order_id == order_id)))
        media = workshop.product.data / "media"
        for photo in found:
            content = (media / photo.storage_key).read_bytes()
            assert hashlib.sha256(content).hexdigest() == photo.sha256
            assert (media / photo.thumb_key).exists()
        return found


def draw(page: Page, form: str) -> None:
    canvas = page.locator(f"{form} .sign canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 12, box["y"] + (60 if step % 2 else 100))
    page.mouse.up()


def test_forty_photos_sixty_ticks_and_a_signature_without_network_arrive_once(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int, accepted: int
) -> None:
    """CHK-11, TEC-2: the browser is killed in between and opened again with the same profile."""
    page = tablet.start()
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{accepted}/inspection")
    open_for_the_yard(page, f"/orders/{arrived}/check-in")

    network.become(Way.DOWN)
    page.goto(f"/orders/{arrived}/check-in")
    ticks = 0
    for label in ("Seat, wheel and floor covers", "Plate and VIN compared"):
        page.get_by_label(label).check()
        ticks += 1
    for number in range(TICKS - 2 - POINTS):
        page.get_by_label("Wash the car").set_checked(number % 2 == 0)
        ticks += 1
    page.goto(f"/orders/{arrived}/check-in/walk-around")
    page.get_by_label("Odometer", exact=True).fill("118500")
    page.get_by_label("Key tag").fill("K17")
    take_photos(page, PHOTOS // 2)
    expect(page.locator("[data-waiting-line]").first).to_contain_text("wait on this tablet")
    assert_accessible(page)

    tablet.kill()
    page = tablet.start()
    page.goto(f"/orders/{arrived}/check-in/walk-around")
    expect(page.get_by_label("Key tag")).to_have_value("K17")
    expect(page.locator("#photo-left [data-shot-words]")).to_have_text("Waits on this tablet")
    expect(page.locator("#walk-count")).to_contain_text("6 of 6 required")
    take_photos(page, PHOTOS - PHOTOS // 2, begin=PHOTOS // 2)

    page.goto(f"/orders/{accepted}/inspection")
    for area in range(page.locator("#inspection-areas a").count()):
        page.locator("#inspection-areas a").nth(area).click()
        expect(page.locator("#inspection-areas a").nth(area)).to_have_attribute("aria-current", "step")
        for probe in page.locator(".probe").all():
            probe.locator(".verdict label").first.click()
            ticks += 1
    assert ticks == TICKS

    page.goto(f"/orders/{arrived}/check-in/signature")
    form = page.locator("#sign-here")
    expect(form).to_be_visible()
    draw(page, "#sign-here")
    assert_accessible(page)
    page.get_by_role("button", name="Sign on this tablet").click()
    expect(form.get_by_text("Signed. The signature waits on this tablet")).to_be_visible()
    assert photos_of(workshop, arrived) == []

    tablet.kill()
    page = tablet.start()
    page.goto("/waiting")
    expect(page.get_by_text("Signature of order")).to_be_visible()
    network.become(Way.UP)
    sign_in(
        page, workshop.person
    )  # the killed browser forgot its session; what waited is sent in its author's name
    all_arrived(page)

    photos = photos_of(workshop, arrived)
    assert len(photos) == PHOTOS == len({photo.sha256 for photo in photos})
    with inside(workshop.product):
        stations = [
            photo.station
            for photo in db.session.scalars(
                select(CheckInPhoto)
                .join(CheckInPhoto.attachment)
                .where(Attachment.service_order_id == arrived)
            )
        ]
        assert sorted(stations) == sorted(list(Station)[number % len(Station)] for number in range(PHOTOS))
        entries = db.session.scalars(select(Entry).where(Entry.service_order_id == arrived)).all()
        assert len(entries) == TICKS - POINTS + 2  # and the odometer and the key tag
        assert {entry.outcome for entry in entries} == {Outcome.TAKEN}
        ratings = db.session.scalars(
            select(InspectionItem.rating)
            .join(Inspection, Inspection.id == InspectionItem.inspection_id)
            .where(Inspection.service_order_id == accepted)
        ).all()
        assert [str(rating) for rating in ratings] == ["ok"] * POINTS
        order = db.session.get_one(ServiceOrder, arrived)
        assert order.state is OrderState.CHECKED_IN
        [signature] = db.session.scalars(select(Signature).where(Signature.service_order_id == arrived))
        statement = db.session.get_one(Document, signature.document_id)
        assert (signature.set_aside_reason, statement.kind) == ("", DocumentKind.TABLET_STATEMENT)
        signed = (workshop.product.data / "media" / statement.storage_key).read_bytes()
        assert hashlib.sha256(signed).hexdigest() == signature.document_digest == statement.sha256
        shown = json.loads(signed)
        assert shown["order"]["order_number"] == order.number
        assert len([item for item in shown["on_the_tablet"] if "photo_id" in item["fields"]]) == PHOTOS


def test_a_page_of_somebody_else_swallows_nothing(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int
) -> None:
    """CHK-11: a captive portal answers everything with 200 and its own page."""
    page = tablet.start()
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in")
    page.goto(f"/orders/{arrived}/check-in/walk-around")
    network.become(Way.PORTAL)
    take_photos(page, 3)
    page.get_by_label("Something left").fill("Child seat")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#belongings [data-waiting-list]")).to_contain_text("Child seat")
    page.reload()
    expect(page.locator("h1")).not_to_contain_text("Hotel")
    expect(page.locator("[data-waiting-line]").first).to_contain_text("4 entries wait")
    assert network.harmed > 0
    assert photos_of(workshop, arrived) == []
    network.become(Way.UP)
    page.reload()
    all_arrived(page)
    assert len(photos_of(workshop, arrived)) == 3
    expect(page.locator("#belongings")).to_contain_text("Child seat")


@pytest.mark.parametrize("way", [Way.LOSES_ANSWERS, Way.CUTS])
def test_an_upload_that_is_cut_or_whose_answer_is_lost_arrives_once(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int, way: Way
) -> None:
    """CHK-11: sent again with the same id it is the same photo; half a photo is none."""
    page = tablet.start()
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in/walk-around")
    rounds = 100 if IS_LONG else 4
    random = Random(SEED)
    for number in range(rounds):
        network.become(way, cut_at=random.randrange(2_000, 90_000))
        take_photos(page, 1, begin=number)
        wait_until(lambda done=number: network.harmed > done, what="nothing was cut", seconds=20)
        network.become(Way.UP)
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        all_arrived(page)
    photos = photos_of(workshop, arrived)
    assert len(photos) == rounds == len({photo.client_id for photo in photos})


def test_without_the_id_made_on_the_tablet_a_lost_answer_doubles_the_photo(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int
) -> None:
    """The broken twin: the same journey with a new id for each try. It shows that the test above can fail."""
    page = tablet.start()
    page.add_init_script(
        """const append = FormData.prototype.append;
        FormData.prototype.append = function (name, value, ...more) {
          return append.call(this, name, name === 'photo_id' ? String(Math.random()).slice(2) + 'twin' : value, ...more);
        };"""
    )
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in/walk-around")
    network.become(Way.LOSES_ANSWERS)
    take_photos(page, 1)
    # The browser itself sends once more, with the same body; that answer is lost, too.
    wait_until(lambda: network.harmed > 1, what="no answer was lost", seconds=30)
    network.become(Way.UP)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    all_arrived(page)
    assert len(photos_of(workshop, arrived)) >= 2


def test_two_tablets_on_one_order_merge_and_show_where_they_differ(
    workshop: Workshop, network: Network, tablet: Tablet, second_tablet: Tablet, arrived: int
) -> None:
    """CHK-11, ORD-6: each without network for itself; nothing is dropped, a person chooses."""
    pages = []
    for one, person in ((tablet, workshop.person), (second_tablet, workshop.cast.advisor)):
        page = one.start()
        sign_in(page, person)
        open_for_the_yard(page, f"/orders/{arrived}/check-in")
        pages.append(page)
    network.become(Way.DOWN)
    for page, place, odometer in zip(pages, ("A7", "B12"), ("118500", "118500"), strict=True):
        page.goto(f"/orders/{arrived}/check-in/walk-around")
        page.get_by_label("Odometer", exact=True).fill(odometer)
        page.get_by_label("Key tag").fill(place)
        page.keyboard.press("Tab")
        take_photos(page, 2)
    pages[0].goto(f"/orders/{arrived}/check-in")
    pages[0].get_by_label("Brought by somebody else").fill("Jan Nowak")
    pages[0].keyboard.press("Tab")
    network.become(Way.UP)
    for page in pages:
        page.reload()
        all_arrived(page)
    assert len(photos_of(workshop, arrived)) == 4
    page = pages[1]
    page.goto(f"/orders/{arrived}/check-in")
    expect(page.get_by_label("Brought by somebody else")).to_have_value("Jan Nowak")
    page.get_by_text("1 field was set differently on two tablets").click()
    assert_accessible(page)
    expect(page.locator("#main")).to_contain_text(workshop.person.name)
    expect(page.locator("#main")).to_contain_text(workshop.cast.advisor.name)
    page.get_by_role("button", name="B12").click()
    page.goto(f"/orders/{arrived}/check-in/walk-around")
    expect(page.get_by_label("Key tag")).to_have_value("B12")


def test_a_signature_on_an_order_that_changed_meanwhile_is_kept_and_a_new_one_is_asked_for(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int
) -> None:
    """CHK-10, CHK-13: nobody has ordered what they did not see."""
    page = tablet.start()
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in")
    network.become(Way.DOWN)
    page.goto(f"/orders/{arrived}/check-in")
    page.get_by_label("Seat, wheel and floor covers").check()
    page.goto(f"/orders/{arrived}/check-in/walk-around")
    page.get_by_label("Odometer", exact=True).fill("118500")
    page.keyboard.press("Tab")
    take_photos(page, len(Station))
    page.goto(f"/orders/{arrived}/check-in/signature")
    page.locator("#sign-here").get_by_label("Full name of the person who signs").fill("Katarzyna Mazur")
    page.get_by_role("button", name="Sign on this tablet").click()
    expect(page.get_by_text("The signature waits on this tablet")).to_be_visible()
    with inside(workshop.product), transaction():
        line = orders.list_jobs(arrived)[0].lines[0]
        work.edit_line(
            line.id,
            values={"unit_price": Decimal("140.00")},
            actor=workshop.cast.advisor.actor(),
            now=clock.now(),
        )
    network.become(Way.UP)
    page.reload()
    all_arrived(page)
    page.goto(f"/orders/{arrived}/check-in/signature")
    expect(page.get_by_text("A signature does not count")).to_be_visible()
    expect(page.get_by_text("Items, prices or the promised time changed")).to_be_visible()
    with inside(workshop.product):
        assert db.session.get_one(ServiceOrder, arrived).state is OrderState.ARRIVED


def test_who_signs_out_with_something_waiting_is_asked_and_it_waits_for_them(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int
) -> None:
    """CHK-11: it is sent in its author's name, never in that of the next person at the tablet."""
    page = tablet.start()
    page.add_init_script(BLOCKING)
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in/walk-around")
    with blocked(page):
        network.become(Way.DOWN)
        take_photos(page, 1)
        network.become(Way.UP)
        page.goto("/account")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("dialog")).to_contain_text("wait")
        page.get_by_role("button", name="Sign out anyway").click()
        page.wait_for_url("**/sign-in")
    sign_in(page, workshop.cast.advisor)
    page.goto("/waiting")
    expect(page.get_by_text(f"Waits until {workshop.person.name} signs in")).to_be_visible()
    assert photos_of(workshop, arrived) == []
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign out anyway").click()
    page.wait_for_url("**/sign-in")
    sign_in(page, workshop.person)
    all_arrived(page)
    [photo] = photos_of(workshop, arrived)
    assert photo.author_name == workshop.person.name


def test_what_the_server_refuses_stays_with_its_sentence_until_a_person_decides(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int
) -> None:
    """CHK-11: the order was cancelled meanwhile; the photo is neither sent again nor lost."""
    page = tablet.start()
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in")
    page.goto(f"/orders/{arrived}/check-in/walk-around")
    network.become(Way.DOWN)
    take_photos(page, 1)
    with inside(workshop.product), transaction():
        service_orders.move(
            service_orders.lock_order(arrived), "cancel", actor=workshop.cast.advisor.actor(), now=clock.now(),
            reason="The customer changed their mind",
        )  # fmt: skip
    network.become(Way.UP)
    page.goto("/waiting")
    expect(page.get_by_text("Not taken: Only a car that has arrived is checked in.")).to_be_visible(
        timeout=20_000
    )
    expect(page.locator("[data-waiting-line]").first).to_contain_text("1 needs you")
    assert_accessible(page)
    page.get_by_role("button", name="Send again: Photo").click()
    expect(page.get_by_text("Not taken: Only a car")).to_be_visible()
    page.get_by_role("button", name="Delete: Photo").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert photos_of(workshop, arrived) == []


def test_a_tablet_without_room_sends_at_once_or_says_so(
    workshop: Workshop, network: Network, tablet: Tablet, arrived: int
) -> None:
    """CHK-11: with a network the photo arrives all the same; without one nobody believes that it was kept."""
    page = tablet.start()
    page.add_init_script(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };"
    )
    sign_in(page, workshop.person)
    open_for_the_yard(page, f"/orders/{arrived}/check-in/walk-around")
    page.locator("#photo-left-file").set_input_files(picture(1))
    wait_until(lambda: len(photos_of(workshop, arrived)) == 1, what="the photo did not arrive", seconds=20)
    network.become(Way.DOWN)
    page.locator("#photo-rear-file").set_input_files(picture(2))
    expect(page.locator("#banner")).to_contain_text("There is no room left on this tablet")


BLOCKING = """const ask = window.fetch;
window.fetch = (address, ...more) =>
  localStorage.getItem('blocked') && String(address).includes('/waiting/session') ? Promise.reject(new TypeError('blocked')) : ask(address, ...more);"""


@contextmanager
def blocked(page: Page) -> Iterator[None]:
    """The queue cannot reach the server, the pages can; :data:`BLOCKING` has to run on them."""
    page.evaluate("() => localStorage.setItem('blocked', 'yes')")
    yield
    page.evaluate("() => localStorage.removeItem('blocked')")
