"""What an image is packed in: compressed, in an OVA, split into parts. Each rule is about the innermost disk.

Sizes, depth and names are bounded, for it was packed by a stranger. What is compressed is unpacked by a confined
process; an OVA and parts are read where they lie.
"""
