"""Each task, each next step of an order and each screen beside the work leads somewhere."""

from types import SimpleNamespace

import pytest
from flask import Flask

from aftersales.domain.tasks.models import TaskType
from aftersales.web import job_screens, order_actions, task_links


@pytest.mark.parametrize("type_", list(TaskType))
def test_each_task_opens_a_screen(app: Flask, type_: TaskType) -> None:
    """STEP-3: a task has a link to its screen."""
    task = SimpleNamespace(type=type_, service_order_id=7, subject_id=3)
    with app.test_request_context():
        path = task_links.url_of(task)
    assert path.startswith("/")
    endpoint, _values = app.url_map.bind("localhost").match(path)
    assert endpoint in app.view_functions


def test_a_task_without_an_order_leads_somewhere_too(app: Flask) -> None:
    task = SimpleNamespace(type=TaskType.APPROVE_DISCOUNT, service_order_id=None, subject_id=None)
    with app.test_request_context():
        assert task_links.url_of(task) == "/"


def test_each_next_step_of_an_order_is_a_screen(app: Flask) -> None:
    endpoints = [action.endpoint for action in order_actions.ACTIONS]
    endpoints += [screen.endpoint for screen in job_screens.SCREENS]
    assert [endpoint for endpoint in endpoints if endpoint not in app.view_functions] == []
