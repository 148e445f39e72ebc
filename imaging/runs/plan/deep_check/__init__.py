"""What a deep check would do: its costs, its plan, its steps in words."""
