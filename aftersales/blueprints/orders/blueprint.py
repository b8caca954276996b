"""The one blueprint of the service order's pages."""

from flask import Blueprint

blueprint = Blueprint("orders", __name__, url_prefix="/orders")
