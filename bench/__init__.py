"""The numbers that the console is held to, measured in one run: `python -m bench`. Nothing passes or fails.

A clock says little on a machine that does other things too. Where two programs can be compared they take turns, and
what counts is the ratio of their medians; the processor time that both used stands beside it, for it does not depend
on what else the machine was doing.
"""
