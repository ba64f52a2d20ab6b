"""Pure computation behind matching: numpy, scipy and scikit-learn only, no Django."""
