"""URLs of the needs' API."""

from __future__ import annotations

from rest_framework.routers import DefaultRouter

from tenders.api.invitations import InvitationViewSet
from tenders.api.needs import NeedViewSet, OpenNeedViewSet

router = DefaultRouter()
router.include_root_view = False
router.register("needs", NeedViewSet, basename="need")
router.register("open-needs", OpenNeedViewSet, basename="open-need")
router.register("invitations", InvitationViewSet, basename="invitation")
urlpatterns = router.urls
