"""All tables, imported in one place so that migrations and the mapper see the whole schema."""

from aftersales.domain import audit, numbering, submissions
from aftersales.domain.accounts import models as accounts
from aftersales.domain.appointments import models as appointments
from aftersales.domain.attachments import models as attachments
from aftersales.domain.billing import models as billing
from aftersales.domain.catalogue import models as catalogue
from aftersales.domain.checkins import models as checkins
from aftersales.domain.customers import models as customers
from aftersales.domain.delivery import models as delivery
from aftersales.domain.documents import models as documents
from aftersales.domain.followups import models as followups
from aftersales.domain.guarantees import models as guarantees
from aftersales.domain.inspections import diagnosis_models as diagnosis
from aftersales.domain.inspections import models as inspections
from aftersales.domain.knowledge import models as knowledge
from aftersales.domain.links import models as links
from aftersales.domain.messaging import models as messaging
from aftersales.domain.parts import models as parts
from aftersales.domain.parts import purchase_models as purchasing
from aftersales.domain.planning import models as planning
from aftersales.domain.quality import comeback_models as comebacks
from aftersales.domain.quality import models as quality
from aftersales.domain.quotations import models as quotations
from aftersales.domain.service_orders import job_models as jobs
from aftersales.domain.service_orders import models as service_orders
from aftersales.domain.sites import models as sites
from aftersales.domain.staffing import models as staffing
from aftersales.domain.tasks import models as tasks
from aftersales.domain.vehicles import models as vehicles
from aftersales.domain.warranty import models as warranty
from aftersales.domain.workshop import call_models as calls
from aftersales.domain.workshop import car_models as workshop_cars
from aftersales.domain.workshop import models as workshop
from aftersales.domain.workshop import time_models as workshop_time

__all__ = [
    "accounts",
    "appointments",
    "attachments",
    "audit",
    "billing",
    "calls",
    "catalogue",
    "checkins",
    "comebacks",
    "customers",
    "delivery",
    "diagnosis",
    "documents",
    "followups",
    "guarantees",
    "inspections",
    "jobs",
    "knowledge",
    "links",
    "messaging",
    "numbering",
    "parts",
    "planning",
    "purchasing",
    "quality",
    "quotations",
    "service_orders",
    "sites",
    "staffing",
    "submissions",
    "tasks",
    "vehicles",
    "warranty",
    "workshop",
    "workshop_cars",
    "workshop_time",
]
