"""The main journey: a visit from the plate to the paid invoice, by everyone who takes part, in real browsers against
the real server, worker, Valkey, mail server and SMS gateway.

The photographs are those of ``../shared/photos`` where that folder stands beside the checkout, else the project's own.
"""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from aftersales import clock
from aftersales.sample.people import PINS
from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, PORTRAIT, TABLET, WALL, OpenPage
from e2e.server import Product
from tests.servers import wait_until

ROOT = Path(__file__).resolve().parents[1]
_REAL = ROOT.parent / "shared" / "photos" / "cars"
_OWN = ROOT / "aftersales" / "sample" / "pictures"
PHOTOS = sorted((_REAL if _REAL.is_dir() else _OWN).glob("*.jpg"))
REQUIRED = ("vin", "left", "front", "right", "rear", "dashboard")

PLATE, VIN = "KR 9E2E1", "WVWZZZ3CZKE087412"
CUSTOMER, PHONE_NUMBER, EMAIL = "Zofia Żółkiewska", "+48 601 224 318", "zofia@customer.example"


class Visit:
    """The browsers of one visit: one page per person, opened when they first appear."""

    def __init__(self, product: Product, open_page: OpenPage) -> None:
        self.product, self.open_page = product, open_page
        self.pages: dict[str, Page] = {}
        self.order_id = 0

    def page_of(self, email: str, device: dict[str, object]) -> Page:
        """The person's page, signed in on a device of their own."""
        if email not in self.pages:
            page = self.open_page(**device, base_url=self.product.address)
            page.goto("/sign-in")
            page.get_by_label("E-mail").fill(email)
            page.get_by_label("Password").fill("aftersales")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            self.pages[email] = page
        return self.pages[email]

    @property
    def advisor(self) -> Page:
        return self.page_of("marta@krakow.example", TABLET)

    @property
    def manager(self) -> Page:
        return self.page_of("pawel@krakow.example", WALL)

    @property
    def technician(self) -> Page:
        return self.page_of("tomasz@krakow.example", PORTRAIT)

    @property
    def parts(self) -> Page:
        return self.page_of("piotr@krakow.example", TABLET)

    @property
    def inspector(self) -> Page:
        return self.page_of("ewa@krakow.example", TABLET)

    @property
    def cashier(self) -> Page:
        return self.page_of("kasia@krakow.example", TABLET)

    def go(self, page: Page, path: str = "") -> None:
        """Open a screen of the order."""
        page.goto(f"/orders/{self.order_id}{path}")

    def expect_state(self, words: str) -> None:
        self.go(self.advisor)
        expect(self.advisor.locator("#main .order-head .tag").first).to_have_text(re.compile(words))

    def sms_with(self, words: str) -> str:
        """The text message that holds these words; waits until the worker has sent it."""

        def found() -> list[str]:
            return [message.text for message in self.product.sms.received if words in message.text]

        wait_until(lambda: bool(found()), what=f"no SMS with “{words}”", seconds=30)
        return found()[-1]


@pytest.mark.browser
def test_a_visit_from_plate_to_paid_invoice(sample: Product, open_page: OpenPage) -> None:
    """STEP-1 to STEP-16 in order, CHK-1, CHK-3, CHK-4, CHK-10, CHK-13, TEC-1 to TEC-5, QUO-2, DLV-5, PAY-1."""
    visit = Visit(sample, open_page)
    write_at_any_hour(visit)
    open_the_order(visit)
    walk_around(visit)
    sign_the_priced_order(visit)
    assign(visit)
    accept_and_inspect(visit)
    request_a_part(visit)
    quote(visit)
    approve_on_the_phone(visit)
    supply_parts(visit)
    repair(visit)
    inspect_finally(visit)
    prepare(visit)
    pick_up(visit)
    read_the_invoice(visit)


def write_at_any_hour(visit: Visit) -> None:
    """The journey runs by night too: the administrator switches the quiet hours off."""
    page = visit.page_of("adam@krakow.example", TABLET)
    page.goto("/site")
    page.get_by_label("No messages to customers from").fill("0")
    page.get_by_label("Messages to customers again from").fill("0")
    page.get_by_role("button", name="Save figures and rules").click()
    expect(page.get_by_label("No messages to customers from")).to_have_value("0")


