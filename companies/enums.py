"""Choices of this app. Values are stable: they are stored and stand in the API."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CompanyKind(models.TextChoices):
    COOPERATIVE = "cooperative", _("Cooperative")
    COOPERATIVE_GROUP = "cooperative_group", _("Cooperative group")
    HOUSEHOLD = "household", _("Household business")
    ENTERPRISE = "enterprise", _("Enterprise")
    SUPERMARKET = "supermarket", _("Supermarket")
    DISTRIBUTOR = "distributor", _("Distributor")
    EXPORTER = "exporter", _("Exporter")
    POINT_OF_SALE = "point_of_sale", _("OCOP point of sale")
    AGENCY = "agency", _("Trade-promotion agency")


SUPPLIER_KINDS = {
    CompanyKind.COOPERATIVE,
    CompanyKind.COOPERATIVE_GROUP,
    CompanyKind.HOUSEHOLD,
    CompanyKind.ENTERPRISE,
    CompanyKind.EXPORTER,
}
BUYER_KINDS = {
    CompanyKind.SUPERMARKET,
    CompanyKind.DISTRIBUTOR,
    CompanyKind.EXPORTER,
    CompanyKind.POINT_OF_SALE,
}


class Verification(models.TextChoices):
    """Where a company or a document stands with those who may confirm it."""

    LISTED = "listed", _("As listed, not confirmed")
    PENDING = "pending", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class AgencyLevel(models.TextChoices):
    PROVINCE = "province", _("Province")
    CENTRAL = "central", _("Ministry")


class IssuingLevel(models.TextChoices):
    DISTRICT = "district", _("District")
    PROVINCE = "province", _("Province")
    CENTRAL = "central", _("Ministry")


class Audience(models.TextChoices):
    """Who may read a price or a capacity."""

    PUBLIC = "public", _("Everyone")
    VERIFIED_BUYERS = "verified_buyers", _("Verified buyers")
    ON_REQUEST = "on_request", _("On request")


class CertificateScope(models.TextChoices):
    COMPANY = "company", _("Company")
    PRODUCT = "product", _("Product")
    SITE = "site", _("Site")
    GROWING_AREA = "growing_area", _("Growing area")


class CapacityMethod(models.TextChoices):
    SEASON = "season", _("A season and a harvest")
    AREA = "area", _("Hectares and yield")
    BATCHES = "batches", _("Batches a week")
    STOCK = "stock", _("A stock sold over months")
    MONTHLY = "monthly", _("Month by month")


class CapacityProof(models.TextChoices):
    STATED = "stated", _("Stated")
    CHECKED = "checked", _("Checked on site")
    DELIVERED = "delivered", _("Delivered before")


class CommitmentState(models.TextChoices):
    RESERVED = "reserved", _("Reserved")
    BOUND = "bound", _("Bound")
    RELEASED = "released", _("Released")


class LinkPurpose(models.TextChoices):
    SIGN_IN = "sign_in", _("Sign in")
    INVITATION = "invitation", _("Answer an invitation")
    MEMBERSHIP = "membership", _("Join a company")
    CLAIM = "claim", _("Claim a company")


class CodePurpose(models.TextChoices):
    SIGN_IN = "sign_in", _("Sign in")
    SIGN_UP = "sign_up", _("Sign up")
    CONFIRM = "confirm", _("Confirm an address")


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    WRITING = "writing", _("Being written")
    WRITTEN = "written", _("Written")
    FAILED = "failed", _("Failed")
