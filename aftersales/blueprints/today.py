"""Today: the first page of everyone, with the tasks that wait for them."""

from flask import Blueprint, render_template

from aftersales.domain.tasks import queries as tasks
from aftersales.web import session
from aftersales.web.access import signed_in

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
@signed_in
def page() -> str:
    person = session.person()
    return render_template(
        "today/page.html", tasks=tasks.list_open(person.site_id, person.user_id, person.roles)
    )
