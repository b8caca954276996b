"""The rules of the repair plan: which canned job a symptom or fault code speaks for (DIA-9)."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.inspections import RepairRuleForm
from aftersales.db import transaction
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import repair_plan
from aftersales.domain.inspections.diagnosis_models import RepairRule
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("repair_rules", __name__, url_prefix="/repair-rules")


@blueprint.get("")
@needs("templates.manage")
def index() -> str:
    return render_template("repair_rules/index.html", rules=repair_plan.list_rules(), canned=dict(_canned()))


@blueprint.get("/new")
@needs("templates.manage")
def new() -> str:
    return _page(RepairRuleForm(formdata=None, jobs=_canned(), is_active=True), None)


@blueprint.post("")
@needs("templates.manage")
def add() -> Response | tuple[str, int]:
    return _save(None)


@blueprint.get("/<int:rule_id>")
@needs("templates.manage")
def page(rule_id: int) -> str:
    rule = repair_plan.get_rule(rule_id)
    return _page(RepairRuleForm(formdata=None, jobs=_canned(), obj=rule), rule)


@blueprint.post("/<int:rule_id>")
@needs("templates.manage")
def save(rule_id: int) -> Response | tuple[str, int]:
    return _save(repair_plan.get_rule(rule_id))


def _save(rule: RepairRule | None) -> Response | tuple[str, int]:
    form = RepairRuleForm(jobs=_canned())
    if not form.validate():
        return _page(form, rule), 422
    try:
        with transaction():
            repair_plan.save_rule(
                rule.id if rule else None,
                symptoms=form.symptoms.data or "",
                codes=form.fault_codes.data or "",
                model_filter=form.model_filter.data or "",
                canned_job_code=form.canned_job_code.data or "",
                note=form.note.data or "",
                is_active=bool(form.is_active.data),
                version=form.version_given() if rule else None,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(form, rule), status_of(error)
    flash(gettext("The rule is saved."))
    return htmx.redirect(url_for(".index"))


def _page(form: RepairRuleForm, rule: RepairRule | None) -> str:
    return render_template("repair_rules/rule.html", form=form, rule=rule)


def _canned() -> list[tuple[str, str]]:
    return [(job.code, job.name) for job in catalogue.list_canned_jobs(only_active=True)]
