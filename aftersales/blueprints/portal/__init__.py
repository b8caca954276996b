"""The customer's pages behind a link: progress, photos, answering a quotation, documents. No sign-in.

GET changes nothing, since mail scanners follow links. What may be told to whom:
:mod:`.doors`; what the pages show: :mod:`.shown`; the views: :mod:`.pages` and :mod:`.answering`.
"""

from aftersales.blueprints.portal import answering, pages
from aftersales.blueprints.portal.entrance import blueprint

__all__ = ["answering", "blueprint", "pages"]
