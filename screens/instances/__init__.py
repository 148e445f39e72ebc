"""The first screen: the instances, and the checklist of the chosen one."""
