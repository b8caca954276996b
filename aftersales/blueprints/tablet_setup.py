"""Setting up a tablet: the address as QR code, trusting our certificate, the home screen."""

from flask import Blueprint, Response, render_template, url_for

from aftersales.web import trust
from aftersales.web.access import signed_in

blueprint = Blueprint("tablet_setup", __name__, url_prefix="/tablets")


@blueprint.get("")
@signed_in
def page() -> str:
    return render_template(
        "tablet_setup/page.html",
        **trust.steps(),
        certificate_url=url_for(".certificate"),
        profile_url=url_for(".profile"),
    )


@blueprint.get("/certificate")
@signed_in
def certificate() -> Response:
    return trust.download(trust.CERTIFICATE)


@blueprint.get("/profile")
@signed_in
def profile() -> Response:
    return trust.download(trust.PROFILE)
