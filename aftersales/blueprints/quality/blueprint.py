"""The blueprint that the checks' modules share, so that the rail shows one place for all of them."""

from flask import Blueprint

blueprint = Blueprint("quality", __name__)
