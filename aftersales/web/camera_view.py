"""The page's own camera view of the walk-around: what it needs to know of each station."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import url_for

from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.kinds import Station
from aftersales.i18n import gettext, label


def stations(
    order_id: int,
    *,
    taken: Collection[Station],
    required: Collection[Station],
    skipped: Collection[Station],
    previous: Mapping[Station, Attachment],
) -> list[dict[str, Any]]:
    """The stations in the order of the walk, as the script reads them; ``before`` is the last visit's photo."""
    return [
        {
            "station": station.value,
            "number": station.number,
            "title": gettext("%(n)s %(station)s", n=station.number, station=label(station)),
            "required": station in required,
            "taken": station in taken,
            "skipped": station in skipped,
            "skip": url_for("stations.skip_form", order_id=order_id, name=station.value),
            "before": url_for("files.photo", photo_id=previous[station].id) if station in previous else "",
        }
        for station in Station
    ]


def words() -> dict[str, str]:
    """What the camera view says, in the reader's language."""
    return {
        "progress": gettext("{taken} of {all} required"),
        "required": gettext("Required here"),
        "further": gettext("Not required"),
        "left_out": gettext("Skipped. A photo replaces the reason."),
        "taken": gettext("Taken. A further photo replaces it."),
        "skipping": gettext("Skipped: {title}"),
        "kept": gettext("Photo {title} is taken"),
        "complete": gettext("All required photos are taken"),
        "starting": gettext("The camera starts…"),
        "insecure": gettext(
            "The camera view needs a secure address (https). Take the photo with the tablet's camera app instead:"
            " the button below opens it."
        ),
        "refused": gettext(
            "This page may not use the camera. Allow the camera for this address in the browser's settings and open"
            " the view again, or take the photo with the camera app."
        ),
        "none": gettext(
            "No camera was found on this device. Choose a picture instead, or use a tablet that has one."
        ),
        "busy": gettext(
            "Another program uses the camera. Close it and open the view again, or take the photo with the camera"
            " app."
        ),
        "failed": gettext("The picture could not be taken. Press the shutter again."),
    }
