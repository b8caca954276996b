"""Everything that waits for the person at the screen."""

from flask import Blueprint, render_template

from aftersales import clock
from aftersales.domain.service_orders import task_list
from aftersales.web import session
from aftersales.web.access import needs

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")


@blueprint.get("")
@needs("tasks.read")
def index() -> str:
    person, now = session.person(), clock.now()
    tasks = task_list.list_open(person.site_id, person.user_id, person.roles)
    overdue = sum(task.is_overdue(now) for task in tasks)
    return render_template("tasks/index.html", tasks=tasks, overdue=overdue, at=now)
