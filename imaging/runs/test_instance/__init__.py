"""The test instance: launched, watched on its console, judged, removed."""
