"""What the cloud holds: mutable records, times in seconds since 1970, sizes as the API gives them."""
