"""Follows the signed facts of a Tenure registry and decides by them from memory."""
