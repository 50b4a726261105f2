"""Chengyun 城运: city operation, management and service platform."""

__version__ = "0.1.0"
