"""A registry in miniature."""
