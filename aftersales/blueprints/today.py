"""Today: the first page of everyone. Reception sees the day's cars; everybody sees the tasks that wait for them."""

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template

from aftersales import clock
from aftersales.domain.service_orders import reception, task_list
from aftersales.web import session
from aftersales.web.access import needs

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
@needs("tasks.read")
def page() -> str:
    """Three queries: the person, the day's cars, the tasks."""
    person, now = session.person(), clock.now()
    today = clock.local_date(now, person.timezone)
    since = clock.from_local(datetime.combine(today, time()), person.timezone)
    until = clock.from_local(datetime.combine(today + timedelta(days=1), time()), person.timezone)
    receives = person.may("orders.open") or person.may("appointments.write")
    return render_template(
        "today/page.html",
        tasks=task_list.list_open(person.site_id, person.user_id, person.roles),
        day=reception.list_day(person.site_id, since=since, until=until) if receives else None,
        today=today,
        tomorrow=today + timedelta(days=1),
        at=now,
    )
