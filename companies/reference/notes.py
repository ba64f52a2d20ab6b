"""The notes of the market requirements, so that they are collected and translated with the other texts."""

from django.utils.translation import gettext_noop as _

MARKET_NOTES = [
    _("animal-origin food only"),
    _(
        "coffee, cocoa and wood (HS annex) from 30 Dec 2026, micro/small operators 30 Jun 2027; the"
        " legal duty sits on the EU operator, data come from the supplier. Tea and bamboo/rattan "
        "are outside"
    ),
    _("when sold as organic"),
    _("only when the protected name is used"),
    _("most supermarket chains"),
    _("or IFS, one GFSI scheme is usual"),
    _("DE, FR, IT chains"),
    _("farms that only grow/harvest exempt; pangasius-type catfish is under USDA-FSIS instead"),
    _(
        "only fruits admitted by APHIS (e.g. dragon fruit, rambutan, longan, lychee, star apple, "
        "mango, pomelo, coconut) and packed/irradiated as prescribed"
    ),
    _("as above"),
    _("HACCP itself is law for seafood and juice plants; the certificate is habit"),
    _("only admitted fruits (dragon fruit, mango, lychee, longan) with vapour heat or fumigation"),
    _("treatment plants approved by both sides"),
    _("all food makers, processors and stores except additives"),
    _("per fruit, listed by GACC"),
    _("only admitted fruits (dragon fruit, mango, pomelo etc.) with treatment"),
    _("HACCP is law for a few imported goods such as kimchi"),
    _("MUIS accepts listed foreign bodies"),
    _("meat, poultry and their products"),
    _("when described as halal"),
    _("nearly all retail chains"),
    _("only if the body is on JAKIM's list"),
    _("or an explicit non-halal label; foreign certificate registered in SIHALAL"),
    _("also any food with animal-derived ingredients"),
    _("admitted fruits only (lychee, mango, dragon fruit, longan, passion fruit)"),
    _("and irradiation or vapour heat"),
    _(
        "organic claims must be truthful but no import scheme is fixed by law; buyers accept NOP, "
        "EU or an Australian certifier"
    ),
    _("or an exempting certificate (HACCP, ISO 22000, GMP, FSSC, BRC, IFS)"),
    _("prepackaged processed food; regime in flux in 2026"),
    _("health supplements, special-diet foods"),
    _("health supplement plants"),
    _("when labelled organic"),
    _("own OCOP shelves in chains"),
    _("tourist and speciality shops"),
    _("asked by Amazon US for food; law for US"),
    _("GTIN for listing"),
    _("Brand Registry needs a mark in the target country"),
]
