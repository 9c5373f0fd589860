"""`python -m credtools` is `credtools`."""

from credtools.cli import main

if __name__ == "__main__":
    main()
