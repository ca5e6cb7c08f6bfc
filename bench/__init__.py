"""Measurements: each module prints figures beside their targets; ``python -m bench`` runs them all."""
