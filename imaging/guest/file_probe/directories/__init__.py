"""What lies in the directories of people and of the guidelines: sums, desktops, and what can be made again."""
