"""Quotations: what the customer is asked, version by version, and what they answered."""
