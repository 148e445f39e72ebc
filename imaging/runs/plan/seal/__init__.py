"""What a sealed run would do: its costs, its clone, its steps in words, why it cannot begin."""
