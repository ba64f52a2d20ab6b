from companies.models.activity import CatalogueImport, Notification
from companies.models.capacity import CapacityStatement, Commitment, MonthlyCapacity
from companies.models.catalogue import Document, PriceTier, Product, ProductPhoto
from companies.models.company import Company, CompanyClaim, MemberInvitation, Membership
from companies.models.people import ApiToken, OneTimeCode, TaskLink, User
from companies.models.proofs import Certification, LabReport, StarRating
from companies.models.reference import (
    CertificationScheme,
    Commune,
    HsCode,
    Incoterm,
    Market,
    MarketRequirement,
    OcopRuleVersion,
    ProductSet,
    Province,
    Unit,
)

__all__ = [
    "ApiToken",
    "CapacityStatement",
    "CatalogueImport",
    "Certification",
    "CertificationScheme",
    "Commitment",
    "Commune",
    "Company",
    "CompanyClaim",
    "Document",
    "HsCode",
    "Incoterm",
    "LabReport",
    "Market",
    "MarketRequirement",
    "MemberInvitation",
    "Membership",
    "MonthlyCapacity",
    "Notification",
    "OcopRuleVersion",
    "OneTimeCode",
    "PriceTier",
    "Product",
    "ProductPhoto",
    "ProductSet",
    "Province",
    "StarRating",
    "TaskLink",
    "Unit",
    "User",
]
