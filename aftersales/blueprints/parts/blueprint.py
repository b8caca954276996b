"""The blueprint that the desk's modules share, so that the rail shows one place for all of them."""

from flask import Blueprint

blueprint = Blueprint("parts", __name__, url_prefix="/parts")
