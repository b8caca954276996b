"""Tests of the domain call its functions directly, so they have an app context for the whole test."""

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> Flask:
    return app_context
