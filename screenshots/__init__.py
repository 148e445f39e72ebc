"""The pictures of the screens and what draws them."""
