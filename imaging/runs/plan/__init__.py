"""What a run would do, said before anything is done: image, deep check, test launch, costs, warnings, preconditions."""
