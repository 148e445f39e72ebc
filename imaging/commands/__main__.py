"""`python -m imaging.commands` is the same as `imaging`."""

from imaging.commands.main import main

if __name__ == "__main__":
    main()
