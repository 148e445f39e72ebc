"""The passport of an image in each of its forms: gathered from a run, written as a page, Markdown or CycloneDX."""
