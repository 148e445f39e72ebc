"""Extended regular expressions as `grep -E` takes them, matched in one pass, however a stranger's text is made.

The guidelines' questions hold expressions made for grep, and a profile may add some. Python's own `re` goes back and
tries again, so that some of them would take minutes for one long line; here each byte of a text is read once. `syntax`
reads an expression, `globs` a pattern of names, `automaton` matches many of them at a time.
"""