def open_the_order(visit: Visit) -> None:
    """STEP-1, STEP-2: an unknown plate, typed carelessly, becomes vehicle, customer and order in one flow."""
    page = visit.advisor
    page.goto("/reception")
    page.get_by_label("Plate, VIN, name or phone number").fill("kr-9e2e1")
    page.get_by_role("button", name="Check in").click()
    for field, words in {
        "plate": PLATE,
        "vin": VIN,
        "make": "VW",
        "model": "Passat 2.0 TDI",
        "name": CUSTOMER,
        "phone": PHONE_NUMBER,
        "email": EMAIL,
    }.items():
        page.locator(f"#{field}").fill(words)
    page.get_by_label("Concern 1").fill("Front brakes squeal when cold")
    page.get_by_label("Concern 2").fill("Yearly oil service")
    assert_accessible(page)
    page.get_by_role("button", name="Open order and check in").click()
    page.wait_for_url(re.compile(r"/orders/\d+/check-in"))
    found = re.search(r"/orders/(\d+)/", page.url)
    assert found
    visit.order_id = int(found.group(1))


def walk_around(visit: Visit) -> None:
    """CHK-3, CHK-4: covers, six required photos, damage on the outline, odometer, fuel, key."""
    page = visit.advisor
    page.get_by_label("Seat, wheel and floor covers are fitted").check()
    page.get_by_label("Plate and VIN compared").check()
    page.get_by_role("button", name="Walk around the car").click()
    for number, station in enumerate(REQUIRED):
        page.locator(f"#photo-{station}-file").set_input_files(PHOTOS[number % len(PHOTOS)])
        expect(page.locator(f"#photo-{station}")).to_have_attribute("data-state", "done", timeout=20_000)
    page.locator("#walk-bar").get_by_text("Damage").click()
    form = page.locator("#damage-form")
    form.get_by_label("Where").select_option("door-fl")
    form.get_by_label("Scratch").check(force=True)
    form.get_by_label("Medium").check(force=True)
    form.get_by_role("button", name="Save damage").click()
    expect(page.locator("#walk-damages")).to_contain_text("Scratch")
    expect(form).to_be_hidden()  # until then the page behind the dialog takes no input
    page.get_by_label("Odometer").fill("118420")
    page.get_by_label("Key tag").fill("E47")
    page.get_by_label("Asked for valuables").check()
    assert_accessible(page)
    page.wait_for_function("() => Number(localStorage.getItem('waiting')) === 0")
    page.get_by_role("button", name="Continue to the jobs").click()
    page.wait_for_url(re.compile("/check-in/jobs"))


def sign_the_priced_order(visit: Visit) -> None:
    """CHK-13, CHK-10: the signed items need no second approval."""
    page = visit.advisor
    add_line(page, 1, "Labour", "Oil service", "1", "240.00")
    add_line(page, 1, "Material", "Engine oil 5W-30", "4.5", "48.00")
    page.get_by_role("button", name="Continue to signature").click()
    sign(visit)


def sign(visit: Visit) -> None:
    """CHK-10: exactly the document on the screen is signed, by its digest."""
    page = visit.advisor
    expect(page.get_by_role("link", name="Read the document")).to_be_visible(timeout=20_000)
    page.locator("#sign").get_by_label("Full name of the person who signs").fill(CUSTOMER)
    draw(page)
    assert_accessible(page)
    page.get_by_role("button", name="Sign and order").click()
    expect(page.get_by_text(f"Signed by {CUSTOMER}")).to_be_visible(timeout=20_000)
    visit.expect_state("Checked in")


def add_line(page: Page, job: int, kind: str, what: str, quantity: str, price: str) -> None:
    """Price the ``job``-th confirmed item (counted from 0) at reception."""
    card = page.locator("section.card[id^=job-]").nth(job)
    details = card.locator("details").last
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    details.get_by_label("Kind", exact=True).select_option(label=kind)
    details.get_by_label("What for").fill(what)
    details.get_by_label("Quantity or hours").fill(quantity)
    details.get_by_label("Price of one").fill(price)
    details.get_by_role("button", name="Add the line").click()
    expect(page.locator("section.card[id^=job-]").nth(job)).to_contain_text(what)


