"""Bytes of one signed fact: what they must look like, and what they say. No I/O, no clock."""
