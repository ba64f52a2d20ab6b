"""Reading of quantities and lines as buyers paste or upload them. No writes."""