def press(page: Page, button: str | re.Pattern[str] | Locator) -> None:
    """Press what posts, and wait for the server's answer: the next step may open another page at once."""
    found = button if isinstance(button, Locator) else page.get_by_role("button", name=button)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        found.first.click()


def draw(page: Page) -> None:
    """A signature with the finger, or what stands for one here."""
    canvas = page.locator(".sign canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 12, box["y"] + (60 if step % 2 else 100))
    page.mouse.up()


def assign(visit: Visit) -> None:
    """STEP-3: the task is there by itself; the manager assigns technician and bay."""
    page = visit.manager
    page.goto("/tasks")
    task = page.get_by_role("link").filter(has_text=PLATE).filter(has_text="Assign technician")
    expect(task.first).to_be_visible()
    visit.go(page, "/assignment")
    page.get_by_label(re.compile("Tomasz")).check(force=True)
    page.locator("input[name=bay_id]").first.check(force=True)
    press(page, "Assign")
    page.goto("/board")
    expect(page.locator(".ticket").filter(has_text=PLATE)).to_be_visible()
    assert_accessible(page)
    visit.expect_state("Assigned")


def accept_and_inspect(visit: Visit) -> None:
    """STEP-4, STEP-5, TEC-1 to TEC-3: accepted, 38 points, one urgent with a photo, proposed in one tap."""
    page = visit.technician
    page.goto("/jobs")
    begin = page.get_by_role("button", name=re.compile("Clock on for the day|Start the day|Begin", re.I))
    if begin.count():
        press(page, begin)
    visit.go(page, "/work")
    for box in page.locator("input[name=acknowledged]").all():
        box.check()
    press(page, "Accept the car")
    visit.expect_state("In Progress")
    fill_the_checklist(visit)


def fill_the_checklist(visit: Visit) -> None:
    """STEP-4, TEC-2: 38 points; an area's points without a measured value are OK in one tap."""
    page = visit.technician
    visit.go(page, "/inspection")
    for address in [link.get_attribute("href") or "" for link in page.locator(".areas a").all()]:
        page.goto(address)
        name = page.locator(".areas [aria-current]").inner_text()
        if name.startswith("Brakes"):
            measure(page, "Front pads and discs", {"pad-left": "2.9", "pad-right": "3.2"})
            propose_the_front_brakes(page)
            measure(page, "Rear pads and discs", {"pad-left": "6.5", "pad-right": "6.8"})
        if name.startswith("Tyres"):
            measure(page, "Tread depth", {"fl": "6.1", "fr": "6.0", "rl": "5.4", "rr": "5.3"})
        page.get_by_role("button", name="The rest is OK").click()
        expect(page.locator(".areas [aria-current]")).to_contain_text(re.compile(r"(\d+)/\1"))
        assert_accessible(page)
    page.get_by_role("button", name="Complete the inspection").click()
    expect(page.get_by_role("heading", name="Diagnosis report")).to_be_visible()


def measure(page: Page, point: str, values: dict[str, str]) -> None:
    """TEC-2: measured values set the colour by their limits."""
    probe = page.locator(".probe").filter(has_text=point).first
    key = (probe.get_attribute("id") or "").removeprefix("probe-")
    fold = page.locator(f"#probe-{key} .probe-fold input")
    if fold.count():
        fold.check(force=True)
    for code, value in values.items():
        page.locator(f"#value-{key}-{code}").fill(value)
    with page.expect_response(re.compile("/inspection-items/")):
        page.locator("h1").click()
    expect(page.locator(f"#probe-{key} .verdict input:checked")).to_have_count(1)


def propose_the_front_brakes(page: Page) -> None:
    """TEC-2, TEC-3: urgent has a photo and a note, and becomes proposed work in one tap."""
    probe = page.locator(".probe").filter(has_text="Front pads and discs").first
    probe = page.locator(f"#{probe.get_attribute('id')}")
    expect(probe.locator("input[value=urgent]")).to_be_checked()
    probe.locator("input[type=file]").set_input_files(PHOTOS[-1])
    expect(probe.locator(".shot[data-state=done]").first).to_be_visible(timeout=20_000)
    probe.locator("textarea").fill("Inner pad worn unevenly")
    with page.expect_response(re.compile("/inspection-items/")):
        page.locator("h1").click()
    probe.get_by_role("button", name=re.compile("Propose")).click()
    expect(probe).to_contain_text("Proposed as work")


def request_a_part(visit: Visit) -> None:
    """TEC-4, STEP-6: the technician looks a part up in stock and asks the parts desk for it. There is none."""
    page = visit.technician
    visit.go(page, "/parts")
    page.get_by_label("For which job").select_option(label="Front brake discs and pads")
    page.get_by_label("Part number, name or barcode").fill("5Q0498625")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Request: Wheel bearing, front").click()
    expect(page.locator("#demands")).to_contain_text("Wheel bearing, front")
    assert_accessible(page)


def quote(visit: Visit) -> None:
    """STEP-7 to STEP-10, QUO-1: what was found is quoted, with the arrival that the parts desk confirms."""
    page = visit.advisor
    visit.go(page, "/quotation")
    page.get_by_role("button", name="Ask the parts desk").click()
    confirm_the_arrival(visit)
    visit.go(page, "/quotation")
    assert_accessible(page)
    page.get_by_role("button", name="Send quote").click()
    visit.expect_state("Awaiting Approval")
    visit.sms_with("/c/")
    wait_until(lambda: bool(visit.product.mail.received), what="no e-mail with the quote", seconds=30)


def confirm_the_arrival(visit: Visit) -> None:
    page = visit.parts
    page.goto("/parts")
    page.get_by_role("link", name="Wheel bearing, front", exact=True).click()
    page.locator("#arrival input[type=datetime-local]").fill(f"{_soon():%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Tell the advisor").click()
    expect(page.locator("#arrival input[type=datetime-local]")).to_have_count(0)


def _soon() -> datetime:
    return clock.local(clock.now(), "Europe/Warsaw") + timedelta(hours=30)


def approve_on_the_phone(visit: Visit) -> None:
    """STEP-12, QUO-2: approved on the phone, without an account, with name and signature."""
    link = re.search(r"https?://\S+/c/\S+", visit.sms_with("/c/"))
    assert link
    page = visit.open_page(**PHONE, base_url=visit.product.address)
    page.goto(link.group(0))
    assert_accessible(page)
    for choice in page.locator("input[type=radio][value=yes]").all():
        choice.check(force=True)
    page.get_by_role("button", name="Review").click()
    page.get_by_label("Full name of the person who signs").fill(CUSTOMER)
    draw(page)
    assert_accessible(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text(re.compile("Thank you|approved", re.I)).first).to_be_visible(timeout=20_000)
    assert_accessible(page)
    visit.pages["customer"] = page


def supply_parts(visit: Visit) -> None:
    """STEP-11, STEP-12, PRT-3: what is missing is ordered and received; then the order moves on by itself."""
    visit.expect_state("Awaiting Parts")
    page = visit.parts
    page.goto("/parts/purchase-orders/new")
    page.locator("#waiting a").first.click()
    page.locator("input[type=datetime-local]").fill(f"{_soon():%Y-%m-%dT%H:%M}")
    assert_accessible(page)
    page.get_by_role("button", name="Order", exact=True).click()
    page.wait_for_url(re.compile(r"/purchase-orders/\d+"))
    page.get_by_role("button", name="Receive").click()
    visit.expect_state("Repairing")


def repair(visit: Visit) -> None:
    """TEC-4, TEC-5, DSP-4: clocked, parts handed out, done, self-checked."""
    page = visit.technician
    visit.go(page, "/work")
    press(page, "Clock on")
    hand_out(visit)
    visit.go(page, "/work")
    while page.get_by_role("button", name="Job is done").count():
        press(page, "Job is done")
        visit.go(page, "/work")
    visit.go(page, "/self-check")
    for box in page.locator("#self-check input[name=line]").all():
        box.check()
    for value in page.locator("#specs .spec input[id^=spec-]").all():
        value.fill(value.get_attribute("placeholder") or "")  # tightened and filled to the nominal value
    assert_accessible(page)
    press(page, "All checked")
    visit.expect_state("Quality Check")


def hand_out(visit: Visit) -> None:
    """TEC-4: what is reserved is handed out against the order; the receiver signs the issue slip."""
    page = visit.parts
    visit.go(page, "/parts/hand-out")
    page.get_by_label("Taken by").select_option(label="Tomasz Lis")
    assert_accessible(page)
    for digit in PINS["tomasz"]:
        page.locator(f"[data-digit='{digit}']").click()  # the last one hands the parts out
    page.wait_for_url(lambda url: "hand-out" not in url and "issues" not in url)


def inspect_finally(visit: Visit) -> None:
    """STEP-13, QCS-1, QCS-4: every item and line is verified by somebody else and signed."""
    page = visit.inspector
    visit.go(page, "/quality-check")
    while page.get_by_role("button", name=re.compile("^All OK")).count():
        left = page.get_by_role("button", name=re.compile("^All OK")).count()
        press(page, re.compile("^All OK"))
        expect(page.get_by_role("button", name=re.compile("^All OK"))).to_have_count(left - 1)
    if page.get_by_label("End").count():
        page.get_by_label("End").fill("118428")
    for box in page.locator("#final-form input[name=tick]").all():
        box.check()
    assert_accessible(page)
    press(page, "Release the car")
    visit.expect_state("Preparing|Ready for Pickup")


def prepare(visit: Visit) -> None:
    """STEP-14, STEP-15, DLV-1: prepared, ready, and the customer is told by SMS."""
    page = visit.advisor
    visit.go(page, "/preparation")
    while page.get_by_role("button", name="Done", exact=True).count():
        before = page.get_by_role("button", name="Done", exact=True).count()
        page.get_by_role("button", name="Done", exact=True).first.click()
        expect(page.get_by_role("button", name="Done", exact=True)).to_have_count(before - 1)
    press(page, "Ready for pickup")
    visit.expect_state("Ready for Pickup")
    assert PLATE in visit.sms_with("is ready")


def pick_up(visit: Visit) -> None:
    """STEP-16, DLV-4, DLV-5, DLV-8: explained, invoiced, paid in two ways, signed, handed over."""
    page = visit.advisor
    visit.go(page, "/pickup")
    for box in page.locator("#explain input[type=checkbox]").all():
        box.check()
    assert_accessible(page)
    press(page, "Work explained")
    cash = visit.cashier
    visit.go(cash, "/pickup")
    cash.get_by_role("button", name="Issue the invoice").click()
    expect(cash.get_by_role("button", name="Book the payment")).to_be_visible(timeout=20_000)
    total = cash.get_by_label("Amount").input_value()
    cash.locator("#pay").get_by_label("Cash").check(force=True)
    cash.get_by_label("Amount").fill("100.00")
    press(cash, "Book the payment")
    cash.locator("#pay").get_by_label("Card").check(force=True)
    assert cash.get_by_label("Amount").input_value() != total
    press(cash, "Book the payment")
    visit.go(page, "/pickup")
    for box in page.locator("#sign input[type=checkbox]").all():
        box.check()
    page.get_by_label("Full name of the person who signs").fill(CUSTOMER)
    draw(page)
    assert_accessible(page)
    page.get_by_role("button", name="Customer has signed").click()
    expect(page.get_by_role("button", name="Hand over car")).to_be_visible(timeout=20_000)
    press(page, "Hand over car")
    visit.expect_state("Completed")


def read_the_invoice(visit: Visit) -> None:
    """PAY-1: the paid invoice is a PDF that says what was done, for whom and that nothing is left to pay."""
    page = visit.advisor
    visit.go(page)
    link = page.locator("#documents a").filter(has_text="Invoice").first
    address = link.get_attribute("href")
    assert address
    response = page.request.get(visit.product.url(address))
    assert response.headers["content-type"] == "application/pdf"
    text = "\n".join(one.extract_text() for one in PdfReader(BytesIO(response.body())).pages)
    assert CUSTOMER in text
    assert "KRK/" in text or "/2026/" in text
    assert "Oil service" in text
