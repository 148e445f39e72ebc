"""The rules, a module for each chapter of the page; `imaging.guidelines.catalogue` puts them in order."""
