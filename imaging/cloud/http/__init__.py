"""One request and its answer: sent, read, and a failure turned into an `ImagingError`."""
