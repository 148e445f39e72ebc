"""What things are: frozen, typed data that every other room shares and that imports none of them."""
