"""Tolerant readers: from anything that a cloud may send to frozen models with cleaned texts.

A reader never trusts a shape: nulls, missing fields, wrong types and unknown words become None, an empty text or
`UNKNOWN`. Only a thing without an id is left out, for it could neither be shown apart nor addressed.
"""
