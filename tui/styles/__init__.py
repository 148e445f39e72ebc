"""The style sheets: each parsed once, and each rule matched once against widgets that are alike."""
