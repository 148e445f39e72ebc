"""A run: what is asked, the plan, the record, the claim."""
