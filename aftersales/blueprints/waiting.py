"""What waits on a tablet for the network: the page that shows it, the service worker, and who is signed in."""

from flask import Blueprint, current_app, jsonify, make_response, render_template
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from aftersales.web import assets
from aftersales.web.access import public, signed_in

blueprint = Blueprint("waiting", __name__)


@blueprint.get("/waiting")
@signed_in
def page() -> str:
    """The queue of this tablet, filled in by the browser; also the page that opens when there is no network."""
    return render_template("waiting/page.html")


@blueprint.get("/waiting/session")
@public
def session() -> Response:
    """Who is signed in (0: nobody) and the token that their posts need; a page from the cache has an old one.

    Nobody gets no token: it would come with a cookie, and the sign-in page that is just being filled in would be too old.
    """
    if not current_user.is_authenticated:
        return jsonify(person=0, csrf="")
    return jsonify(person=current_user.user_id, csrf=generate_csrf())


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """At the root, since a service worker answers for what lies below its own address."""
    response = make_response(assets.of(current_app).service_worker)
    response.content_type = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response
